"""Duties done again and again beside the work, each on its own beat."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import sqlalchemy as sa

log = logging.getLogger(__name__)
LONGEST_GOODBYE_S = 5.0
Duty = tuple[float, Callable[[], object]]


class Rounds:
    """Goes round some duties on a thread of its own, while it is open. Units: seconds from one time to the next.

    A duty that fails is tried again when its time has come again: an outage of the database must end nothing.
    """

    def __init__(self, name: str, *duties: Duty) -> None:
        self._duties = duties
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_round, name=name, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, when the duty that is under way is done; one that lasts is left alone."""
        self._stop.set()
        self._thread.join(LONGEST_GOODBYE_S)

    def _go_round(self) -> None:
        due_at = [time.monotonic() + every_s for every_s, _ in self._duties]
        while not self._stop.wait(max(0.0, min(due_at) - time.monotonic())):
            for number, (every_s, duty) in enumerate(self._duties):
                if due_at[number] <= time.monotonic():
                    self._do(duty)
                    due_at[number] = time.monotonic() + every_s

    def _do(self, duty: Callable[[], object]) -> None:
        try:
            duty()
        except Exception as error:  # noqa: BLE001 - see above
            log.warning("%s failed and is tried again: %s", self._thread.name, _cause(error))


def _cause(error: Exception) -> str:
    """What a database said first, for it names no record; of others only the kind: their words may hold anything."""
    if not isinstance(error, sa.exc.OperationalError):
        return type(error).__name__
    return str(error.orig).partition("\n")[0]
