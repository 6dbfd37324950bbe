"""The Books: our local copy of what Xero holds, refreshed by what changed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.books import Account, Contact, Item, Organisation, Record, TaxRate
from fieldbridge.core.records.documents import BookedDocument, BookedInvoice, BookedQuote, OpenDocument
from fieldbridge.core.records.reference import BrandingTheme, TrackingCategory
from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import book

R = TypeVar("R", bound=Record)
KEYS = {
    Contact: "contact_id",
    Item: "item_id",
    Account: "account_id",
    TaxRate: "tax_type",
    Organisation: "name",
    TrackingCategory: "category_id",
    BrandingTheme: "theme_id",
}
OPEN = "AUTHORISED"
CODES_PER_QUERY = 500
_encode = msgspec.json.Encoder().encode


def far_id_of(record: Record) -> str:
    """Xero's own key of a record. An organisation has one row whatever it is called."""
    if isinstance(record, BookedDocument):
        return record.document_id
    return "own" if isinstance(record, Organisation) else str(getattr(record, KEYS[type(record)]))


def code_of(record: Record) -> str:
    """What the field side calls it."""
    if isinstance(record, TaxRate):
        return record.tax_type
    if isinstance(record, BookedDocument):
        return record.number
    return str(getattr(record, "code", ""))


def kind_of(record_type: type[Record]) -> str:
    """The name of a kind of record in the table. Documents go by what Xero calls their Type instead."""
    return record_type.__name__


def _kind(record: Record) -> str:
    return record.kind if isinstance(record, BookedDocument) else kind_of(type(record))


def keep(tx: sa.Connection, connection_id: str, records: Iterable[Record], read_at: datetime) -> None:
    """Store what was read, replacing what we had."""
    rows = [
        {
            "connection_id": connection_id,
            "kind": _kind(record),
            "far_id": far_id_of(record),
            "code": code_of(record),
            "updated_at": getattr(record, "updated_at", None),
            "read_at": read_at,
            "record": _encode(record).decode(),
            **_owed(record),
        }
        for record in records
    ]
    upsert(tx, book, rows)


def rename(tx: sa.Connection, connection_id: str, contact: Contact) -> None:
    """Store a contact under another key, as of the same read."""
    mine = book.update().where(_of(connection_id, Contact), book.c.far_id == contact.contact_id)
    tx.execute(mine.values(code=contact.code, record=_encode(contact).decode()))


def _owed(record: Record) -> dict[str, object]:
    """Whose document it is, and whether something is still owed on it or owed back. Nothing is on a quote."""
    if not isinstance(record, BookedDocument) or isinstance(record, BookedQuote):
        return {"contact_id": "", "is_open": False}
    return {"contact_id": record.contact_id, "is_open": record.status == OPEN}


def changed(tx: sa.Connection, connection_id: str, records: Sequence[Record]) -> list[str]:
    """Xero's keys of the records that are new or were modified since we kept them."""
    by_id = {far_id_of(one): one for one in records}
    known: dict[str, datetime | None] = {}
    for some in chunks(list(by_id), CODES_PER_QUERY):
        query = sa.select(book.c.far_id, book.c.updated_at).where(
            book.c.connection_id == connection_id, book.c.kind == _kind(records[0]), book.c.far_id.in_(some)
        )
        known |= {row[0]: row[1] for row in tx.execute(query)}
    return [
        far_id
        for far_id, one in by_id.items()
        if far_id not in known or known[far_id] != getattr(one, "updated_at", None)
    ]


def retire_unread(tx: sa.Connection, connection_id: str, record_type: type[Record], before: datetime) -> int:
    """Forget rows that a complete full read, begun at `before`, no longer showed. Shape: how many."""
    gone = book.delete().where(
        book.c.connection_id == connection_id, book.c.kind == kind_of(record_type), book.c.read_at < before
    )
    return tx.execute(gone).rowcount


def by_code(tx: sa.Connection, connection_id: str, record_type: type[R], codes: Iterable[str]) -> dict[str, list[R]]:
    """Find records by the code the field side uses. Shape: a code may belong to several records, or to none."""
    found: dict[str, list[R]] = {}
    for some in chunks(sorted(set(codes)), CODES_PER_QUERY):
        query = _rows(connection_id, record_type).where(book.c.code.in_(some))
        for code, record in tx.execute(query):
            found.setdefault(code, []).append(msgspec.json.decode(record, type=record_type))
    return found


def every(tx: sa.Connection, connection_id: str, record_type: type[R]) -> Iterator[R]:
    """Stream all records of a kind, by code."""
    query = _rows(connection_id, record_type).order_by(book.c.code, book.c.far_id)
    for _, record in tx.execute(query.execution_options(yield_per=1000)):
        yield msgspec.json.decode(record, type=record_type)


