"""What many connections cost: their schedules held by one worker, whose flows have trivial steps and no Xero.

Half of the folders lie on shares that tell nothing, and all are empty. It starts in steady state: each flow is due at
its own slot.

Run: .venv/bin/python benchmarks/connections.py --connections 1000 --seconds 60
"""

import argparse
import json
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import sqlalchemy as sa

from fieldbridge.app import installation, workshop
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.core.slots import next_slot, phase
from fieldbridge.engine.stages import Turn
from fieldbridge.flows import FLOWS
from fieldbridge.store.database import upsert
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.schema import connection, run, schedule


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite otherwise")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", database_url=asked.database)
        with installation.opened(settings) as opened:
            _connect(opened, Path(folder), asked.connections)
            print(json.dumps({"connections": asked.connections} | _measured(opened, asked.seconds)))  # noqa: T201


def _connect(opened: Installation, folder: Path, count: int) -> None:
    now = opened.now()
    names = [f"c{number:05}" for number in range(count)]
    for name in names:
        (folder / name).mkdir()
    with opened.database.write() as tx:
        upsert(tx, connection, [msgspec.structs.asdict(_made(name, folder / name, now)) for name in names])
        every = [(name, flow, number % 2 == 1) for number, name in enumerate(names) for flow in FLOWS]
        upsert(tx, schedule, [_due(*one, now) for one in every])


def _due(name: str, flow: str, polls: bool, now: datetime) -> dict[str, object]:
    every_s = FLOWS[flow].every_s
    slot = next_slot(now, every_s, phase(name, flow))
    return {"connection_id": name, "flow": flow, "every_s": every_s, "next_due_at": slot, "polls": polls}


def _made(name: str, folder: Path, now: datetime) -> Connection:
    nowhere = "http://127.0.0.1:1"
    fields = dict.fromkeys(("xero_url", "identity_url"), nowhere) | dict.fromkeys(("short_code", "settings"), "")
    at = {"connected_at": now, "renewed_at": now}
    known = {"id": name, "folder": str(folder), "organisation_name": name, "organisation_id": "none"}
    return Connection(sign_in="private-app", **known, **fields, **at)  # type: ignore[arg-type]


def _measured(opened: Installation, lasts_s: float) -> dict[str, float]:
    programs = Flows(opened).programs()
    trivial = {name: replace(one, stages=(("nothing", lambda _: Turn()),)) for name, one in programs.items()}
    lags: list[float] = []
    with _statements() as counted, workshop.opened(opened, stays=True, programs=trivial) as work:
        over = threading.Event()
        threading.Timer(lasts_s, over.set).start()
        cpu, began_at, before = time.process_time(), time.monotonic(), counted[0]
        while not over.is_set():
            work.tick()
            lags.append(_lag_s(opened))
            work.rest()
        cpu_s, wall_s, sent = time.process_time() - cpu, time.monotonic() - began_at, counted[0] - before
    with opened.database.read() as tx:
        ran = tx.execute(sa.select(sa.func.count()).where(run.c.state == "done")).scalar_one()
    return {
        "wall_s": round(wall_s, 1),
        "cpu_percent_of_a_core": round(100 * cpu_s / wall_s, 1),
        "statements_per_s": round(sent / wall_s, 1),
        "runs_per_s": round(ran / wall_s, 1),
        "lag_max_s": round(max(lags), 1),
        "lag_at_end_s": round(lags[-1], 1),
        "memory_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


@contextmanager
def _statements() -> Iterator[list[int]]:
    counted = [0]

    def count(*_: object) -> None:
        counted[0] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    yield counted
    sa.event.remove(sa.Engine, "before_cursor_execute", count)


def _lag_s(opened: Installation) -> float:
    """How late the flow is that has waited longest to be started."""
    with opened.database.read() as tx:
        waiting = sa.select(sa.func.min(schedule.c.next_due_at)).where(schedule.c.in_flight.is_(None))
        oldest = tx.execute(waiting).scalar_one()
    return max(0.0, (opened.now() - oldest).total_seconds())


if __name__ == "__main__":
    main()
