"""What the ledger can prove of transactions: each arrival, each part of the Outbox, each call, each Problem."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.core.delivery import State
from fieldbridge.core.plan import IntakeState
from fieldbridge.core.records.field import Order
from fieldbridge.store.database import chunks
from fieldbridge.store.ledger import past as pasts
from fieldbridge.store.ledger.links import CUSTOMER, KNOWN_AS
from fieldbridge.store.ledger.past import Past, Posted
from fieldbridge.store.ledger.problems import INCOMPLETE
from fieldbridge.store.schema import delivery, intake, intake_file, link, past, problem

KEYS_PER_QUERY = 500
ROWS_AT_A_TIME = 1000
NOTHING = 0


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One time a transaction arrived.

    Shape: position counts from 0. order is None when it could not be read. moved_to is where its file went, None while
    it lies in the folder, empty when somebody had removed it. One that is forgotten has no order and no ids.
    """

    id: int
    file_id: int
    file: str
    taken_at: datetime
    moved_to: str | None
    position: int
    key: str
    state: IntakeState
    reason: str
    order: Order | None
    forgotten_at: datetime | None = None


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """An order file as it was taken."""

    id: int
    name: str
    taken_at: datetime
    content: bytes


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a transaction in the Outbox.

    Shape: document is what was to be created, as JSON; empty once that is forgotten, and ids are those of nothing.
    """

    id: int
    intake_id: int
    kind: str
    part: str
    number: str
    state: State
    attempt: int
    planned_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    total: Decimal
    far_id: str
    document: str


class PastProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A Problem of a transaction, open or closed."""

    id: int
    intake_id: int | None
    key: str
    code: str
    message: str
    remedy: str
    link: str
    opened_at: datetime
    closed_at: datetime | None
    closed_because: str | None


def keys_of(tx: sa.Connection, connection_id: str, named: str) -> list[str]:
    """The transactions somebody means: by key, by a number or an id of Xero's, or else by the tablet's own number."""
    keyed = sa.select(intake.c.key).where(intake.c.connection_id == connection_id, intake.c.key == named)
    gone = sa.select(past.c.key).where(past.c.connection_id == connection_id, past.c.key == named)
    numbered = sa.select(delivery.c.key).where(delivery.c.connection_id == connection_id, delivery.c.number == named)
    linked = sa.select(link.c.key).where(
        link.c.connection_id == connection_id,
        link.c.kind.not_in((CUSTOMER, KNOWN_AS)),
        sa.or_(link.c.far_id == named, link.c.far_number == named),
    )
    found = sorted(tx.execute(sa.union(keyed, gone, numbered, linked)).scalars())
    return found or _numbered_by_tablet(tx, connection_id, named)


def _numbered_by_tablet(tx: sa.Connection, connection_id: str, named: str) -> list[str]:
    """No index helps here, so it is looked for last."""
    said = f'"order_no":{msgspec.json.encode(named).decode()},'
    query = sa.select(intake.c.key).where(
        intake.c.connection_id == connection_id, intake.c.record.contains(said, autoescape=True), intake.c.key != ""
    )
    return sorted(set(tx.execute(query).scalars()))


def files_since(tx: sa.Connection, connection_id: str, since: datetime) -> Iterator[KeptFile]:
    """Stream the order files that were taken since a moment, one by one, in the order taken."""
    columns = [intake_file.c[name] for name in KeptFile.__struct_fields__]
    query = sa.select(*columns).where(intake_file.c.connection_id == connection_id, intake_file.c.taken_at >= since)
    for row in tx.execute(query.order_by(intake_file.c.id).execution_options(yield_per=1)).mappings():
        yield KeptFile(**row)


def planned_since(tx: sa.Connection, connection_id: str, since: datetime) -> list[datetime]:
    """The moments at which something was planned, oldest first."""
    query = (
        sa.select(delivery.c.planned_at)
        .distinct()
        .where(delivery.c.connection_id == connection_id, delivery.c.planned_at >= since)
    )
    return list(tx.execute(query.order_by(delivery.c.planned_at)).scalars())


def linked(tx: sa.Connection, connection_id: str, far_ids: Iterable[str]) -> set[str]:
    """Those of some documents that began as a transaction here."""
    found: set[str] = set()
    for some in chunks(sorted(set(far_ids)), KEYS_PER_QUERY):
        query = sa.select(link.c.far_id).where(
            link.c.connection_id == connection_id, link.c.kind.not_in((CUSTOMER, KNOWN_AS)), link.c.far_id.in_(some)
        )
        found |= set(tx.execute(query).scalars())
    return found


def bytes_of(tx: sa.Connection, arrival_ids: Iterable[int]) -> dict[int, bytes]:
    """The original bytes of some arrivals."""
    rows = tx.execute(sa.select(intake.c.id, intake.c.raw).where(intake.c.id.in_(list(arrival_ids))))
    return {row.id: row.raw for row in rows}


