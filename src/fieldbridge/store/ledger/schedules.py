"""Schedules: when each flow of each connection is due."""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import connection, schedule


class Due(msgspec.Struct, frozen=True):
    """A flow whose time has come."""

    connection_id: str
    flow: str


def keep(tx: sa.Connection, connection_id: str, flow: str, every_s: float, next_due_at: datetime) -> None:
    """Add or change a schedule."""
    row = {"connection_id": connection_id, "flow": flow, "every_s": every_s, "next_due_at": next_due_at}
    upsert(tx, schedule, [row])


def due(tx: sa.Connection, at: datetime, limit: int) -> list[Due]:
    """Flows that should run now and do not, the longest due first."""
    query = (
        sa.select(schedule.c.connection_id, schedule.c.flow)
        .join(connection, connection.c.id == schedule.c.connection_id)
        .where(connection.c.paused_because.is_(None), schedule.c.in_flight.is_(None), schedule.c.next_due_at <= at)
        .order_by(schedule.c.next_due_at)
        .limit(limit)
    )
    return [Due(*row) for row in tx.execute(query)]


def hold(tx: sa.Connection, one: Due, at: datetime) -> bool:
    """Lock a schedule until the transaction ends. Shape: false when another worker was quicker."""
    still = (*_same(one.connection_id, one.flow), schedule.c.in_flight.is_(None), schedule.c.next_due_at <= at)
    query = sa.select(schedule.c.flow).where(*still).with_for_update(skip_locked=True)
    return tx.execute(query).first() is not None


def claim(tx: sa.Connection, one: Due, run_id: int) -> None:
    """Note which run has a schedule in hand."""
    tx.execute(schedule.update().where(*_same(one.connection_id, one.flow)).values(in_flight=run_id))


def postpone(tx: sa.Connection, one: Due, at: datetime) -> None:
    """There is nothing to do: come back after one period."""
    every_s = tx.execute(sa.select(schedule.c.every_s).where(*_same(one.connection_id, one.flow))).scalar_one()
    later = at + timedelta(seconds=every_s)
    tx.execute(schedule.update().where(*_same(one.connection_id, one.flow)).values(next_due_at=later))


def rearm(
    tx: sa.Connection, connection_id: str, flow: str, run_id: int, at: datetime, not_before: datetime | None
) -> None:
    """A run has ended: free its schedule, and set when the flow is due again."""
    mine = (*_same(connection_id, flow), schedule.c.in_flight == run_id)
    every_s = tx.execute(sa.select(schedule.c.every_s).where(*mine)).scalar()
    if every_s is not None:
        later = max(at + timedelta(seconds=every_s), not_before or at)
        tx.execute(schedule.update().where(*mine).values(in_flight=None, next_due_at=later))


def nudge(tx: sa.Connection, connection_id: str, flow: str, at: datetime) -> None:
    """Something happened: the flow is due now."""
    sooner = schedule.update().where(*_same(connection_id, flow), schedule.c.next_due_at > at)
    tx.execute(sooner.values(next_due_at=at))


def _same(connection_id: str, flow: str) -> tuple[sa.ColumnElement[bool], ...]:
    return schedule.c.connection_id == connection_id, schedule.c.flow == flow
