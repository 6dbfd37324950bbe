"""How late things were: orders by the journal of the local Xero, scheduled runs by the ledger.

Units: seconds.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crowd.laying import Laid
from fieldbridge.app.installation import Installation
from fieldbridge.core.slots import next_slot, phase
from fieldbridge.flows import FLOWS, TRANSACTIONS
from fieldbridge.store.schema import run, schedule

Between = tuple[datetime, datetime]


def ended(opened: Installation) -> int:
    """How many runs have ended."""
    with opened.database.read() as tx:
        query = sa.select(sa.func.count()).where(run.c.ended_at.is_not(None))
        return int(tx.execute(query).scalar_one())


def flows_that_ran(opened: Installation) -> int:
    """How many flows of all connections have come to the end of a run."""
    with opened.database.read() as tx:
        each = sa.select(run.c.connection_id, run.c.flow).where(run.c.ended_at.is_not(None)).distinct().subquery()
        return int(tx.execute(sa.select(sa.func.count()).select_from(each)).scalar_one())


def arrivals(journal: Path) -> dict[str, datetime]:
    """When each invoice came to Xero, by its number."""
    found: dict[str, datetime] = {}
    with journal.open(encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line) if '"PUT"' in line else {}
            if one.get("path", "").endswith("/Invoices") and one["status"] == 200:
                for invoice in json.loads(one["answer"])["Invoices"]:
                    found.setdefault(invoice["InvoiceNumber"], datetime.fromisoformat(one["at"]))
    return found


def of_orders(laid: Sequence[Laid], arrived: Mapping[str, datetime]) -> dict[str, Any]:
    """From a file's laying to its invoice in Xero. Shape: missing are orders that have not arrived."""
    took = [(arrived[one.number] - one.at).total_seconds() for one in laid if one.number in arrived]
    return {"orders": len(laid), "missing": len(laid) - len(took), **_spread(took)}


def of_schedules(opened: Installation, between: Between, but: str) -> dict[str, Any]:
    """By flow, from a slot to the start of its run, and to its end. Orders come when they come, so theirs are above."""
    until_start, until_end = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    wanted = (run.c.queued_at.between(*between), run.c.flow != TRANSACTIONS, run.c.connection_id != but)
    with opened.database.read() as tx:
        for one in tx.execute(sa.select(run).where(*wanted)).mappings():
            slot = _slot(one["connection_id"], one["flow"], one["queued_at"])
            for found, at in ((until_start, one["started_at"]), (until_end, one["ended_at"])):
                found[one["flow"]].append(((at or between[1]) - slot).total_seconds())
        late = (schedule.c.next_due_at < between[1], schedule.c.in_flight.is_(None), schedule.c.connection_id != but)
        overdue = tx.execute(sa.select(sa.func.count()).where(*late)).scalar_one()
    flows = {
        flow: {"runs": len(until_start[flow]), "start": _spread(until_start[flow]), "end": _spread(until_end[flow])}
        for flow in sorted(until_start)
    }
    return {"flows": flows, "never_started": overdue}


def _slot(connection_id: str, flow: str, queued_at: datetime) -> datetime:
    every_s = FLOWS[flow].every_s
    return next_slot(queued_at - timedelta(seconds=every_s), every_s, phase(connection_id, flow))


def _spread(figures: Iterable[float]) -> dict[str, float]:
    some = sorted(figures)
    if not some:
        return {}
    at = {"half": 0.5, "of_20_19": 0.95, "of_100_99": 0.99}
    return {name: round(some[int(share * (len(some) - 1))], 2) for name, share in at.items()} | {
        "most": round(some[-1], 2)
    }
