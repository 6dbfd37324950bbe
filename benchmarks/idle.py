"""What a day costs at Xero when nothing changes: one connection, its usual schedules, a clock that is passed in.

The first reads, after it was connected, come before the day and do not count.

Run: .venv/bin/python benchmarks/idle.py
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import sqlalchemy as sa

from fieldbridge.app.demo.local_xero import started
from fieldbridge.store.ledger import budgets
from fieldbridge.store.schema import schedule
from simulation import product
from simulation.office import Office
from simulation.product import NAME, Product

LOOK_S = 0.02
WITHIN_S = 60.0
Row = dict[str, Any]


def main() -> None:
    """Let days pass, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--contacts", type=int, default=200)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--settings", default="", help="of the connection, as TOML")
    parser.add_argument("--untracked", action="store_true", help="Xero tracks no item's stock")
    asked = parser.parse_args()
    size = ("--contacts", str(asked.contacts), "--items", str(asked.items))
    product.hurry()
    with connected(size, asked) as (office, mine):
        print(json.dumps(measured(office, mine, asked.days)))  # noqa: T201 - the figures are the output


@contextmanager
def connected(size: tuple[str, ...], asked: argparse.Namespace) -> Iterator[tuple[Office, Product]]:
    """A connection at a local Xero, both at the beginning of a day that is not over yet."""
    with TemporaryDirectory() as folder, started("--record", "", *size) as url:
        office = Office(url)
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        office.at(datetime.combine(tomorrow, day_time(), UTC).isoformat())
        for one in office.books()["items"] if asked.untracked else ():
            office.control("POST", f"items/{one['Code']}", {"IsTrackedAsInventory": False})
        product.connected(Path(folder) / "home", office, Path(folder) / "site", asked.settings or None)
        with product.opened(Path(folder) / "home", url) as mine:
            mine.clock.set(office.control("GET", "clock")["now"])
            yield office, mine
        office.close()


def measured(office: Office, mine: Product, days: int) -> Row:
    """Every flow runs at its slots. Shape: calls and bytes of one day, by flow as we count, and as Xero does."""
    began = mine.clock.now()
    pass_time(office, mine, began + timedelta(days=1))
    office.control("DELETE", "received")
    egress = _egress(office)
    first = (began + timedelta(days=1)).date()
    for day in range(days):
        pass_time(office, mine, began + timedelta(days=2 + day))
    last = first + timedelta(days=days - 1)
    with mine.installation.database.read() as tx:
        spent = {flow: _a_day(one, days) for flow, one in budgets.spent(tx, NAME, first, last).items()}
    return {"ours": spent, "of_xero": _told(office, egress, days)}


def pass_time(office: Office, mine: Product, until: datetime) -> None:
    """Each flow is started when it is due, and ends before the next is."""
    while (due := _next_due(mine)) < until:
        _move_to(office, mine, due)
        mine.work.dispatcher.dispatch()
        _settle(mine)
    _move_to(office, mine, until)


def _move_to(office: Office, mine: Product, at: datetime) -> None:
    office.control("POST", "clock", {"set": at.isoformat()})
    mine.clock.set(at.isoformat())


def _next_due(mine: Product) -> datetime:
    with mine.installation.database.read() as tx:
        due: datetime = tx.execute(sa.select(sa.func.min(schedule.c.next_due_at))).scalar_one()
    return max(due, mine.clock.now())


def _settle(mine: Product) -> None:
    """Wait until no run is under way."""
    waiting = sa.select(schedule.c.flow).where(schedule.c.in_flight.is_not(None))
    gives_up_at = time.monotonic() + WITHIN_S
    while time.monotonic() < gives_up_at:
        with mine.installation.database.read() as tx:
            if tx.execute(waiting).first() is None:
                return
        time.sleep(LOOK_S)
    raise TimeoutError("A run does not end.")


def _a_day(one: budgets.Spent, days: int) -> Row:
    return {name: round(amount / days) for name, amount in msgspec.structs.asdict(one).items()}


def _told(office: Office, egress_before: int, days: int) -> Row:
    """What the local Xero has counted. Shape: of one day; resources with the calls of each."""
    calls = office.control("GET", "received")["received"]
    named = Counter(one["path"].partition("/api.xro/2.0/")[2].partition("/")[0] for one in calls)
    cut = sum(one["status"] == 304 for one in calls)
    each = {name or "identity": round(count / days) for name, count in named.most_common()}
    return {
        "calls": round(named.total() / days),
        "not_modified": round(cut / days),
        "egress_bytes": round((_egress(office) - egress_before) / days),
        "resources": each,
    }


def _egress(office: Office) -> int:
    months = office.control("GET", "egress")
    return sum(size for sizes in months.values() for size in sizes.values())


if __name__ == "__main__":
    main()
