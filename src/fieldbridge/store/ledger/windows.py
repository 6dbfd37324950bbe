"""Windows: how far each stream of a connection has been read."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import watermark


def read_until(tx: sa.Connection, connection_id: str, stream: str) -> tuple[datetime | None, datetime | None]:
    """Shape: (read until, last full read), both None before the first read."""
    query = sa.select(watermark.c.read_until, watermark.c.full_at).where(
        watermark.c.connection_id == connection_id, watermark.c.stream == stream
    )
    row = tx.execute(query).first()
    return (row[0], row[1]) if row else (None, None)


def forget(tx: sa.Connection, connection_id: str, streams: Sequence[str]) -> None:
    """Have some streams read whole the next time, however fresh they are."""
    stale = watermark.c.connection_id == connection_id, watermark.c.stream.in_(streams)
    tx.execute(watermark.delete().where(*stale))


def advance(tx: sa.Connection, connection_id: str, stream: str, until: datetime, full_at: datetime | None) -> None:
    """Note how far a stream has been read, in the same transaction as what was read."""
    row = {"connection_id": connection_id, "stream": stream, "read_until": until, "full_at": full_at}
    upsert(tx, watermark, [row])