def codes(tx: sa.Connection, connection_id: str, record_type: type[Record]) -> list[str]:
    """What the field side calls all records of a kind."""
    return list(tx.execute(sa.select(book.c.code).where(_of(connection_id, record_type))).scalars())


def by_ids(tx: sa.Connection, connection_id: str, record_type: type[R], far_ids: Iterable[str]) -> dict[str, R]:
    """Find records by Xero's own key. Shape: those we do not hold are absent."""
    found: dict[str, R] = {}
    for some in chunks(sorted(set(far_ids)), CODES_PER_QUERY):
        query = sa.select(book.c.far_id, book.c.record).where(_of(connection_id, record_type), book.c.far_id.in_(some))
        found |= {far_id: msgspec.json.decode(record, type=record_type) for far_id, record in tx.execute(query)}
    return found


def open_documents(tx: sa.Connection, connection_id: str) -> Iterator[OpenDocument]:
    """Stream every sales document on which something is owed, or owed back, those of one contact together."""
    query = sa.select(book.c.record).where(book.c.connection_id == connection_id, book.c.is_open)
    for (record,) in tx.execute(query.order_by(book.c.contact_id, book.c.far_id).execution_options(yield_per=1000)):
        yield msgspec.json.decode(record, type=OpenDocument)


def documents(tx: sa.Connection, connection_id: str, kind: str, since: datetime | None) -> Iterator[BookedDocument]:
    """Stream the documents of one of Xero's Types, or those modified since a moment, by number."""
    query = sa.select(book.c.record).where(book.c.connection_id == connection_id, book.c.kind == kind)
    if since is not None:
        query = query.where(book.c.updated_at >= since)
    for (record,) in tx.execute(query.order_by(book.c.code, book.c.far_id).execution_options(yield_per=1000)):
        yield msgspec.json.decode(record, type=BookedDocument)


def booked(
    tx: sa.Connection, connection_id: str, kinds: Sequence[str], far_ids: Iterable[str]
) -> dict[str, BookedInvoice]:
    """Find documents of some of Xero's Types by Xero's own key, with what was paid. Shape: others are absent."""
    found: dict[str, BookedInvoice] = {}
    for some in chunks(sorted(set(far_ids)), CODES_PER_QUERY):
        query = sa.select(book.c.far_id, book.c.record).where(
            book.c.connection_id == connection_id, book.c.kind.in_(kinds), book.c.far_id.in_(some)
        )
        found |= {far_id: msgspec.json.decode(record, type=BookedInvoice) for far_id, record in tx.execute(query)}
    return found


def as_booked(document: BookedDocument) -> BookedInvoice:
    """A document that was just read, as `booked` would find it."""
    return msgspec.json.decode(_encode(document), type=BookedInvoice)


def last_changes(tx: sa.Connection, connection_id: str) -> dict[str, datetime]:
    """When a document of each contact was last modified."""
    query = (
        sa.select(book.c.contact_id, sa.func.max(book.c.updated_at))
        .where(book.c.connection_id == connection_id, book.c.contact_id != "")
        .group_by(book.c.contact_id)
    )
    return {contact_id: updated_at for contact_id, updated_at in tx.execute(query) if updated_at}


def open_ids(tx: sa.Connection, connection_id: str, kind: str, read_before: datetime | None = None) -> list[str]:
    """Xero's keys of the documents of one Type that are open here, or of those not read again since a moment."""
    query = sa.select(book.c.far_id).where(book.c.connection_id == connection_id, book.c.kind == kind, book.c.is_open)
    return list(tx.execute(query if read_before is None else query.where(book.c.read_at < read_before)).scalars())


def organisation(tx: sa.Connection, connection_id: str) -> Organisation | None:
    """Whose books these are, once read."""
    return next(every(tx, connection_id, Organisation), None)


def own(tx: sa.Connection, connection_id: str) -> Organisation:
    """Whose books these are. Errors: SetupError when nothing was read yet."""
    found = organisation(tx, connection_id)
    if found is None:
        raise SetupError("books.empty", "Nothing has been read from Xero yet.", remedy="fieldbridge sync master-data")
    return found


def _rows(connection_id: str, record_type: type[Record]) -> sa.Select[str, str]:
    return sa.select(book.c.code, book.c.record).where(_of(connection_id, record_type))


def _of(connection_id: str, record_type: type[Record]) -> sa.ColumnElement[bool]:
    return sa.and_(book.c.connection_id == connection_id, book.c.kind == kind_of(record_type))
