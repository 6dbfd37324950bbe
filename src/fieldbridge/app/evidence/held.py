"""What Xero holds of some parts, read afresh: whole pages of the days they are of, and by key what is elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fieldbridge.app.evidence.transactions import planned
from fieldbridge.core.records.documents import BookedDocument, BookedPayment, OnAccount
from fieldbridge.core.tying import Of
from fieldbridge.store.ledger.evidence import Part
from fieldbridge.xero.documents import payments, quotes
from fieldbridge.xero.documents.sales import CREDITS_OUT, INVOICES_OUT, OVERPAID, PREPAID, Sales
from fieldbridge.xero.session import Session

MONEY_OF: dict[str, Of] = {
    "invoice": "sales", "credit note": "sales", "payment": "payments", "on account": "payments", "quote": "quotes",
}  # fmt: skip
"""Kinds of parts that carry money, and which."""


@dataclass(frozen=True)
class Money:
    """One thing Xero holds. Shape: document is None for a payment. Units: total is with tax, a credit's negative."""

    far_id: str
    number: str
    status: str
    total: Decimal
    document: BookedDocument | None = None


@dataclass(frozen=True)
class Source:
    """Where one kind is read: what is dated from one day to another, page by page, and some by key."""

    name: str
    between: Callable[[Session, date, date], Iterable[Sequence[Money]]]
    some: Callable[[Session, Sequence[str]], Sequence[Money]]
    is_always_read: bool = False


def _of_sales(name: str, sales: Sales, sign: int = 1, *, is_always_read: bool = False) -> Source:
    def between(session: Session, first: date, last: date) -> Iterator[Sequence[Money]]:
        for page in sales.issued_between(session, first, last):
            yield [_document(one, sign) for one in page.records]

    def some(session: Session, ids: Sequence[str]) -> Sequence[Money]:
        return [_document(one, sign) for one in sales.some(session, ids)]

    return Source(name, between, some, is_always_read)


def _document(one: BookedDocument, sign: int = 1) -> Money:
    return Money(one.document_id, one.number, one.status, sign * one.total, one)


def _quotes_between(session: Session, first: date, last: date) -> Iterator[Sequence[Money]]:
    for page in quotes.pages(session, None, quotes.narrowed(issued_from=first, issued_until=last)):
        yield [_document(one) for one in page.records]


def _some_quotes(session: Session, ids: Sequence[str]) -> Sequence[Money]:
    return [_document(one) for one in (quotes.by_id(session, each) for each in ids) if one is not None]


def _payments_between(session: Session, first: date, last: date) -> Iterator[Sequence[Money]]:
    for page in payments.pages(session, None, payments.paid_between(first, last)):
        yield [_payment(one) for one in page.records]


def _some_payments(session: Session, ids: Sequence[str]) -> Sequence[Money]:
    return [_payment(one) for one in (payments.by_id(session, each) for each in ids) if one is not None]


def _payment(one: BookedPayment) -> Money:
    return Money(one.payment_id, one.reference, one.status, one.amount)


SOURCES = {
    "invoice": _of_sales("invoices", INVOICES_OUT, is_always_read=True),
    "credit note": _of_sales("credit notes", CREDITS_OUT, -1),
    "overpayment": _of_sales("overpayments", OVERPAID),
    "prepayment": _of_sales("prepayments", PREPAID),
    "payment": Source("payments", _payments_between, _some_payments),
    "quote": Source("quotes", _quotes_between, _some_quotes),
}


@dataclass
class Held:
    """What Xero holds, by its own key. Shape: tell hears what is being read."""

    session: Session
    tell: Callable[[str], None]
    money: dict[str, Money] = field(default_factory=dict)

    def read(self, parts: Sequence[Part], first: date, last: date) -> None:
        """Read what there may be of these parts; kinds of which there are none are not asked for."""
        by_source: dict[str, list[str]] = {}
        for part in parts:
            by_source.setdefault(_source_of(part), []).append(part.far_id)
        for name, source in SOURCES.items():
            if name in by_source or source.is_always_read:
                self._read(source, by_source.get(name, []), first, last)

    def _read(self, source: Source, far_ids: list[str], first: date, last: date) -> None:
        for number, page in enumerate(source.between(self.session, first, last), start=1):
            self.tell(f"reading {source.name} from Xero, page {number}")
            self.money |= {one.far_id: one for one in page}
        elsewhere = [far_id for far_id in far_ids if far_id not in self.money]
        self.money |= {one.far_id: one for one in source.some(self.session, elsewhere)}


def _source_of(part: Part) -> str:
    document = planned(part)
    return document.kind if isinstance(document, OnAccount) else part.kind
