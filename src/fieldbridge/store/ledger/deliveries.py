"""The Outbox: Deliveries from intent to receipt. State moves only as `core.delivery` allows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.core.delivery import Event, State, after
from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Invoice, PostedInvoice
from fieldbridge.store.database import upsert
from fieldbridge.store.ledger import calls
from fieldbridge.store.ledger.links import CUSTOMER
from fieldbridge.store.schema import delivery, link

UNSETTLED: tuple[State, ...] = ("pending", "sending")
_encode = msgspec.json.Encoder().encode


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One Change on its way."""

    id: int
    intake_id: int
    key: str
    number: str
    state: State
    attempt: int
    alone: bool
    sent_at: datetime | None
    invoice: Invoice


def plan(tx: sa.Connection, connection_id: str, changes: Iterable[tuple[int, Change]], at: datetime) -> None:
    """Store the intent to deliver. Shape: changes are (intake id, Change)."""
    rows = [
        {
            "connection_id": connection_id,
            "intake_id": intake_id,
            "key": change.key,
            "number": change.invoice.number,
            "state": "pending",
            "document": _encode(change.invoice).decode(),
            "total": str(change.invoice.total),
            "planned_at": at,
        }
        for intake_id, change in changes
    ]
    if rows:
        tx.execute(delivery.insert(), rows)


def in_state(tx: sa.Connection, connection_id: str, states: Sequence[State], limit: int) -> list[Delivery]:
    """The oldest Deliveries in these states."""
    query = (
        sa.select(delivery)
        .where(delivery.c.connection_id == connection_id, delivery.c.state.in_(states))
        .order_by(delivery.c.id)
        .limit(limit)
    )
    return [_delivery(row) for row in tx.execute(query).mappings()]


def _delivery(row: sa.RowMapping) -> Delivery:
    invoice = msgspec.json.decode(row["document"], type=Invoice)
    return Delivery(invoice=invoice, **{name: row[name] for name in Delivery.__struct_fields__ if name != "invoice"})


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
    _move(tx, batch, "not_executed", alone=alone)


def lost(tx: sa.Connection, batch: Sequence[Delivery]) -> None:
    """The request left and no usable answer came."""
    _move(tx, batch, "lost")


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
    receipts: Sequence[tuple[Delivery, PostedInvoice]],
    event: Event,
    at: datetime,
) -> None:
    """Write receipts and Links together."""
    _move(tx, [one for one, _ in receipts], event, settled_at=at)
    rows = [
        {
            "connection_id": connection_id,
            "kind": "invoice",
            "key": one.key,
            "far_id": receipt.invoice_id,
            "far_number": receipt.number,
            "digest": digest(_encode(one.invoice)),
            "agreed_at": at,
        }
        for one, receipt in receipts
    ]
    upsert(tx, link, rows)


def doubt(tx: sa.Connection, since: datetime, intake_ids: Iterable[int] | None = None) -> int:
    """What has not been settled may have gone already: look it up before it is sent.

    Shape: since is when it may have gone at the latest; without intake ids all are meant. Gives how many.
    """
    chosen = sa.true() if intake_ids is None else delivery.c.intake_id.in_(list(intake_ids))
    doubted = 0
    for state in UNSETTLED:
        unsettled = delivery.update().where(delivery.c.state == state, chosen)
        values = {"state": after(state, "restored"), "attempt": delivery.c.attempt + 1, "sent_at": since}
        doubted += tx.execute(unsettled.values(**values)).rowcount
    return doubted


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
                delivery.c.state == "posted",
            ),
        )
        .where(link.c.connection_id == connection_id, link.c.kind != CUSTOMER)
        .order_by(delivery.c.id)
    )
    if since_run is not None:
        query = query.where(link.c.agreed_at >= since_run)
    return [Link(key, far_id, number, Decimal(total)) for key, far_id, number, total in tx.execute(query)]
