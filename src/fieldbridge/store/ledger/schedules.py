"""Schedules: when each flow of each connection is due, what is under way, and what must wait.

next_due_at alone says when a row is looked at again. asked_at: an event wants a run; one that comes while the flow is
in flight makes it due again right after. held_until: no run may start before, whoever asks.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.core.calendar import ALWAYS, Calendar
from fieldbridge.core.slots import next_slot, phase
from fieldbridge.store.database import insert_new
from fieldbridge.store.schema import connection, run, schedule


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """One row.

    Shape: in_flight is the run that has it in hand; calendar is empty when it is always open; polls: its folder is on
    a share that tells nothing.
    """

    connection_id: str
    flow: str
    every_s: float
    next_due_at: datetime
    in_flight: int | None = None
    asked_at: datetime | None = None
    held_until: datetime | None = None
    held_because: str = ""
    calendar: str = ""
    polls: bool = False

    @property
    def open_hours(self) -> Calendar:
        """When it may run."""
        return msgspec.json.decode(self.calendar, type=Calendar) if self.calendar else ALWAYS

    def slot_after(self, at: datetime) -> datetime:
        """Its next slot."""
        return next_slot(at, self.every_s, phase(self.connection_id, self.flow), self.open_hours)


Step = tuple[Schedule, datetime]


def keep(
    tx: sa.Connection,
    connection_id: str,
    flow: str,
    every_s: float,
    next_due_at: datetime,
    calendar: Calendar = ALWAYS,
    *,
    polls: bool = False,
) -> None:
    """Add or change a schedule. A run that has it in hand keeps it."""
    text = "" if calendar == ALWAYS else msgspec.json.encode(calendar).decode()
    new = {"every_s": every_s, "next_due_at": next_due_at, "calendar": text, "polls": polls}
    if not insert_new(tx, schedule, [{"connection_id": connection_id, "flow": flow, **new}]):
        tx.execute(schedule.update().where(*_same(connection_id, flow)).values(**new))


def keep_only(tx: sa.Connection, connection_id: str, flows: Collection[str]) -> None:
    """Take away the schedules of a connection's other flows. A run that is under way goes on to its end."""
    others = (schedule.c.connection_id == connection_id, schedule.c.flow.not_in(flows))
    tx.execute(schedule.delete().where(*others))


def find(tx: sa.Connection, connection_id: str, flow: str) -> Schedule | None:
    """One schedule."""
    row = tx.execute(sa.select(schedule).where(*_same(connection_id, flow))).mappings().first()
    return Schedule(**row) if row else None


def of_connection(tx: sa.Connection, connection_id: str) -> list[Schedule]:
    """The schedules of a connection, by flow."""
    query = sa.select(schedule).where(schedule.c.connection_id == connection_id).order_by(schedule.c.flow)
    return [Schedule(**row) for row in tx.execute(query).mappings()]


def lacking(tx: sa.Connection, flow: str) -> list[str]:
    """Connections that have no schedule for a flow, as after an update that brought it."""
    has_one = sa.exists().where(schedule.c.connection_id == connection.c.id, schedule.c.flow == flow)
    return list(tx.execute(sa.select(connection.c.id).where(~has_one)).scalars())


def in_flight(tx: sa.Connection, flows: Collection[str]) -> int:
    """How many of these flows' schedules are in the hands of a run, queued or under way."""
    query = sa.select(sa.func.count()).where(schedule.c.in_flight.is_not(None), schedule.c.flow.in_(flows))
    return tx.execute(query).scalar_one()


def hold_due(tx: sa.Connection, flows: Collection[str], at: datetime, limit: int) -> list[Schedule]:
    """Lock what is due until the transaction ends, the longest due first; what another worker holds is passed over."""
    query = (
        sa.select(schedule)
        .join(connection, connection.c.id == schedule.c.connection_id)
        .where(
            connection.c.paused_because.is_(None),
            schedule.c.in_flight.is_(None),
            schedule.c.next_due_at <= at,
            schedule.c.flow.in_(flows),
        )
        .order_by(schedule.c.next_due_at)
        .limit(limit)
        .with_for_update(of=schedule, skip_locked=True)
    )
    return [Schedule(**row) for row in tx.execute(query).mappings()]


