"""What customers owe by the Books, and what our own payments claim of it before the Books show them."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.documents import BookedLine
from fieldbridge.store.database import chunks
from fieldbridge.store.schema import book, delivery

INVOICE, CLAIMING = "ACCREC", ("payment", "allocation")
UNSETTLED = ("pending", "sending", "unsure")
IDS_PER_QUERY = 500


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """One sales invoice of the Books. Units: due in its own currency, less what we claim of it already."""

    document_id: str
    contact_id: str
    number: str = ""
    status: str = ""
    currency_code: str = ""
    issued_on: date = date.min
    due: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    lines: tuple[BookedLine, ...] = ()


class Claim(msgspec.Struct, frozen=True):
    """As much of a payment or an allocation as says what it settles."""

    invoice_id: str
    amount: Decimal


def owed(tx: sa.Connection, connection_id: str, contact_ids: Collection[str], numbers: Collection[str]) -> list[Owed]:
    """The open invoices of some contacts, and the invoices of some numbers whatever their state."""
    open_ones = (
        sa.and_(book.c.is_open, book.c.contact_id.in_(some)) for some in chunks(sorted(contact_ids), IDS_PER_QUERY)
    )
    named = (sa.and_(book.c.kind == INVOICE, book.c.code.in_(some)) for some in chunks(sorted(numbers), IDS_PER_QUERY))
    found: dict[str, tuple[datetime, Owed]] = {}
    for chosen in (*open_ones, *named):
        query = sa.select(book.c.read_at, book.c.record).where(
            book.c.connection_id == connection_id, book.c.kind == INVOICE, chosen
        )
        rows = ((read_at, msgspec.json.decode(record, type=Owed)) for read_at, record in tx.execute(query))
        found |= {one.document_id: (read_at, one) for read_at, one in rows}
    claimed = _claimed(tx, connection_id, {document_id: read_at for document_id, (read_at, _) in found.items()})
    return [
        msgspec.structs.replace(one, due=one.due - claimed.get(one.document_id, Decimal(0)))
        for _, one in found.values()
    ]


def _claimed(tx: sa.Connection, connection_id: str, read_at: dict[str, datetime]) -> dict[str, Decimal]:
    """What is on its way to each invoice, or arrived after we last read it."""
    if not read_at:
        return {}
    found: dict[str, Decimal] = {}
    for claim, settled_at in _claims(tx, connection_id, min(read_at.values())):
        if claim.invoice_id in read_at and (settled_at is None or settled_at >= read_at[claim.invoice_id]):
            found[claim.invoice_id] = found.get(claim.invoice_id, Decimal(0)) + claim.amount
    return found


def _claims(tx: sa.Connection, connection_id: str, since: datetime) -> Iterator[tuple[Claim, datetime | None]]:
    fresh = sa.and_(delivery.c.state == "posted", delivery.c.settled_at >= since)
    query = sa.select(delivery.c.document, delivery.c.settled_at).where(
        delivery.c.connection_id == connection_id,
        delivery.c.kind.in_(CLAIMING),
        sa.or_(delivery.c.state.in_(UNSETTLED), fresh),
    )
    for document, settled_at in tx.execute(query):
        yield msgspec.json.decode(document, type=Claim), settled_at


def lacking(tx: sa.Connection, connection_id: str, numbers: Collection[str]) -> list[str]:
    """Those of some invoices' numbers that the Books do not hold."""
    known: set[str] = set()
    for some in chunks(sorted(numbers), IDS_PER_QUERY):
        query = sa.select(book.c.code).where(
            book.c.connection_id == connection_id, book.c.kind == INVOICE, book.c.code.in_(some)
        )
        known |= set(tx.execute(query).scalars())
    return sorted(set(numbers) - known)
