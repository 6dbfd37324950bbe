"""Intake: every tablet transaction as a row with its original bytes, before anything else happens to it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fieldbridge.core.identity import digest
from fieldbridge.core.plan import IntakeState
from fieldbridge.core.records.field import Order
from fieldbridge.store.ledger import past
from fieldbridge.store.schema import delivery, intake, intake_file

OPEN: tuple[IntakeState, ...] = ("waiting", "planned")
NO_ROW = 0
UNSETTLED = ("pending", "sending", "unsure")
_encode = msgspec.json.Encoder().encode


class Waiting(msgspec.Struct, frozen=True):
    """A transaction that waits to be planned."""

    id: int
    order: Order


class OpenFile(msgspec.Struct, frozen=True):
    """A file that was taken and still lies in the folder."""

    id: int
    name: str
    digest: str
    settled: bool


def add_file(tx: sa.Connection, connection_id: str, name: str, fingerprint: str, content: bytes, at: datetime) -> int:
    """Keep a file's original bytes. Shape: its id."""
    row = {"connection_id": connection_id, "name": name, "digest": fingerprint, "content": content, "taken_at": at}
    return int(tx.execute(intake_file.insert().returning(intake_file.c.id), row).scalar_one())


def is_taken(tx: sa.Connection, connection_id: str, name: str, fingerprint: str) -> bool:
    """Whether this very file was taken before and has not been moved yet."""
    query = sa.select(intake_file.c.id).where(
        intake_file.c.connection_id == connection_id,
        intake_file.c.name == name,
        intake_file.c.digest == fingerprint,
        intake_file.c.moved_to.is_(None),
    )
    return tx.execute(query).first() is not None


def add(tx: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Keep transactions. Shape: their ids, in the same order."""
    if not rows:
        return []
    insert = intake.insert().returning(intake.c.id, sort_by_parameter_order=True)
    return tx.execute(insert, list(rows)).scalars().all()


def encoded(order: Order | None) -> str | None:
    """An order as it is kept; nothing when it could not be read."""
    return None if order is None else _encode(order).decode()


def content_digest(order: Order) -> str:
    """What makes two captures of one transaction the same: what was understood, not how it was spelt."""
    return digest(_encode(order))


class Known(msgspec.Struct, frozen=True):
    """The last transaction seen under a key that counts.

    Shape: row is its id, or itself while it has none, or NO_ROW when it is forgotten.
    """

    row: int | dict[str, Any]
    state: IntakeState
    digest: str


def known(tx: sa.Connection, connection_id: str, keys: Sequence[str]) -> dict[str, Known]:
    """What is known of these keys. Repeats and replaced ones do not count.

    Of one that is parked a part may be in Xero, or on its way: it counts as planned, because it may not be replaced.
    One whose evidence is forgotten had a part in Xero.
    """
    begun = sa.exists().where(delivery.c.intake_id == intake.c.id, delivery.c.state != "refused")
    state = sa.case((sa.and_(intake.c.state == "parked", begun), "planned"), else_=intake.c.state)
    query = (
        sa.select(intake.c.key, intake.c.id, state, intake.c.digest)
        .where(intake.c.connection_id == connection_id, intake.c.key.in_(keys), intake.c.state != "ignored")
        .order_by(intake.c.id)
    )
    rows = tx.execute(query).all()
    # The past is asked last: what another worker forgets in this moment is then seen in the one or the other.
    forgotten = past.find(tx, connection_id, keys)
    found: dict[str, Known] = {key: Known(NO_ROW, "posted", one.digest) for key, one in forgotten.items()}
    for key, row_id, state, fingerprint in rows:
        settled = found.get(key)
        if settled is None or settled.state not in ("planned", "posted"):
            found[key] = Known(row_id, state, fingerprint)
    return found


def waiting(tx: sa.Connection, connection_id: str, limit: int, except_for: str | None = None) -> list[Waiting]:
    """The oldest transactions that wait to be planned, except for those that wait for one reason."""
    wanted = [intake.c.connection_id == connection_id, intake.c.state == "waiting"]
    if except_for is not None:
        wanted.append(intake.c.reason != except_for)
    query = sa.select(intake.c.id, intake.c.record).where(*wanted).order_by(intake.c.id).limit(limit)
    return [Waiting(row_id, msgspec.json.decode(record, type=Order)) for row_id, record in tx.execute(query)]


def settle(tx: sa.Connection, ids: Iterable[int], state: IntakeState, reason: str = "") -> None:
    """Move transactions to another state."""
    tx.execute(intake.update().where(intake.c.id.in_(list(ids))).values(state=state, reason=reason))


def planned(tx: sa.Connection, ids: Iterable[int]) -> None:
    """Note that transactions have a Delivery. Why they were planned again, if they were, stays on record."""
    tx.execute(intake.update().where(intake.c.id.in_(list(ids))).values(state="planned"))


def wait_again(tx: sa.Connection, row_id: int, because: str) -> bool:
    """Have a transaction planned once more. Shape: False, and nothing is done, when that happened before."""
    again = intake.update().where(intake.c.id == row_id, intake.c.reason != because)
    return tx.execute(again.values(state="waiting", reason=because)).rowcount == 1


def any_waits(tx: sa.Connection, connection_id: str, because: str) -> bool:
    """Whether a transaction waits for one reason."""
    waits = (intake.c.connection_id == connection_id, intake.c.state == "waiting", intake.c.reason == because)
    return tx.execute(sa.select(sa.exists().where(*waits))).scalar_one()


def open_files(tx: sa.Connection, connection_id: str) -> list[OpenFile]:
    """Files not moved yet. settled: nothing in it waits or is on its way."""
    still_open = sa.exists().where(intake.c.file_id == intake_file.c.id, intake.c.state.in_(OPEN))
    query = (
        sa.select(intake_file.c.id, intake_file.c.name, intake_file.c.digest, ~still_open)
        .where(intake_file.c.connection_id == connection_id, intake_file.c.moved_to.is_(None))
        .order_by(intake_file.c.id)
    )
    return [OpenFile(*row) for row in tx.execute(query)]


def moved(tx: sa.Connection, file_id: int, name: str) -> None:
    """Note where a finished file went."""
    tx.execute(intake_file.update().where(intake_file.c.id == file_id).values(moved_to=name))


def with_open(tx: sa.Connection, names: Sequence[str]) -> set[str]:
    """Those of some connections where something waits, is on its way, or lies in a file not yet moved."""
    files = sa.select(intake_file.c.connection_id).where(
        intake_file.c.connection_id.in_(names), intake_file.c.moved_to.is_(None)
    )
    rows = sa.select(intake.c.connection_id).where(intake.c.connection_id.in_(names), intake.c.state.in_(OPEN))
    # Of a transaction that was parked, another part may still be on its way.
    parts = sa.select(delivery.c.connection_id).where(
        delivery.c.connection_id.in_(names), delivery.c.state.in_(UNSETTLED), delivery.c.settled_at.is_(None)
    )
    return set(tx.execute(sa.union(files, rows, parts)).scalars()) if names else set()
