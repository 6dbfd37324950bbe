"""What tablets have sold and Xero's stock does not show yet, so that stock on tablets never jumps back up.

An order's goods count until Xero has approved its invoice and the item was read after that; a draft moves no stock.
Source: field-sales facts §1 (local stock), §4 (stock moves when the invoice is approved).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.books import Item
from fieldbridge.core.records.field import Order
from fieldbridge.core.stock import Goods, Posted
from fieldbridge.store.database import chunks
from fieldbridge.store.schema import book, delivery, intake, link, problem

SOLD = ("O", "I")
IDS_PER_QUERY = 500


class _Line(msgspec.Struct):
    """As much of a document's line as moves stock."""

    item_code: str = ""
    quantity: Decimal | None = None


class _Document(msgspec.Struct):
    """As much of a document as moves stock."""

    status: str = ""
    lines: tuple[_Line, ...] = ()


def waiting(tx: sa.Connection, connection_id: str) -> Goods:
    """What orders hold that are not in Xero: those that wait, are on their way, or are parked and not dismissed."""
    # Of what was posted in part, the invoice is counted where invoices are.
    invoiced = sa.exists().where(
        delivery.c.intake_id == intake.c.id, delivery.c.kind == "invoice", delivery.c.state == "posted"
    )
    looked_at = sa.exists().where(problem.c.intake_id == intake.c.id, problem.c.closed_at.is_(None))
    still_open = sa.or_(intake.c.state.in_(("waiting", "planned")), sa.and_(intake.c.state == "parked", looked_at))
    query = sa.select(intake.c.record).where(
        intake.c.connection_id == connection_id,
        intake.c.kind == "order",
        intake.c.record.is_not(None),
        still_open,
        ~invoiced,
    )
    held: Goods = {}
    for record in tx.execute(query.execution_options(yield_per=IDS_PER_QUERY)).scalars():
        order = msgspec.json.decode(record, type=Order)
        if order.kind in SOLD:
            _add(held, ((line.product, line.quantity) for line in order.lines))
    return held


def posted(tx: sa.Connection, connection_id: str) -> Iterator[Posted]:
    """Our invoices whose goods are not known to be in Xero's figure."""
    ours = sa.and_(link.c.connection_id == connection_id, link.c.kind == delivery.c.part, link.c.key == delivery.c.key)
    theirs = sa.and_(book.c.connection_id == connection_id, book.c.kind == "ACCREC", book.c.far_id == link.c.far_id)
    query = (
        sa.select(delivery.c.id, delivery.c.document, link.c.agreed_at, book.c.record, book.c.read_at)
        .join(link, ours)
        .join(book, theirs, isouter=True)
        .where(delivery.c.connection_id == connection_id, delivery.c.state == "posted", delivery.c.holds_stock)
    )
    for row_id, sent, agreed_at, seen, seen_at in tx.execute(query.execution_options(yield_per=IDS_PER_QUERY)):
        document = msgspec.json.decode(sent, type=_Document)
        goods: Goods = {}
        _add(goods, ((line.item_code, line.quantity or Decimal(0)) for line in document.lines))
        status = msgspec.json.decode(seen, type=_Document).status if seen else document.status
        yield Posted(row_id, goods, status, seen_at or agreed_at)


def read_at(tx: sa.Connection, connection_id: str, codes: Iterable[str]) -> dict[str, datetime]:
    """When some items were last read."""
    found: dict[str, datetime] = {}
    for some in chunks(sorted(set(codes)), IDS_PER_QUERY):
        query = sa.select(book.c.code, book.c.read_at).where(
            book.c.connection_id == connection_id, book.c.kind == Item.__name__, book.c.code.in_(some)
        )
        found.update((code, at) for code, at in tx.execute(query))
    return found


def release(tx: sa.Connection, delivery_ids: Iterable[int]) -> None:
    """Note that these invoices' goods are in Xero's figure, or never will be."""
    for some in chunks(list(delivery_ids), IDS_PER_QUERY):
        tx.execute(delivery.update().where(delivery.c.id.in_(some)).values(holds_stock=False))


def _add(held: Goods, goods: Iterable[tuple[str, Decimal]]) -> None:
    for code, count in goods:
        if code and count > 0:
            held[code] = held.get(code, Decimal(0)) + count