def arrivals(tx: sa.Connection, connection_id: str, keys: Iterable[str]) -> dict[str, list[Arrival]]:
    """Every time some transactions arrived, oldest first, by key."""
    keys = sorted(set(keys))
    found = {key: [_forgotten(one)] for key, one in pasts.find(tx, connection_id, keys).items()}
    for some in chunks(keys, KEYS_PER_QUERY):
        query = _arrivals(connection_id).where(intake.c.key.in_(some)).order_by(intake.c.id)
        for row in tx.execute(query).mappings():
            found.setdefault(row["key"], []).append(_arrival(row))
    return found


def _arrivals(connection_id: str) -> sa.Select[tuple[object, ...]]:
    columns = (intake.c.id, intake.c.file_id, intake.c.position, intake.c.key, intake.c.state, intake.c.reason)
    of_file = (intake_file.c.name.label("file"), intake_file.c.taken_at, intake_file.c.moved_to)
    joined = sa.select(*columns, *of_file, intake.c.record).join(intake_file, intake_file.c.id == intake.c.file_id)
    return joined.where(intake.c.connection_id == connection_id)


def _arrival(row: sa.RowMapping) -> Arrival:
    fields = {name: row[name] for name in Arrival.__struct_fields__ if name not in ("order", "forgotten_at")}
    order = msgspec.json.decode(row["record"], type=Order) if row["record"] else None
    return Arrival(order=order, **fields)


def _forgotten(one: Past) -> Arrival:
    own = {name: getattr(one, name) for name in ("file", "taken_at", "position", "key", "state", "forgotten_at")}
    return Arrival(id=NOTHING, file_id=NOTHING, moved_to="", reason="", order=None, **own)


def taken_since(tx: sa.Connection, connection_id: str, since: datetime) -> Iterator[Arrival]:
    """Stream what was taken since a moment, in the order taken."""
    query = _arrivals(connection_id).where(intake_file.c.taken_at >= since).order_by(intake.c.id)
    for row in tx.execute(query.execution_options(yield_per=ROWS_AT_A_TIME)).mappings():
        yield _arrival(row)


def parts(tx: sa.Connection, connection_id: str, keys: Iterable[str]) -> dict[str, list[Part]]:
    """Everything of some transactions that is or was in the Outbox, in the order planned, by key."""
    own = (delivery.c[name] for name in Part.__struct_fields__)
    query = sa.select(delivery.c.key, *own).where(delivery.c.connection_id == connection_id)
    keys = sorted(set(keys))
    forgotten = pasts.find(tx, connection_id, keys)
    found = {key: [_forgotten_part(part) for part in one.parts] for key, one in forgotten.items()}
    for some in chunks(keys, KEYS_PER_QUERY):
        chosen = query.where(delivery.c.key.in_(some)).order_by(delivery.c.id)
        for row in tx.execute(chosen).mappings():
            found.setdefault(row["key"], []).append(_part(row))
    return found


def _part(row: sa.RowMapping) -> Part:
    fields = {name: row[name] for name in Part.__struct_fields__}
    return Part(**{**fields, "total": Decimal(row["total"])})


def _forgotten_part(one: Posted) -> Part:
    own = msgspec.structs.asdict(one)
    return Part(id=NOTHING, intake_id=NOTHING, state="posted", attempt=0, sent_at=None, document="", **own)


def problems(tx: sa.Connection, connection_id: str, arrived: Sequence[Arrival]) -> list[PastProblem]:
    """Every Problem there ever was with some arrivals, oldest first, and what is open about files set aside whole."""
    found = list(_of_files(tx, connection_id, arrived))
    columns = [problem.c[name] for name in PastProblem.__struct_fields__]
    for some in chunks(sorted({one.id for one in arrived}), KEYS_PER_QUERY):
        query = sa.select(*columns).where(problem.c.connection_id == connection_id, problem.c.intake_id.in_(some))
        found += [PastProblem(**row) for row in tx.execute(query.order_by(problem.c.id)).mappings()]
    return found


def _of_files(tx: sa.Connection, connection_id: str, arrived: Iterable[Arrival]) -> Iterator[PastProblem]:
    aside = [one for one in arrived if one.state == "parked" and one.reason == INCOMPLETE]
    if not aside:
        return
    columns = [problem.c[name] for name in PastProblem.__struct_fields__]
    query = sa.select(*columns).where(
        problem.c.connection_id == connection_id,
        problem.c.kind == "file",
        problem.c.code == INCOMPLETE,
        problem.c.closed_at.is_(None),
    )
    by_file = {row["key"]: row for row in tx.execute(query).mappings()}
    for one in aside:
        if one.file in by_file:
            yield PastProblem(**{**by_file[one.file], "intake_id": one.id})