def claim(tx: sa.Connection, started: Iterable[tuple[Schedule, int]]) -> None:
    """Note which run has each schedule in hand. What was asked for until now, that run will do."""
    rows = [_key(one) | {"run": run_id} for one, run_id in started]
    if rows:
        tx.execute(_each().values(in_flight=sa.bindparam("run"), asked_at=None), rows)


def put_off(tx: sa.Connection, steps: Sequence[Step]) -> None:
    """Look at some schedules later: there is nothing to do, or nothing may start yet."""
    if steps:
        rows = [_key(one) | {"later": later} for one, later in steps]
        tx.execute(_each().values(next_due_at=sa.bindparam("later")), rows)


def rearm(
    tx: sa.Connection,
    connection_id: str,
    flow: str,
    run_id: int,
    at: datetime,
    held_until: datetime | None = None,
    because: str = "",
) -> None:
    """A run has ended: free its schedule, due at its next slot, at once when something asked meanwhile, or when held.

    Whether something asked is read in the same statement that frees, so that no event falls between.
    """
    one = find(tx, connection_id, flow)
    if one is None:
        return
    mine = (*_same(connection_id, flow), schedule.c.in_flight == run_id)
    later = held_until if held_until and held_until > at else None
    due = sa.case((schedule.c.asked_at.is_(None), _instant(one.slot_after(at))), else_=_instant(at))
    freed = {"in_flight": None, "held_until": later, "held_because": because if later else ""}
    tx.execute(schedule.update().where(*mine).values(next_due_at=later or due, **freed))


def free(tx: sa.Connection, at: datetime) -> int:
    """Free the schedules whose run has ended or is gone. Shape: how many."""
    goes_on = sa.exists().where(run.c.id == schedule.c.in_flight, run.c.ended_at.is_(None))
    stuck = schedule.update().where(schedule.c.in_flight.is_not(None), ~goes_on)
    return tx.execute(stuck.values(in_flight=None, next_due_at=at)).rowcount


def bring_back(tx: sa.Connection, at: datetime) -> None:
    """The clock was put back: what lies further ahead than its next slot is due at that slot, held or not.

    How long a hold should last is not known any more. A run that comes too early is held again, by the right clock.
    """
    tx.execute(schedule.update().where(schedule.c.held_until > at).values(held_until=None, held_because=""))
    ahead = [Schedule(**row) for row in tx.execute(sa.select(schedule).where(schedule.c.next_due_at > at)).mappings()]
    put_off(tx, [(one, slot) for one in ahead if (slot := one.slot_after(at)) < one.next_due_at])


def nudge(tx: sa.Connection, connection_id: str, flow: str, at: datetime) -> None:
    """Something happened: the flow is due now, or again when the run that is under way has ended."""
    sooner = sa.case((schedule.c.next_due_at > at, _instant(at)), else_=schedule.c.next_due_at)
    tx.execute(schedule.update().where(*_same(connection_id, flow)).values(asked_at=at, next_due_at=sooner))


def _same(connection_id: str, flow: str) -> tuple[sa.ColumnElement[bool], ...]:
    return schedule.c.connection_id == connection_id, schedule.c.flow == flow


def _instant(at: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(at, schedule.c.next_due_at.type)


def _each() -> sa.Update:
    names = (schedule.c.connection_id == sa.bindparam("of_connection"), schedule.c.flow == sa.bindparam("of_flow"))
    return schedule.update().where(*names)


def _key(one: Schedule) -> dict[str, object]:
    return {"of_connection": one.connection_id, "of_flow": one.flow}
