"""What a flow gives the engine: stages, each called again until it has nothing left to do.

A stage must be safe to repeat: the process may die after its work and before the engine has noted that it was done.
"""

import time
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

import sqlalchemy as sa

from fieldbridge.core.errors import FieldbridgeError


@dataclass(frozen=True)
class RunRef:
    """Which run a stage works for."""

    connection_id: str
    flow: str
    run_id: int


@dataclass(frozen=True)
class Turn:
    """What one call of a stage leaves: call it `again`, or stop the run; either way after waiting `wait_s`."""

    again: bool = False
    wait_s: float = 0.0
    stop: "Stop | None" = None


@dataclass(frozen=True)
class Stop:
    """Why a run ends early. Shape: then is what must happen next, as on the error classes; until is an ISO instant."""

    code: str
    message: str
    then: str
    exit_code: int
    until: str = ""


Stage = Callable[[RunRef], Turn]
Clock = Callable[[], datetime]
WithWork = Callable[[sa.Connection, Sequence[str]], Collection[str]]


@dataclass(frozen=True)
class Program:
    """A flow as the engine sees it: named stages, the lane it runs in, and what it does when it ends.

    with_work is asked before scheduled runs, so that an idle poll costs no run: which of these connections have
    something to do. It sees many at once, and only the database. ends_early is asked before each turn.
    """

    flow: str
    lane: str
    stages: tuple[tuple[str, Stage], ...]
    begin: Callable[[RunRef], None]
    settle: Callable[[RunRef, Stop | None], None]
    with_work: WithWork
    ends_early: Callable[[RunRef], Stop | None] = field(default=lambda _: None)


@dataclass
class Programs:
    """The flows this process can run, its clock, and how it waits: `rest` ends early once `stopping` is set."""

    by_flow: Mapping[str, Program] = field(default_factory=dict)
    now: Clock = field(default=lambda: datetime.now(UTC))
    stopping: Event = field(default_factory=Event)
    rest: Callable[[float], object] = time.sleep

    def turn(self, stage: str, ref: RunRef) -> Turn:
        """Call one stage of a run, unless the run is to end."""
        program = self.by_flow[ref.flow]

        def call(ref: RunRef) -> Turn:
            stop = program.ends_early(ref)
            return Turn(stop=stop) if stop else dict(program.stages)[stage](ref)

        return guarded(call, ref, self.now)


def guarded(stage: Stage, ref: RunRef, now: Clock) -> Turn:
    """Call a stage and turn its failure into the end of the run, or into a wait.

    How long is reckoned here, once: a run that is resumed must find the wait it had decided on.
    """
    try:
        return stage(ref)
    except FieldbridgeError as error:
        until = error.until.isoformat() if error.until else ""
        wait_s = max(0.0, (error.until - now()).total_seconds()) if error.until else 0.0
        return Turn(wait_s=wait_s, stop=Stop(error.code, str(error), error.then, error.exit_code, until))
    except Exception as error:  # noqa: BLE001 - a fault of ours must end the run visibly, not vanish in a worker
        return Turn(stop=_outage(error) if is_outage(error) else _fault(error))


def is_outage(error: BaseException) -> bool:
    """Whether the database is to blame, and may be back soon.

    A server that ends in the middle of an answer leaves an error of no kind; that the connection is gone is known.
    """
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError)


def _outage(error: Exception) -> Stop:
    reason = str(getattr(error, "orig", error)).strip()
    return Stop("database.outage", f"The database did not answer: {reason}. The next run goes on.", "retry", 4)


def _fault(error: Exception) -> Stop:
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
    return Stop("bridge.fault", said, "halt", 5)
