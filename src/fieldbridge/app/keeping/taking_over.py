"""Taking over: what a ledger must know when it goes on somewhere else, or from an earlier day.

The durable engine's own notes stay behind, so runs under way are closed and their flows are due anew. Xero's books
may be ahead of the ledger: whatever may have been posted since is looked up by its number before it is sent.
"""

from datetime import datetime

import sqlalchemy as sa

from fieldbridge.store.ledger import connections, deliveries, marks, runs, schedules

BECAUSE = "The ledger was restored or moved while this run was under way. What it left undone goes on in the next."


def take_over(tx: sa.Connection, made_at: datetime, now: datetime) -> int:
    """Prepare a ledger of `made_at` to be worked on from now. Shape: how many Deliveries will be looked up."""
    doubted = deliveries.doubt(tx, now)
    runs.abandon(tx, BECAUSE, now)
    schedules.free(tx, now)
    marks.keep(tx, marks.RESTORED_AT, now.isoformat())
    for one in connections.every(tx):
        runs.record(tx, one.id, None, now, "ledger.restored", made_at=made_at.isoformat())
    return doubted
