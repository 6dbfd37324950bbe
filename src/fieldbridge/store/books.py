"""The Books: our local copy of what Xero holds, refreshed by what changed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.books import Account, Contact, Item, Organisation, Record, TaxRate
from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import book

R = TypeVar("R", bound=Record)
KEYS = {Contact: "contact_id", Item: "item_id", Account: "account_id", TaxRate: "tax_type", Organisation: "name"}
CODES_PER_QUERY = 500
_encode = msgspec.json.Encoder().encode


def far_id_of(record: Record) -> str:
    """Xero's own key of a record. An organisation has one row whatever it is called."""
    return "own" if isinstance(record, Organisation) else str(getattr(record, KEYS[type(record)]))


def code_of(record: Record) -> str:
    """What the field side calls it."""
    if isinstance(record, TaxRate):
        return record.tax_type
    return str(getattr(record, "code", ""))


def kind_of(record_type: type[Record]) -> str:
    """The name of a kind of record in the table."""
    return record_type.__name__


def keep(tx: sa.Connection, connection_id: str, records: Iterable[Record], read_at: datetime) -> None:
    """Store what was read, replacing what we had."""
    rows = [
        {
            "connection_id": connection_id,
            "kind": kind_of(type(record)),
            "far_id": far_id_of(record),
            "code": code_of(record),
            "updated_at": getattr(record, "updated_at", None),
            "read_at": read_at,
            "record": _encode(record).decode(),
        }
        for record in records
    ]
    upsert(tx, book, rows)


def changed(tx: sa.Connection, connection_id: str, records: Sequence[Record]) -> list[str]:
    """Xero's keys of the records that are new or were modified since we kept them."""
    by_id = {far_id_of(one): one for one in records}
    known: dict[str, datetime | None] = {}
    for some in chunks(list(by_id), CODES_PER_QUERY):
        kind = kind_of(type(records[0]))
        query = sa.select(book.c.far_id, book.c.updated_at).where(
            book.c.connection_id == connection_id, book.c.kind == kind, book.c.far_id.in_(some)
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


def organisation(tx: sa.Connection, connection_id: str) -> Organisation | None:
    """Whose books these are, once read."""
    return next(every(tx, connection_id, Organisation), None)


def _rows(connection_id: str, record_type: type[Record]) -> sa.Select[str, str]:
    return sa.select(book.c.code, book.c.record).where(
        book.c.connection_id == connection_id, book.c.kind == kind_of(record_type)
    )
