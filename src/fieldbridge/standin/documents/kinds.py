"""The two kinds of document and the fields callers may send for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contacts import CONTACT
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.documents.lines import LINE
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
class Kind:
    """How one kind of document differs from the other."""

    name: str
    id_field: str
    number_field: str
    sales_type: str
    prefix: str
    allows_discount: bool
    table: Callable[[Books], Table]
    shape: fields.Shape
    number_taken: Callable[[Books], str]

    def is_sale(self, document: Record) -> bool:
        return bool(document["Type"] == self.sales_type)


INVOICE = Kind(
    "Invoice", "InvoiceID", "InvoiceNumber", "ACCREC", "INV-", True, lambda books: books.invoices,
    {
        **_SHARED,
        "InvoiceID": fields.guid,
        "InvoiceNumber": fields.text,
        "Type": fields.choice("ACCREC", "ACCPAY"),
        "SentToContact": fields.flag,
        "Url": fields.text,
        "ExpectedPaymentDate": fields.day,
        "PlannedPaymentDate": fields.day,
    },
    lambda books: "Invoice # must be unique.",
)  # fmt: skip
CREDIT_NOTE = Kind(
    "CreditNote", "CreditNoteID", "CreditNoteNumber", "ACCRECCREDIT", "CN-", False, lambda books: books.credit_notes,
    {
        **_SHARED,
        "CreditNoteID": fields.guid,
        "CreditNoteNumber": fields.text,
        "Type": fields.choice("ACCRECCREDIT", "ACCPAYCREDIT"),
    },
    lambda books: books.switches.text_number_taken_by_credit,
)  # fmt: skip
