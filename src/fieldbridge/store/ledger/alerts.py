"""Alerts that stand, and what is dear among what was set aside."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.core.alerts.watch import Alert, Dear, Key
from fieldbridge.store.database import insert_new
from fieldbridge.store.schema import alert, intake, problem


class Standing(Alert, frozen=True, kw_only=True):
    """An alert since it began."""

    connection_id: str
    began_at: datetime


class _Worth(msgspec.Struct):
    total: Decimal = Decimal(0)


def standing(tx: sa.Connection, some: Collection[str] | None = None, limit: int | None = None) -> list[Standing]:
    """Alerts that stand, by connection, the oldest first."""
    query = sa.select(alert).order_by(alert.c.connection_id, alert.c.began_at, alert.c.kind, alert.c.about)
    if some is not None:
        query = query.where(alert.c.connection_id.in_(some))
    return [Standing(**row) for row in tx.execute(query.limit(limit)).mappings()]


def keys(tx: sa.Connection, some: Collection[str] | None = None) -> dict[str, frozenset[Key]]:
    """What stands, by connection."""
    found: defaultdict[str, set[Key]] = defaultdict(set)
    query = sa.select(alert.c.connection_id, alert.c.kind, alert.c.about)
    for name, kind, about in tx.execute(query if some is None else query.where(alert.c.connection_id.in_(some))):
        found[name].add((kind, about))
    return {name: frozenset(some) for name, some in found.items()}


def counts(tx: sa.Connection) -> dict[str, int]:
    """How many stand, by kind."""
    query = sa.select(alert.c.kind, sa.func.count()).group_by(alert.c.kind)
    return {row[0]: row[1] for row in tx.execute(query)}


def begin(tx: sa.Connection, connection_id: str, one: Alert, at: datetime) -> bool:
    """Have an alert stand. Shape: false when it stood already."""
    row = {**msgspec.structs.asdict(one), "connection_id": connection_id, "began_at": at}
    return insert_new(tx, alert, [row]) == 1


def end(tx: sa.Connection, connection_id: str, key: Key) -> Standing | None:
    """Have an alert stand no more. Shape: the alert, or None when it did not stand."""
    mine = (alert.c.connection_id == connection_id, alert.c.kind == key[0], alert.c.about == key[1])
    row = tx.execute(alert.delete().where(*mine).returning(*alert.c)).mappings().first()
    return Standing(**row) if row else None


def dear(tx: sa.Connection, connection_id: str, above: Decimal, limit: int) -> list[Dear]:
    """Records set aside that are worth more than so much, the oldest first."""
    query = (
        sa.select(problem.c.key, intake.c.record, problem.c.code)
        .join(intake, intake.c.id == problem.c.intake_id)
        .where(problem.c.connection_id == connection_id, problem.c.closed_at.is_(None), intake.c.record.is_not(None))
        .order_by(problem.c.id)
    )
    found: dict[str, Dear] = {}
    for key, record, code in tx.execute(query):
        worth = msgspec.json.decode(record, type=_Worth).total
        if abs(worth) > above and len(found) < limit:
            found.setdefault(key, Dear(key, worth, code))
    return list(found.values())
