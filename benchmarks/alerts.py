"""What looking for alerts costs, and how a storm over all connections is told.

Run: .venv/bin/python benchmarks/alerts.py --connections 10000
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from fieldbridge.app import installation
from fieldbridge.app.alerts.lookout import Lookout
from fieldbridge.app.alerts.teller import Teller
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.app.status import chosen, statuses
from fieldbridge.flows import FLOWS
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.schema import connection, run, schedule

NOW, RUNS_EACH, SHOWN = datetime.now(UTC), 6, 50
LOST = "Xero no longer lets us in."


class Nowhere:
    """Where mail goes here."""

    def __enter__(self) -> "Nowhere":
        """Open nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def send(self, _name: str, _some: Sequence[object]) -> None:
        """Forget it."""


def main() -> None:
    """Measure, and print one line of JSON for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--database", default="", help="a PostgreSQL address instead of a SQLite file")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), database_url=asked.database, alerts_to="desk@example.com")
        with installation.opened(settings) as opened:
            _fill(opened, [f"client{number:05}" for number in range(asked.connections)])
            _measure(opened)


def _measure(opened: Installation) -> None:
    later = replace(opened, now=lambda: NOW + timedelta(minutes=1))
    lookout, teller = Lookout(later, "me"), Teller(later, "me", lambda _: Nowhere())
    _timed("first look", lookout.look)
    _timed("every further look", lookout.look)
    with opened.database.write() as tx:
        tx.execute(connection.update().values(paused_because=LOST))
    _timed("a look at which all are lost", lookout.look)
    _timed("a round of the teller", teller.tell)
    _timed("status --attention", lambda: len(statuses(later, chosen(later, attention=True)[:SHOWN])))


def _timed(what: str, step: Callable[[], int]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    count = step()
    told = {"what": what, "count": count, "wall_s": round(time.perf_counter() - began, 2)}
    told |= {"cpu_s": round(time.process_time() - cpu, 2)}
    told |= {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}
    print(json.dumps(told), flush=True)  # noqa: T201 - this is what the script is for


def _fill(opened: Installation, names: Sequence[str]) -> None:
    """Connections whose flows have all run some times, and are due in ten minutes."""
    blank = dict.fromkeys(Connection.__struct_fields__, "") | {"connected_at": NOW, "renewed_at": NOW}
    rules = "[transactions]\nsales_account = \"200\"\n[alerts]\nmail_to = ['office@{}.example']\n"
    flows = [{"connection_id": name, "flow": flow} for name, flow in product(names, FLOWS)]
    due = {"every_s": 900.0, "next_due_at": NOW + timedelta(minutes=10)}
    done = {"state": "done", "counts": {}, "queued_at": NOW, "started_at": NOW, "ended_at": NOW, "exit_code": 0}
    with opened.database.write() as tx:
        made = [{**blank, "id": name, "settings": rules.format(name), "paused_because": None} for name in names]
        tx.execute(connection.insert(), made)
        tx.execute(schedule.insert(), [one | due for one in flows])
        for _ in range(RUNS_EACH):
            tx.execute(run.insert(), [one | done for one in flows])


if __name__ == "__main__":
    main()
