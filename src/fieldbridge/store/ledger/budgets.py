"""Budgets: the Governor's state and the count of calls and bytes, shared by all processes through the database."""

from datetime import date

import msgspec
import sqlalchemy as sa

from fieldbridge.core.pacing import Budget, rolled
from fieldbridge.store.database import upsert
from fieldbridge.store.schema import budget, call_count


def load(tx: sa.Connection, connection_id: str) -> Budget:
    """Read the Governor's state and hold it until the transaction ends."""
    query = sa.select(budget.c.state).where(budget.c.connection_id == connection_id).with_for_update()
    state = tx.execute(query).scalar()
    return Budget() if state is None else msgspec.json.decode(state, type=Budget)


def look(tx: sa.Connection, connection_id: str, calls_per_day: int, now_s: float) -> Budget:
    """The Governor's state as it is at a moment, under the limit the settings say."""
    state = load(tx, connection_id)
    return rolled(msgspec.structs.replace(state, limit_per_day=calls_per_day), now_s)


def save(tx: sa.Connection, connection_id: str, state: Budget) -> None:
    """Keep the Governor's state."""
    upsert(tx, budget, [{"connection_id": connection_id, "state": msgspec.json.encode(state).decode()}])


class Spent(msgspec.Struct, frozen=True):
    """What calls have cost.

    Units: bytes on the wire, bytes unpacked, and bytes Xero would charge for under its tiers (whether it counts them
    packed is not known, so they are counted unpacked: never less than the bill).
    """

    calls: int = 0
    wire_bytes: int = 0
    unpacked_bytes: int = 0
    egress_bytes: int = 0


def count(tx: sa.Connection, connection_id: str, day: date, flow: str, more: Spent) -> None:
    """Add to what a flow has spent on one day."""
    of_today = (call_count.c.connection_id == connection_id) & (call_count.c.day == day) & (call_count.c.flow == flow)
    amounts = msgspec.structs.asdict(more)
    added = {name: call_count.c[name] + amount for name, amount in amounts.items()}
    if tx.execute(call_count.update().where(of_today).values(**added)).rowcount == 0:
        upsert(tx, call_count, [{"connection_id": connection_id, "day": day, "flow": flow, **amounts}])


def ran(tx: sa.Connection, connection_id: str, day: date, flow: str) -> None:
    """Count one run of a flow, whether or not it made calls."""
    count(tx, connection_id, day, flow, Spent())
    of_today = (call_count.c.connection_id == connection_id) & (call_count.c.day == day) & (call_count.c.flow == flow)
    tx.execute(call_count.update().where(of_today).values(runs=call_count.c.runs + 1))


class Cost(msgspec.Struct, frozen=True):
    """What runs of a flow have cost. Shape: runs is at least one; per_run is the calls of one on the mean."""

    runs: int
    per_run: float


def costs(tx: sa.Connection, connection_id: str, first: date, last: date) -> dict[str, Cost]:
    """What runs of each flow have cost, from one day to another, both included; only of flows that ran."""
    calls, runs = sa.func.sum(call_count.c.calls), sa.func.sum(call_count.c.runs)
    query = (
        sa.select(call_count.c.flow, calls, runs)
        .where(call_count.c.connection_id == connection_id, call_count.c.day >= first, call_count.c.day <= last)
        .group_by(call_count.c.flow)
        .having(runs > 0)
    )
    return {flow: Cost(int(number), float(made) / float(number)) for flow, made, number in tx.execute(query)}


def spent(tx: sa.Connection, connection_id: str, first: date, last: date) -> dict[str, Spent]:
    """What each flow has spent from one day to another, both included."""
    names = Spent.__struct_fields__
    query = (
        sa.select(call_count.c.flow, *(sa.func.sum(call_count.c[name]) for name in names))
        .where(call_count.c.connection_id == connection_id, call_count.c.day >= first, call_count.c.day <= last)
        .group_by(call_count.c.flow)
        .order_by(call_count.c.flow)
    )
    return {row[0]: Spent(*(int(amount) for amount in row[1:])) for row in tx.execute(query)}
