"""Forgetting old evidence, in bites small enough to hold up nobody.

Rows are deleted and not emptied: SQLite uses the room of a row again only once its page is free.
"""

from datetime import datetime

import sqlalchemy as sa

from fieldbridge.store.ledger import marks, past
from fieldbridge.store.ledger.retention import deleted
from fieldbridge.store.schema import DOCUMENT, book, delivery, intake, intake_file, problem

OPEN = ("waiting", "planned")


def forget_transactions(tx: sa.Connection, before: datetime, at: datetime, limit: int) -> int:
    """Forget transactions taken before a moment, with all that happened to them, except what is kept of the `past`.

    What has not ended is kept whole: what waits, has an open Problem, is on its way, or holds stock. Shape: how many.
    """
    old = sa.select(intake_file.c.id).where(intake_file.c.taken_at < before)
    last = tx.execute(old.order_by(intake_file.c.taken_at.desc()).limit(1)).scalar()
    if last is None:
        return 0
    due = _ended().where(intake.c.file_id <= last, intake_file.c.taken_at < before).order_by(intake.c.file_id)
    rows = tx.execute(due.limit(limit)).mappings().all()
    if rows:
        past.keep(tx, rows, at)
        marks.keep(tx, marks.KEPT_SINCE, before.isoformat())
    return deleted(tx, intake, [row["id"] for row in rows])


def _ended() -> sa.Select[tuple[object, ...]]:
    still_open = problem.c.closed_at.is_(None)
    of_file = sa.and_(problem.c.connection_id == intake.c.connection_id, problem.c.key == intake_file.c.name)
    going = sa.or_(delivery.c.settled_at.is_(None), sa.and_(delivery.c.state == "posted", delivery.c.holds_stock))
    own = (intake.c[name] for name in ("id", "connection_id", "key", "digest", "state", "position"))
    return (
        sa.select(*own, intake_file.c.name.label("file"), intake_file.c.taken_at)
        .join(intake_file, intake_file.c.id == intake.c.file_id)
        .where(
            intake.c.state.not_in(OPEN),
            ~sa.exists().where(problem.c.intake_id == intake.c.id, still_open),
            ~sa.exists().where(delivery.c.intake_id == intake.c.id, going),
            sa.or_(intake.c.state != "parked", ~sa.exists().where(still_open, of_file)),
        )
    )


def forget_files(tx: sa.Connection, before: datetime, limit: int) -> int:
    """Forget order files taken before a moment of which no transaction is left. Shape: how many."""
    empty = ~sa.exists().where(intake.c.file_id == intake_file.c.id)
    old = sa.select(intake_file.c.id).where(intake_file.c.taken_at < before, intake_file.c.moved_to.is_not(None), empty)
    return deleted(tx, intake_file, list(tx.execute(old.order_by(intake_file.c.taken_at).limit(limit)).scalars()))


def forget_problems(tx: sa.Connection, before: datetime, limit: int) -> int:
    """Forget Problems closed before a moment. Shape: how many."""
    old = sa.select(problem.c.id).where(problem.c.closed_at.is_not(None), problem.c.closed_at < before)
    return deleted(tx, problem, list(tx.execute(old.order_by(problem.c.closed_at).limit(limit)).scalars()))


def forget_documents(tx: sa.Connection, before: datetime, limit: int) -> int:
    """Forget documents of the Books on which nothing is owed and that were read last before a moment.

    One that is modified at Xero later is read again. Shape: how many.
    """
    keys = tuple(book.primary_key)
    old = sa.select(*keys).where(DOCUMENT, book.c.is_open == sa.false(), book.c.read_at < before)
    rows = [tuple(row) for row in tx.execute(old.order_by(book.c.read_at).limit(limit))]
    if rows:
        tx.execute(book.delete().where(sa.tuple_(*keys).in_(rows)))
    return len(rows)
