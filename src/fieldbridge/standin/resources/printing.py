"""Invoices, credit notes and quotes on paper: what `Accept: application/pdf` brings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from textwrap import wrap

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.pdf import pdf_of

_WIDTH = 82
_TITLES = {"Invoices": "TAX INVOICE", "CreditNotes": "CREDIT NOTE", "Quotes": "QUOTE"}
_NUMBERS = {"Invoices": "InvoiceNumber", "CreditNotes": "CreditNoteNumber", "Quotes": "QuoteNumber"}
PRINTED = tuple(_TITLES)


def printed(books: Books, collection: str, document: Record) -> bytes:
    """One document as a PDF."""
    title = f"{_TITLES[collection]} {document.get(_NUMBERS[collection]) or ''}".rstrip()
    return pdf_of(title, list(_lines(books, title, document)))


def _lines(books: Books, title: str, document: Record) -> Iterator[str]:
    contact = books.contacts[document["Contact"]["ContactID"]]
    yield f"{books.organisation['Name']:<50}{title:>32}"
    yield f"{'GST number ' + books.organisation['TaxNumber']:<50}{document['Status']:>32}"
    yield ""
    yield contact["Name"]
    yield from _address(contact)
    yield ""
    for name, label in (("Date", "Date"), ("DueDate", "Due"), ("ExpiryDate", "Expires"), ("Reference", "Reference")):
        if document.get(name):
            yield f"{label:<12}{document[name]}"
    yield ""
    yield f"{'Description':<38}{'Quantity':>12}{'Price':>12}{'Disc':>7}{'Amount':>13}"
    yield "-" * _WIDTH
    for line in document["LineItems"]:
        yield from _line(line)
    yield "-" * _WIDTH
    yield from _totals(document)


def _address(contact: Record) -> Iterator[str]:
    """The postal address, which is what Xero prints."""
    for address in contact["Addresses"]:
        if address["AddressType"] == "POBOX":
            names = ("AddressLine1", "AddressLine2", "City", "Region", "PostalCode", "Country")
            yield from (str(address[name]) for name in names if address.get(name))


def _line(line: Record) -> Iterator[str]:
    first, *more = wrap(line.get("Description", ""), 37) or [""]
    if "Quantity" in line:
        rate = f"{line['DiscountRate']:f}%" if line.get("DiscountRate") else ""
        price = rounded(line["UnitAmount"], 4)
        first = f"{first:<38}{line['Quantity']:>12}{price:>12}{rate:>7}{line['LineAmount']:>13}"
    yield first
    yield from more


def _totals(document: Record) -> Iterator[str]:
    rows: list[tuple[str, Decimal | None]] = [
        ("Subtotal", document["SubTotal"]), ("GST", document["TotalTax"]),
        (f"Total {document['CurrencyCode']}", document["Total"]), ("Amount due", document.get("AmountDue")),
        ("Credit left", document.get("RemainingCredit")),
    ]  # fmt: skip
    for label, amount in rows:
        if amount is not None:
            yield f"{label:>69}{amount:>13}"
