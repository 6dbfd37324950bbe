"""What became of a transaction, as it is told to the rep who captured it.

Units: money is in the document's own currency; prices and amounts exclude tax.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from fieldbridge.core.records.books import Record

What = Literal["changed", "added", "removed"]
Became = Literal[
    "received", "posting", "parked", "dismissed", "posted", "submitted", "approved", "part-paid", "paid", "credited",
    "sent", "accepted", "declined", "invoiced", "voided", "deleted", "past",
]  # fmt: skip


class Figures(Record, frozen=True, kw_only=True):
    """What one line says. A line without a product is text. Units: amount excludes tax; discount is a percentage."""

    product: str = ""
    description: str = ""
    quantity: Decimal = Decimal(0)
    unit_price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


class LineChange(Record, frozen=True, kw_only=True):
    """One line that is not as it was posted. Shape: an added line has no before, a removed one no after."""

    what: What
    before: Figures = Figures()
    after: Figures = Figures()


class PartAnswer(Record, frozen=True, kw_only=True):
    """One document a transaction became. Shape: kind is the Outbox's; changes are what the office did to its lines.

    Units: subtotal excludes tax; due is with tax, None where nothing can be.
    """

    kind: str
    became: Became
    number: str = ""
    subtotal: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    due: Decimal | None = None
    changes: tuple[LineChange, ...] = ()


class Answer(Record, frozen=True, kw_only=True):
    """What a rep is told about one transaction. Shape: parts are empty while nothing of it is on its way."""

    key: str
    became: Became
    said: str
    order_no: str = ""
    kind: str = ""
    customer: str = ""
    rep: str = ""
    captured_on: date | None = None
    parts: tuple[PartAnswer, ...] = ()


class Told(Record, frozen=True, kw_only=True):
    """An Answer and when it was given."""

    at: datetime
    answer: Answer
