"""Webhook events as they arrived, and the tally of which path found each change first."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import chunks, insert_new
from fieldbridge.store.schema import connection, tally, webhook_event

IDS_PER_QUERY = 500
# As long as Xero keeps undelivered events to replay them.
KEPT = timedelta(days=31)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One change Xero announced. Shape: event_at is Xero's own text, one half of what makes an event the same."""

    tenant_id: str
    resource_id: str
    event_at: str
    category: str
    kind: str


def keep(tx: sa.Connection, events: Sequence[Event], at: datetime) -> int:
    """Store events; those seen before change nothing. Shape: how many were new."""
    return insert_new(tx, webhook_event, [{**msgspec.structs.asdict(one), "received_at": at} for one in events])


def announced(tx: sa.Connection) -> list[tuple[str, str]]:
    """Connections with events nobody has heeded yet. Shape: (connection, category)."""
    query = (
        sa.select(connection.c.id, webhook_event.c.category)
        .join(connection, connection.c.organisation_id == webhook_event.c.tenant_id)
        .where(webhook_event.c.heeded_at.is_(None), webhook_event.c.read_at.is_(None))
        .distinct()
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def heed(tx: sa.Connection, connection_id: str, at: datetime) -> None:
    """Note that what was announced to a connection has made its flows due; it does so once."""
    tenant = sa.select(connection.c.organisation_id).where(connection.c.id == connection_id).scalar_subquery()
    unheeded = webhook_event.update().where(webhook_event.c.tenant_id == tenant, webhook_event.c.heeded_at.is_(None))
    tx.execute(unheeded.values(heeded_at=at))


def mark_read(tx: sa.Connection, tenant_id: str, category: str, before: datetime, at: datetime) -> None:
    """A read that began at `before` has seen every change announced until then. Old events are forgotten."""
    tx.execute(webhook_event.delete().where(webhook_event.c.received_at < at - KEPT))
    seen = webhook_event.update().where(
        webhook_event.c.tenant_id == tenant_id,
        webhook_event.c.category == category,
        webhook_event.c.received_at <= before,
        webhook_event.c.read_at.is_(None),
    )
    tx.execute(seen.values(read_at=at))


def unread_among(tx: sa.Connection, tenant_id: str, resource_ids: Sequence[str]) -> set[str]:
    """Which of these records a webhook had announced before they were read."""
    found: set[str] = set()
    for some in chunks(resource_ids, IDS_PER_QUERY):
        query = sa.select(webhook_event.c.resource_id).where(
            webhook_event.c.tenant_id == tenant_id,
            webhook_event.c.resource_id.in_(some),
            webhook_event.c.read_at.is_(None),
        )
        found |= set(tx.execute(query).scalars())
    return found


def count(tx: sa.Connection, connection_id: str, stream: str, day: date, by_webhook: int, by_polling: int) -> None:
    """Add to the tally of one stream and day."""
    same = (tally.c.connection_id == connection_id) & (tally.c.stream == stream) & (tally.c.day == day)
    more = {"by_webhook": tally.c.by_webhook + by_webhook, "by_polling": tally.c.by_polling + by_polling}
    if tx.execute(tally.update().where(same).values(**more)).rowcount == 0:
        row = {"connection_id": connection_id, "stream": stream, "day": day}
        tx.execute(tally.insert().values(**row, by_webhook=by_webhook, by_polling=by_polling))


def tallied(tx: sa.Connection, some: Collection[str] | None) -> dict[str, tuple[int, int]]:
    """Shape: by connection (changes a webhook announced first, changes polling found by itself)."""
    sums = (sa.func.sum(tally.c.by_webhook), sa.func.sum(tally.c.by_polling))
    query = sa.select(tally.c.connection_id, *sums).group_by(tally.c.connection_id)
    rows = tx.execute(query if some is None else query.where(tally.c.connection_id.in_(some)))
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}
