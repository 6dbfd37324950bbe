"""The kinds of document that money settles, and the fields callers may send for the two that are written directly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contact_shape import CONTACT
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.pricing.lines import LINE
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record

_SHARED: fields.Shape = {
    "Contact": fields.one(CONTACT),
    "Date": fields.day,
    "DueDate": fields.day,
    "Status": fields.choice("DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"),
    "LineAmountTypes": fields.choice("Exclusive", "Inclusive", "NoTax"),
    "LineItems": fields.many(LINE),
    "CurrencyCode": fields.text,
    "CurrencyRate": fields.number,
    "Reference": fields.text,
    "BrandingThemeID": fields.guid,
}


@dataclass(frozen=True)
class Settled:
    """A kind of document with something due or something left. `payment_types` name its payments by its Type."""

    name: str
    id_field: str
    number_field: str
    table: Callable[[Books], Table]
    payment_types: Mapping[str, str]


@dataclass(frozen=True)
class Kind(Settled):
    """How invoices and credit notes differ."""

    sales_type: str
    prefix: str
    allows_discount: bool
    shape: fields.Shape
    number_taken: str

    def is_sale(self, document: Record) -> bool:
        """Receivable rather than payable."""
        return bool(document["Type"] == self.sales_type)


INVOICE = Kind(
    name="Invoice",
    id_field="InvoiceID",
    number_field="InvoiceNumber",
    sales_type="ACCREC",
    prefix="INV-",
    allows_discount=True,
    table=lambda books: books.invoices,
    payment_types={"ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT"},
    shape={
        **_SHARED,
        "InvoiceID": fields.guid,
        "InvoiceNumber": fields.text,
        "Type": fields.choice("ACCREC", "ACCPAY"),
        "SentToContact": fields.flag,
        "Url": fields.text,
        "ExpectedPaymentDate": fields.day,
        "PlannedPaymentDate": fields.day,
    },
    number_taken="Invoice # must be unique.",
)
CREDIT_NOTE = Kind(
    name="CreditNote",
    id_field="CreditNoteID",
    number_field="CreditNoteNumber",
    sales_type="ACCRECCREDIT",
    prefix="CN-",
    allows_discount=False,
    table=lambda books: books.credit_notes,
    payment_types={"ACCRECCREDIT": "ARCREDITPAYMENT", "ACCPAYCREDIT": "APCREDITPAYMENT"},
    shape={
        **_SHARED,
        "CreditNoteID": fields.guid,
        "CreditNoteNumber": fields.text,
        "Type": fields.choice("ACCRECCREDIT", "ACCPAYCREDIT"),
    },
    number_taken="Credit Note # must be unique.",
)
OVERPAYMENT = Settled(
    "Overpayment", "OverpaymentID", "", lambda books: books.overpayments,
    {"RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT", "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT"},
)  # fmt: skip
PREPAYMENT = Settled(
    "Prepayment", "PrepaymentID", "", lambda books: books.prepayments,
    {"RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT", "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT"},
)  # fmt: skip
CREDITS: tuple[Settled, ...] = (CREDIT_NOTE, OVERPAYMENT, PREPAYMENT)
"""What can be put against an invoice."""
