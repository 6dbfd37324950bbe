"""Budgets: the Governor's state and the count of calls and bytes, shared by all processes through the database."""

from datetime import date

import msgspec
import sqlalchemy as sa

from fieldbridge.core.pacing import Budget
from fieldbridge.store.database import upsert
from fieldbridge.store.schema import budget, call_count


def load(tx: sa.Connection, connection_id: str) -> Budget:
    """Read the Governor's state and hold it until the transaction ends."""
    query = sa.select(budget.c.state).where(budget.c.connection_id == connection_id).with_for_update()
    state = tx.execute(query).scalar()
    return Budget() if state is None else msgspec.json.decode(state, type=Budget)


def save(tx: sa.Connection, connection_id: str, state: Budget) -> None:
    """Keep the Governor's state."""
    upsert(tx, budget, [{"connection_id": connection_id, "state": msgspec.json.encode(state).decode()}])


def count(tx: sa.Connection, connection_id: str, day: date, flow: str, wire_bytes: int, unpacked_bytes: int) -> None:
    """Count one call. Units: bytes as they came over the wire, and after unpacking."""
    of_today = (call_count.c.connection_id == connection_id) & (call_count.c.day == day) & (call_count.c.flow == flow)
    more = {
        "calls": call_count.c.calls + 1,
        "wire_bytes": call_count.c.wire_bytes + wire_bytes,
        "unpacked_bytes": call_count.c.unpacked_bytes + unpacked_bytes,
    }
    if tx.execute(call_count.update().where(of_today).values(**more)).rowcount == 0:
        first = {"connection_id": connection_id, "day": day, "flow": flow, "calls": 1}
        upsert(tx, call_count, [first | {"wire_bytes": wire_bytes, "unpacked_bytes": unpacked_bytes}])


def spent(tx: sa.Connection, connection_id: str, day: date) -> tuple[int, int, int]:
    """Shape: (calls, bytes on the wire, bytes unpacked) of one day."""
    query = sa.select(
        sa.func.coalesce(sa.func.sum(call_count.c.calls), 0),
        sa.func.coalesce(sa.func.sum(call_count.c.wire_bytes), 0),
        sa.func.coalesce(sa.func.sum(call_count.c.unpacked_bytes), 0),
    ).where(call_count.c.connection_id == connection_id, call_count.c.day == day)
    calls, wire, unpacked = tx.execute(query).one()
    return int(calls), int(wire), int(unpacked)
