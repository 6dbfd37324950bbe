"""Forgetting what is old, in bites small enough to hold up nobody."""

from datetime import date, datetime

import sqlalchemy as sa

from fieldbridge.store.schema import answer, attempt, call_count, log, run, tally, written_call

LOG = log.c.at
EVIDENCE = (attempt.c.sent_at, written_call.c.answered_at, answer.c.told_at)
"""What is only ever added to, by when it was."""


def forget_rows(tx: sa.Connection, moment: "sa.Column[datetime]", before: datetime, limit: int) -> int:
    """Forget old rows of a table that is only ever added to; moment is its column that says when. Shape: how many.

    They were written in the order of their ids, so only the first ones need looking at.
    """
    table = moment.table
    first = sa.select(table.c.id, moment.label("moment")).order_by(table.c.id).limit(limit)
    return deleted(tx, table, [row.id for row in tx.execute(first) if row.moment < before])


def forget_runs(tx: sa.Connection, before: datetime, limit: int) -> int:
    """Forget runs that have ended, but never the last one of a flow: it says how the flow stands."""
    later = run.alias()
    has_later = sa.exists().where(
        later.c.connection_id == run.c.connection_id, later.c.flow == run.c.flow, later.c.id > run.c.id
    )
    first = sa.select(run.c.id, run.c.ended_at).where(run.c.ended_at.is_not(None), has_later)
    rows = tx.execute(first.order_by(run.c.id).limit(limit))
    return deleted(tx, run, [row.id for row in rows if row.ended_at < before])


def forget_counts(tx: sa.Connection, before: date) -> int:
    """Forget what calls have cost, and how changes were found, on days long past."""
    counts = tx.execute(call_count.delete().where(call_count.c.day < before)).rowcount
    return counts + tx.execute(tally.delete().where(tally.c.day < before)).rowcount


def deleted(tx: sa.Connection, table: sa.Table, ids: list[int]) -> int:
    """Delete rows by their ids. Shape: how many."""
    if ids:
        tx.execute(table.delete().where(table.c.id.in_(ids)))
    return len(ids)
