"""Workers: the processes that carry out runs, and when each was last heard of."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import worker


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """One process. Shape: stays is false for one that leaves when its own run has ended."""

    id: str
    host: str
    pid: int
    stays: bool
    began_at: datetime
    beat_at: datetime


def beat(tx: sa.Connection, one: Worker) -> None:
    """Say that a worker lives."""
    upsert(tx, worker, [msgspec.structs.asdict(one)])


def leave(tx: sa.Connection, worker_id: str) -> None:
    """Forget a worker."""
    tx.execute(worker.delete().where(worker.c.id == worker_id))


def every(tx: sa.Connection) -> list[Worker]:
    """All workers, the oldest first."""
    query = sa.select(worker).order_by(worker.c.began_at, worker.c.id)
    return [Worker(**row) for row in tx.execute(query).mappings()]
