"""A worker that measures itself: it does what `fieldbridge run` does, for a time, and prints one line of JSON.

Run by connections.py, as a process of its own.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from crowd import spent
from fieldbridge.app import installation, workshop
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.engine.stages import Program, Turn
from fieldbridge.store.schema import schedule

SAMPLE_S = 30.0


def main() -> None:
    """Work, and tell what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--calls", action="store_true")
    parser.add_argument("--hurry", action="store_true")
    asked = parser.parse_args()
    with installation.opened(Settings(home=asked.home, database_url=asked.database)) as opened:
        programs = None if asked.calls else trivial(opened)
        print(json.dumps(worked(opened, asked.seconds, programs, hurry=asked.hurry)))  # noqa: T201


def trivial(opened: Installation) -> Mapping[str, Program]:
    """The flows, with nothing to do in them."""
    programs = Flows(opened).programs()
    return {name: replace(one, stages=(("nothing", lambda _: Turn()),)) for name, one in programs.items()}


def worked(
    opened: Installation, lasts_s: float, programs: Mapping[str, Program] | None, *, hurry: bool
) -> dict[str, object]:
    """Units: seconds, of the CPU or of the wall, and MB. Shape: memory as it was each half minute.

    With hurry, every flow is due again as soon as it has run.
    """
    lags: list[float] = []
    memory: list[float] = []
    with _statements() as counted, workshop.opened(opened, stays=True, programs=programs) as work:
        over = threading.Event()
        threading.Timer(lasts_s, over.set).start()
        cpu, began_at, before = time.process_time(), time.monotonic(), counted[0]
        while not over.is_set():
            if hurry:
                _all_are_due(opened)
            work.tick()
            lags.append(_lag_s(opened))
            if time.monotonic() - began_at >= SAMPLE_S * len(memory):
                memory.append(spent.memory_mb(os.getpid()))
            work.rest()
        cpu_s, wall_s, sent = time.process_time() - cpu, time.monotonic() - began_at, counted[0] - before
    return {
        "cpu_s": round(cpu_s, 1),
        "wall_s": round(wall_s, 1),
        "statements": sent,
        "lag_max_s": round(max(lags), 1),
        "lag_at_end_s": round(lags[-1], 1),
        "memory_mb": memory,
        "memory_peak_mb": spent.memory_mb(os.getpid(), "VmHWM"),
    }


@contextmanager
def _statements() -> Iterator[list[int]]:
    counted = [0]

    def count(*_: object) -> None:
        counted[0] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    yield counted
    sa.event.remove(sa.Engine, "before_cursor_execute", count)


def _all_are_due(opened: Installation) -> None:
    with opened.database.write() as tx:
        tx.execute(schedule.update().where(schedule.c.in_flight.is_(None)).values(next_due_at=opened.now()))


def _lag_s(opened: Installation) -> float:
    """How late the flow is that has waited longest to be started."""
    with opened.database.read() as tx:
        waiting = sa.select(sa.func.min(schedule.c.next_due_at)).where(schedule.c.in_flight.is_(None))
        oldest = tx.execute(waiting).scalar_one()
    return max(0.0, (opened.now() - oldest).total_seconds())


if __name__ == "__main__":
    main()
