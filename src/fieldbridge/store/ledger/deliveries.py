"""The Outbox: Deliveries from intent to receipt. State moves only as `core.delivery` allows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.core.delivery import Event, Receipt, State, after
from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Change
from fieldbridge.store.database import upsert
from fieldbridge.store.ledger import calls, parts
from fieldbridge.store.ledger.links import CUSTOMER, KNOWN_AS
from fieldbridge.store.schema import delivery, link

UNSETTLED: tuple[State, ...] = ("pending", "sending")
HOLDS_STOCK = "invoice"
SPENT = {"idempotency_key": ""}
_encode = msgspec.json.Encoder().encode


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One Change on its way. Shape: document is its record as JSON, of the type its kind says."""

    id: int
    intake_id: int
    key: str
    kind: str
    part: str
    number: str
    total: Decimal
    state: State
    attempt: int
    alone: bool
    sent_at: datetime | None
    idempotency_key: str
    document: str


def plan(tx: sa.Connection, connection_id: str, changes: Iterable[tuple[int, Change]], at: datetime) -> None:
    """Store the intent to deliver what is not on its way or at Xero yet. Shape: changes are (intake id, Change)."""
    given = list(changes)
    going = parts.going(tx, {intake_id for intake_id, _ in given})
    rows = [
        {
            "connection_id": connection_id,
            "intake_id": intake_id,
            "key": change.key,
            "kind": change.kind,
            "part": change.part,
            "needs": _encode(change.needs).decode(),
            "is_blocked": bool(change.needs),
            "number": change.number,
            "state": "pending",
            "document": _encode(change.document).decode(),
            "total": str(change.total),
            "planned_at": at,
            "holds_stock": change.kind == HOLDS_STOCK,
        }
        for intake_id, change in given
        if (intake_id, change.part) not in going
    ]
    if rows:
        tx.execute(delivery.insert(), rows)
        parts.unblock(tx, [intake_id for intake_id, change in given if change.needs])


