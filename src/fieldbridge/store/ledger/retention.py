"""Forgetting what is old, in bites small enough to hold up nobody."""

from datetime import date, datetime

import sqlalchemy as sa

from fieldbridge.store.schema import call_count, log, run, tally


def forget_log(tx: sa.Connection, before: datetime, limit: int) -> int:
    """Forget lines of the activity log. Shape: how many.

    They were written in the order of their ids, so only the first ones need looking at.
    """
    first = sa.select(log.c.id, log.c.at).order_by(log.c.id).limit(limit)
    return _delete(tx, log, [row.id for row in tx.execute(first) if row.at < before])


def forget_runs(tx: sa.Connection, before: datetime, limit: int) -> int:
    """Forget runs that have ended, but never the last one of a flow: it says how the flow stands."""
    later = run.alias()
    has_later = sa.exists().where(
        later.c.connection_id == run.c.connection_id, later.c.flow == run.c.flow, later.c.id > run.c.id
    )
    first = sa.select(run.c.id, run.c.ended_at).where(run.c.ended_at.is_not(None), has_later)
    rows = tx.execute(first.order_by(run.c.id).limit(limit))
    return _delete(tx, run, [row.id for row in rows if row.ended_at < before])


def forget_counts(tx: sa.Connection, before: date) -> int:
    """Forget what calls have cost, and how changes were found, on days long past."""
    counts = tx.execute(call_count.delete().where(call_count.c.day < before)).rowcount
    return counts + tx.execute(tally.delete().where(tally.c.day < before)).rowcount


def _delete(tx: sa.Connection, table: sa.Table, ids: list[int]) -> int:
    if ids:
        tx.execute(table.delete().where(table.c.id.in_(ids)))
    return len(ids)
