"""Problems: records that could not go, why, and what to do."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.core.plan import Problem
from fieldbridge.store.schema import intake, intake_file, problem

INCOMPLETE, CHANGED = "file.incomplete", "order.changed_after_posting"
WITH_FILE = "stands for now under the Problem of its file"


class OpenProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A Problem somebody has to look at."""

    id: int
    connection_id: str
    flow: str
    kind: str
    key: str
    code: str
    message: str
    remedy: str
    cause: str
    link: str
    intake_id: int | None
    opened_at: datetime


def report(
    tx: sa.Connection, connection_id: str, flow: str, found: Problem, at: datetime, intake_id: int | None = None
) -> None:
    """Open a Problem. One that is open already about the same record says from now on what was found now."""
    same = _open(connection_id).where(
        problem.c.flow == flow,
        problem.c.kind == found.kind,
        problem.c.key == found.key,
        problem.c.code == found.code,
        problem.c.intake_id.is_(None) if intake_id is None else problem.c.intake_id == intake_id,
    )
    row = msgspec.structs.asdict(found)
    known = tx.execute(same).mappings().first()
    if known is None:
        more = {"connection_id": connection_id, "flow": flow, "opened_at": at, "intake_id": intake_id}
        tx.execute(problem.insert().values(**row, **more))
    elif any(known[name] != value for name, value in row.items()):
        tx.execute(problem.update().where(problem.c.id == known["id"]).values(**row))


def still_open(tx: sa.Connection, connection_id: str, key: str | None = None) -> list[OpenProblem]:
    """Open Problems, oldest first; of one record, or of all."""
    query = _open(connection_id).order_by(problem.c.id)
    if key is not None:
        query = query.where(problem.c.key == key)
    names = OpenProblem.__struct_fields__
    return [OpenProblem(**{name: row[name] for name in names}) for row in tx.execute(query).mappings()]


def counted(tx: sa.Connection, some: Collection[str] | None = None) -> dict[tuple[str, str], int]:
    """How many are open, of some connections or all. Shape: by connection and flow."""
    owners = (problem.c.connection_id, problem.c.flow)
    query = sa.select(*owners, sa.func.count()).where(problem.c.closed_at.is_(None)).group_by(*owners)
    rows = tx.execute(query if some is None else query.where(problem.c.connection_id.in_(some)))
    return {(row[0], row[1]): row[2] for row in rows}


def close(tx: sa.Connection, ids: list[int], because: str, at: datetime) -> None:
    """Close Problems, with the reason on record."""
    tx.execute(problem.update().where(problem.c.id.in_(ids)).values(closed_at=at, closed_because=because))


def close_of_intake(tx: sa.Connection, intake_ids: Sequence[int], because: str, at: datetime) -> None:
    """Close whatever is open about some transactions."""
    query = sa.select(problem.c.id).where(problem.c.intake_id.in_(intake_ids), problem.c.closed_at.is_(None))
    close(tx, list(tx.execute(query).scalars()), because, at)


def close_unless_seen(
    tx: sa.Connection, connection_id: str, flow: str, seen: set[tuple[str, str]], at: datetime
) -> None:
    """Close the Problems of a flow that a new look at everything no longer found. Shape: seen are (code, key)."""
    rows = tx.execute(_open(connection_id).where(problem.c.flow == flow)).mappings()
    close(tx, [row["id"] for row in rows if (row["code"], row["key"]) not in seen], "gone when looked at again", at)


def close_of_files(tx: sa.Connection, connection_id: str, arrived: str, at: datetime) -> None:
    """Close what is open about the file that has now arrived whole, and about files whose orders all came again."""
    unfinished = (
        sa.select(intake_file.c.name)
        .join(intake, intake.c.file_id == intake_file.c.id)
        .where(intake.c.connection_id == connection_id, intake.c.state == "parked", intake.c.reason == INCOMPLETE)
    )
    came_again = sa.and_(problem.c.code == INCOMPLETE, problem.c.key.not_in(unfinished))
    rows = tx.execute(
        _open(connection_id).where(problem.c.kind == "file", sa.or_(problem.c.key == arrived, came_again))
    ).mappings()
    close(tx, [row["id"] for row in rows], "came again whole", at)


def retry(tx: sa.Connection, chosen: list[OpenProblem], at: datetime) -> int:
    """Plan the parked transactions behind some Problems again. Shape: how many will be.

    What cannot be read of a file that was incomplete is a Problem of its own from then on. What came again changed
    after it had gone to Xero stays parked: trying could only collide with the first.
    """
    ids = [one.intake_id for one in chosen if one.intake_id is not None]
    files = [one for one in chosen if one.kind == "file"]
    of_files = sa.select(intake_file.c.id).where(
        sa.tuple_(intake_file.c.connection_id, intake_file.c.name).in_([(one.connection_id, one.key) for one in files])
    )
    again = intake.update().where(
        sa.or_(intake.c.id.in_(ids), sa.and_(intake.c.file_id.in_(of_files), intake.c.reason == INCOMPLETE)),
        intake.c.state == "parked",
        intake.c.reason != CHANGED,
        intake.c.record.is_not(None),
    )
    tried = list(tx.execute(again.values(state="waiting", reason="").returning(intake.c.id)).scalars())
    close_of_intake(tx, tried, "tried again", at)
    close(tx, [one.id for one in files], "tried again", at)
    of_entries = sa.select(intake.c.id).where(intake.c.file_id.in_(of_files), intake.c.state == "parked")
    unreadable = problem.update().where(problem.c.intake_id.in_(of_entries), problem.c.closed_because == WITH_FILE)
    tx.execute(unreadable.values(closed_at=None, closed_because=None))
    return len(tried)


def _open(connection_id: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(problem).where(problem.c.connection_id == connection_id, problem.c.closed_at.is_(None))