def in_state(
    tx: sa.Connection, connection_id: str, states: Sequence[State], limit: int, kind: str | None = None
) -> list[Delivery]:
    """The oldest Deliveries in these states, of one kind or of all; those that wait for another part are left out."""
    query = (
        sa.select(delivery)
        .where(delivery.c.connection_id == connection_id, delivery.c.state.in_(states), ~delivery.c.is_blocked)
        .order_by(delivery.c.id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(delivery.c.kind == kind)
    return [_delivery(row) for row in tx.execute(query).mappings()]


def planned(tx: sa.Connection, connection_id: str) -> list[Delivery]:
    """Everything that is to be sent, with what waits for another part, oldest first."""
    query = sa.select(delivery).where(delivery.c.connection_id == connection_id, delivery.c.state == "pending")
    return [_delivery(row) for row in tx.execute(query.order_by(delivery.c.id)).mappings()]


def posted_since(tx: sa.Connection, connection_id: str, kind: str, since: datetime) -> list[str]:
    """What was created of one kind since a moment. Shape: documents as JSON, oldest first."""
    query = sa.select(delivery.c.document).where(
        delivery.c.connection_id == connection_id,
        delivery.c.kind == kind,
        delivery.c.state == "posted",
        delivery.c.settled_at >= since,
    )
    return list(tx.execute(query.order_by(delivery.c.id)).scalars())


def request_of(tx: sa.Connection, one: Delivery) -> list[Delivery]:
    """Everything that left in the same request as a Delivery did the last time, in the same order."""
    query = sa.select(delivery).where(
        delivery.c.idempotency_key == one.idempotency_key, delivery.c.idempotency_key != ""
    )
    return [_delivery(row) for row in tx.execute(query.order_by(delivery.c.id)).mappings()]


def _delivery(row: sa.RowMapping) -> Delivery:
    fields = {name: row[name] for name in Delivery.__struct_fields__}
    return Delivery(**{**fields, "total": Decimal(row["total"])})


def send(
    tx: sa.Connection, batch: Sequence[Delivery], idempotency_key: str, body_hash: str, at: datetime
) -> list[Delivery]:
    """Note that a request with these Deliveries is about to leave; gives them as they are then.

    Commit before calling.
    """
    _move(
        tx,
        batch,
        "send",
        attempt=delivery.c.attempt + 1,
        idempotency_key=idempotency_key,
        body_hash=body_hash,
        sent_at=at,
    )
    calls.leaving(tx, [one.id for one in batch])
    return [msgspec.structs.replace(one, state="sending", attempt=one.attempt + 1, sent_at=at) for one in batch]


def not_executed(tx: sa.Connection, batch: Sequence[Delivery], *, alone: bool = False) -> None:
    """Xero did not look at the request: send again later; alone, when one of them spoilt it for the others."""
    _move(tx, batch, "not_executed", alone=alone, **(SPENT if alone else {}))


def lost(tx: sa.Connection, batch: Sequence[Delivery], *, answered: bool = False) -> None:
    """The request left and no usable answer came; answered: a fault came, which Xero would repeat for its key."""
    _move(tx, batch, "lost", **(SPENT if answered else {}))


def not_after(tx: sa.Connection, connection_id: str, at: datetime) -> None:
    """Nothing was sent later than now: the clock was put back since, and what is unsure counts as sent now."""
    later = (delivery.c.connection_id == connection_id, delivery.c.state == "unsure", delivery.c.sent_at > at)
    tx.execute(delivery.update().where(*later).values(sent_at=at))


def taken(tx: sa.Connection, one: Delivery) -> None:
    """Xero says the number is taken: it may be our own, so look it up at once."""
    _move(tx, [one], "taken", sent_at=None)


def absent(tx: sa.Connection, one: Delivery) -> None:
    """A look-up proved that it never arrived: it may be sent again."""
    _move(tx, [one], "absent")


def refused(tx: sa.Connection, one: Delivery, event: Event, at: datetime) -> None:
    """It cannot go as it is."""
    _move(tx, [one], event, settled_at=at)


def posted(
    tx: sa.Connection,
    connection_id: str,
    receipts: Sequence[tuple[Delivery, Receipt]],
    event: Event,
    at: datetime,
) -> None:
    """Write receipts and Links together, and let go what waited for them. A part is its Link's kind."""
    _move(tx, [one for one, _ in receipts], event, settled_at=at)
    for one, receipt in receipts:
        known = delivery.update().where(delivery.c.id == one.id)
        tx.execute(known.values(far_id=receipt.far_id, number=receipt.number))
    rows = [
        {
            "connection_id": connection_id,
            "kind": one.part,
            "key": one.key,
            "far_id": receipt.far_id,
            "far_number": receipt.number,
            "digest": digest(one.document.encode()),
            "agreed_at": at,
        }
        for one, receipt in receipts
        if receipt.far_id
    ]
    upsert(tx, link, rows)
    parts.unblock(tx, [one.intake_id for one, _ in receipts])


def doubt(tx: sa.Connection, since: datetime, intake_ids: Iterable[int] | None = None) -> int:
    """What has not been settled may have gone already: look it up before it is sent.

    Shape: since is when it may have gone at the latest; without intake ids all are meant. Gives how many.
    """
    chosen = sa.true() if intake_ids is None else delivery.c.intake_id.in_(list(intake_ids))
    doubted = 0
    values = {"attempt": delivery.c.attempt + 1, "sent_at": since}
    for state in UNSETTLED:
        unsettled = delivery.update().where(delivery.c.state == state, ~delivery.c.is_blocked, chosen)
        doubted += tx.execute(unsettled.values(state=after(state, "restored"), **values)).rowcount
    # What waits for another part cannot be looked up before that is known.
    blocked = delivery.update().where(delivery.c.state == "pending", delivery.c.is_blocked, chosen)
    return doubted + tx.execute(blocked.values(**values)).rowcount


def _move(tx: sa.Connection, batch: Sequence[Delivery], event: Event, **values: object) -> None:
    for state in {one.state for one in batch}:
        ids = [one.id for one in batch if one.state == state]
        changed = delivery.update().where(delivery.c.id.in_(ids), delivery.c.state == state)
        tx.execute(changed.values(state=after(state, event), **values))


class Link(msgspec.Struct, frozen=True):
    """Our last agreement with Xero about one transaction."""

    key: str
    far_id: str
    far_number: str
    total: Decimal


def links(tx: sa.Connection, connection_id: str, since_run: datetime | None = None) -> list[Link]:
    """Everything that is agreed, oldest first. since_run keeps only what was agreed from then on."""
    query = (
        sa.select(link.c.key, link.c.far_id, link.c.far_number, delivery.c.total)
        .join(
            delivery,
            sa.and_(
                delivery.c.connection_id == link.c.connection_id,
                delivery.c.key == link.c.key,
                delivery.c.part == link.c.kind,
                delivery.c.state == "posted",
            ),
        )
        .where(link.c.connection_id == connection_id, link.c.kind.not_in((CUSTOMER, KNOWN_AS)))
        .order_by(delivery.c.id)
    )
    if since_run is not None:
        query = query.where(link.c.agreed_at >= since_run)
    return [Link(key, far_id, number, Decimal(total)) for key, far_id, number, total in tx.execute(query)]
