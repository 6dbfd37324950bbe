"""Digests: when each connection's next one is due, and what it tells beyond how things stand."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import delivery, digest


class Due(msgspec.Struct, frozen=True):
    """When a connection's next digest is due. Shape: hour is the one it was reckoned for."""

    connection_id: str
    hour: int
    next_at: datetime


def every(tx: sa.Connection) -> dict[str, Due]:
    """All of them, by connection."""
    columns = (digest.c.connection_id, digest.c.hour, digest.c.next_at)
    return {row[0]: Due(*row) for row in tx.execute(sa.select(*columns))}


def keep(tx: sa.Connection, some: Sequence[Due]) -> None:
    """Note when digests are due."""
    upsert(tx, digest, [msgspec.structs.asdict(one) for one in some])


def forget(tx: sa.Connection, connection_id: str) -> None:
    """Have no digest made of a connection."""
    tx.execute(digest.delete().where(digest.c.connection_id == connection_id))


def posted_since(tx: sa.Connection, connection_id: str, since: datetime) -> int:
    """How many orders have come to Xero since a moment."""
    mine = (delivery.c.connection_id == connection_id, delivery.c.settled_at >= since, delivery.c.state == "posted")
    return int(tx.execute(sa.select(sa.func.count()).where(*mine)).scalar_one())
