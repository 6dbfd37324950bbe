"""What many connections cost: their schedules held by one worker or several, in steady state.

Half of the folders lie on shares that tell nothing, and all are empty. Unless --calls is given, the steps of the flows
are trivial and Xero is not called; with it, every connection has an organisation at one local Xero, and the flows are
the product's own: each has run once before the measuring begins.

Run: .venv/bin/python benchmarks/connections.py --connections 1000 --seconds 60
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import psycopg
import sqlalchemy as sa

from crowd import lateness, spent
from crowd.organisations import connect_each, local_xero
from fieldbridge.app import installation, workshop
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.core.slots import next_slot, phase
from fieldbridge.flows import FLOWS
from fieldbridge.store.database import upsert
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.schema import call_count, connection, run, schedule

SIZE = ("--contacts", "20", "--items", "30", "--history-months", "1", "--limits", "advanced")
ALLOWED_S = 900.0
Row = dict[str, Any]


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite otherwise")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--calls", action="store_true", help="the flows call a local Xero")
    parser.add_argument("--hurry", action="store_true", help="every flow is due again as soon as it has run")
    asked = parser.parse_args()
    names = [f"c{number:05}" for number in range(asked.connections)]
    with TemporaryDirectory() as folder, connected(asked, Path(folder), names) as (opened, xero):
        print(json.dumps({**vars(asked), **measured(opened, asked, xero)}))  # noqa: T201 - the figures are the output


@contextmanager
def connected(asked: argparse.Namespace, folder: Path, names: list[str]) -> Iterator[tuple[Installation, int | None]]:
    """The connections, in steady state. Shape: the process of the local Xero, if there is one."""
    settings = Settings(home=folder / "home", database_url=asked.database)
    with installation.opened(settings) as opened:
        if not asked.calls:
            lay_down(opened, folder / "sites", names)
            yield opened, None
            return
        with local_xero(names, *SIZE) as (url, xero):
            connect_each(opened, url, folder / "sites", names)
            _half_on_shares(opened, names)
            _first_runs(opened)
            yield opened, xero


def lay_down(opened: Installation, folder: Path, names: list[str]) -> None:
    """Connections to nowhere, each of whose flows is due at its own slot."""
    now = opened.now()
    for name in names:
        (folder / name).mkdir(parents=True)
    with opened.database.write() as tx:
        upsert(tx, connection, [msgspec.structs.asdict(_made(name, folder / name, now)) for name in names])
        every = [(name, flow, number % 2 == 1) for number, name in enumerate(names) for flow in FLOWS]
        upsert(tx, schedule, [_due(*one, now) for one in every])


def _due(name: str, flow: str, polls: bool, now: datetime) -> Row:
    every_s = FLOWS[flow].every_s
    slot = next_slot(now, every_s, phase(name, flow))
    return {"connection_id": name, "flow": flow, "every_s": every_s, "next_due_at": slot, "polls": polls}


def _made(name: str, folder: Path, now: datetime) -> Connection:
    nowhere = "http://127.0.0.1:1"
    fields = dict.fromkeys(("xero_url", "identity_url"), nowhere) | dict.fromkeys(("short_code", "settings"), "")
    at = {"connected_at": now, "renewed_at": now}
    known = {"id": name, "folder": str(folder), "organisation_name": name, "organisation_id": "none"}
    return Connection(sign_in="private-app", **known, **fields, **at)  # type: ignore[arg-type]


def _half_on_shares(opened: Installation, names: list[str]) -> None:
    with opened.database.write() as tx:
        tx.execute(schedule.update().where(schedule.c.connection_id.in_(names[1::2])).values(polls=True))


def _first_runs(opened: Installation) -> None:
    """What a new connection does at once, until every flow waits for its next slot."""
    cold = sa.select(schedule.c.flow).where(
        schedule.c.in_flight.is_not(None) | (schedule.c.next_due_at <= sa.bindparam("now", type_=run.c.queued_at.type))
    )
    with workshop.opened(opened, stays=True) as work:
        while True:
            work.tick()
            with opened.database.read() as tx:
                if tx.execute(cold.limit(1), {"now": opened.now()}).first() is None:
                    return
            work.rest()


def measured(opened: Installation, asked: argparse.Namespace, xero: int | None) -> Row:
    """Let the workers work, and gather what they tell. Units: a second of the CPU of one core is one second."""
    server = postmaster(asked.database)
    before, ran, calls = _others(server, xero), lateness.ended(opened), _calls(opened)
    told = _worked(opened.settings, asked)
    after = _others(server, xero)
    wall_s = max(one["wall_s"] for one in told)
    return {
        "wall_s": wall_s,
        "cpu_percent_of_a_core": [round(100 * one["cpu_s"] / one["wall_s"], 1) for one in told],
        "statements_per_s": round(sum(one["statements"] for one in told) / wall_s, 1),
        "runs_per_s": round((lateness.ended(opened) - ran) / wall_s, 1),
        "calls_per_s": round((_calls(opened) - calls) / wall_s, 2),
        "lag_max_s": max(one["lag_max_s"] for one in told),
        "lag_at_end_s": max(one["lag_at_end_s"] for one in told),
        "memory_mb": [one["memory_mb"] for one in told],
        "memory_peak_mb": [one["memory_peak_mb"] for one in told],
        "server_cpu_percent": round(100 * (after[0] - before[0]) / wall_s, 1),
        "xero_cpu_percent": round(100 * (after[1] - before[1]) / wall_s, 1),
        "not_done": _not_done(opened),
    }


def _others(*processes: int | None) -> list[float]:
    return [spent.cpu_of_family_s(pid) if pid else 0.0 for pid in processes]


def _worked(settings: Settings, asked: argparse.Namespace) -> list[Row]:
    command = [sys.executable, "-m", "crowd.soaked", "--database", asked.database, "--seconds", str(asked.seconds)]
    command += ["--home", str(settings.home)]
    command += [f"--{name}" for name in ("calls", "hurry") if vars(asked)[name]]
    here = Path(__file__).parent
    workers = [subprocess.Popen(command, cwd=here, stdout=subprocess.PIPE, text=True) for _ in range(asked.workers)]
    return [json.loads(one.communicate(timeout=asked.seconds + ALLOWED_S)[0]) for one in workers]


def postmaster(database: str) -> int | None:
    """The process of a PostgreSQL server of this machine."""
    if not database:
        return None
    with psycopg.connect(database) as session:
        row = session.execute("SHOW data_directory").fetchone()
    return int((Path(row[0]) / "postmaster.pid").read_text().split()[0]) if row else None


def _calls(opened: Installation) -> int:
    with opened.database.read() as tx:
        return int(tx.execute(sa.select(sa.func.sum(call_count.c.calls))).scalar() or 0)


def _not_done(opened: Installation) -> Row:
    """What ended otherwise than well, by its state and reason."""
    with opened.database.read() as tx:
        query = sa.select(run.c.state, run.c.error).where(run.c.ended_at.is_not(None), run.c.state != "done")
        return Counter(f"{state}: {str(error)[:80]}" for state, error in tx.execute(query))


if __name__ == "__main__":
    main()
