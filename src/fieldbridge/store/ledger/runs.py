"""Runs: one execution of a flow each, with what it did and what it is doing now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import tell
from fieldbridge.store.schema import log, run

State = Literal["queued", "running", "done", "unfinished", "halted", "cancelled"]
ENDED: tuple[State, ...] = ("done", "unfinished", "halted", "cancelled")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of a flow. Shape: counts are what moved, by name; exit_code is None until it ended."""

    id: int
    connection_id: str
    flow: str
    state: State
    doing: str
    counts: dict[str, int]
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    exit_code: int | None
    error: str | None
    accepted: str = ""
    cancel_asked_at: datetime | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the activity log."""

    id: int
    connection_id: str
    run_id: int | None
    at: datetime
    event: str
    fields: dict[str, object]


def queue(tx: sa.Connection, connection_id: str, flow: str, at: datetime, accepted: str = "") -> int:
    """Open a run that has not started. Shape: its id; accepted is the digest of what a person let pass a Guard."""
    row = {
        "connection_id": connection_id,
        "flow": flow,
        "state": "queued",
        "counts": {},
        "queued_at": at,
        "accepted": accepted,
    }
    return int(tx.execute(run.insert().returning(run.c.id), row).scalar_one())


def queue_each(tx: sa.Connection, flows: Sequence[tuple[str, str]], at: datetime) -> Sequence[int]:
    """Open a run for each (connection, flow). Shape: their ids, in the same order."""
    if not flows:
        return []
    rows = [
        {"connection_id": name, "flow": flow, "state": "queued", "counts": {}, "queued_at": at} for name, flow in flows
    ]
    return tx.execute(run.insert().returning(run.c.id, sort_by_parameter_order=True), rows).scalars().all()


def start(tx: sa.Connection, run_id: int, at: datetime) -> bool:
    """Note that a run has begun. Shape: false for one that is resumed, which keeps its first beginning."""
    begun = run.update().where(run.c.id == run_id, run.c.started_at.is_(None))
    return tx.execute(begun.values(state="running", started_at=at)).rowcount == 1


def cancel(tx: sa.Connection, connection_id: str, flow: str | None, at: datetime) -> list[int]:
    """Ask the runs of a connection to end after the step they are in. Shape: their ids."""
    mine = [run.c.connection_id == connection_id, run.c.ended_at.is_(None), run.c.cancel_asked_at.is_(None)]
    if flow:
        mine.append(run.c.flow == flow)
    return list(tx.execute(run.update().where(*mine).values(cancel_asked_at=at).returning(run.c.id)).scalars())


def is_cancelled(tx: sa.Connection, run_id: int) -> bool:
    """Whether somebody has asked a run to end."""
    return tx.execute(sa.select(run.c.cancel_asked_at).where(run.c.id == run_id)).scalar() is not None


def say(tx: sa.Connection, run_id: int, doing: str) -> None:
    """Tell whoever watches what a run is doing now."""
    tx.execute(run.update().where(run.c.id == run_id).values(doing=doing))


def count(tx: sa.Connection, run_id: int, **more: int) -> None:
    """Add to what a run has moved."""
    counts = dict(tx.execute(sa.select(run.c.counts).where(run.c.id == run_id)).scalar_one())
    for name, number in more.items():
        counts[name] = counts.get(name, 0) + number
    tx.execute(run.update().where(run.c.id == run_id).values(counts=counts))


def end(tx: sa.Connection, run_id: int, state: State, exit_code: int, error: str | None, at: datetime) -> None:
    """Close a run."""
    closed = {"state": state, "exit_code": exit_code, "error": error, "ended_at": at, "doing": ""}
    tx.execute(run.update().where(run.c.id == run_id).values(**closed))


def abandon(tx: sa.Connection, because: str, at: datetime) -> None:
    """Close the runs that nobody will go on with: the engine that carried them out stayed behind."""
    still_open = run.update().where(run.c.state.in_(("queued", "running")))
    tx.execute(still_open.values(state="unfinished", exit_code=4, error=because, ended_at=at, doing=""))


def find(tx: sa.Connection, run_id: int) -> Run:
    """One run, which must be there."""
    return Run(**tx.execute(sa.select(run).where(run.c.id == run_id)).mappings().one())


def unended(tx: sa.Connection, queued_before: datetime, limit: int) -> list[tuple[str, str, int]]:
    """Runs that have not ended, the oldest first. Shape: (connection, flow, id)."""
    query = sa.select(run.c.connection_id, run.c.flow, run.c.id).where(
        run.c.ended_at.is_(None), run.c.queued_at <= queued_before
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query.order_by(run.c.queued_at).limit(limit))]


def latest(tx: sa.Connection, connection_id: str, flow: str) -> Run | None:
    """The last run of a flow."""
    query = sa.select(run).where(run.c.connection_id == connection_id, run.c.flow == flow)
    row = tx.execute(query.order_by(run.c.id.desc()).limit(1)).mappings().first()
    return Run(**row) if row else None


def record(
    tx: sa.Connection, connection_id: str, run_id: int | None, at: datetime, event: str, **fields: object
) -> None:
    """Write one line of the activity log."""
    record_each(tx, connection_id, run_id, at, event, [fields])


def record_each(
    tx: sa.Connection,
    connection_id: str,
    run_id: int | None,
    at: datetime,
    event: str,
    each: Sequence[Mapping[str, object]],
) -> None:
    """Write a line of the activity log for each of some records."""
    rows = [{"connection_id": connection_id, "run_id": run_id, "at": at, "event": event, "fields": one} for one in each]
    if rows:
        tx.execute(log.insert(), rows)
        for one in each:
            tell(tx, event, {"connection": connection_id, "run": run_id, **one})


def events(tx: sa.Connection, connection_id: str, limit: int, after_id: int = 0) -> list[Event]:
    """The newest lines of the activity log, oldest of them first."""
    query = sa.select(log).where(log.c.connection_id == connection_id, log.c.id > after_id)
    rows = tx.execute(query.order_by(log.c.id.desc()).limit(limit)).mappings().all()
    return [Event(**row) for row in reversed(rows)]


def events_about(tx: sa.Connection, connection_id: str, key: str, since: datetime) -> list[Event]:
    """The lines of the activity log about one transaction, oldest first."""
    query = sa.select(log).where(
        log.c.connection_id == connection_id, log.c.at >= since, log.c.fields["key"].as_string() == key
    )
    return [Event(**row) for row in tx.execute(query.order_by(log.c.id)).mappings()]
