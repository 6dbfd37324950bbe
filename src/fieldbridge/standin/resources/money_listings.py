"""Quotes, bank transactions and what they leave behind: read, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import OVERPAYMENT, PREPAYMENT, Settled
from fieldbridge.standin.pricing.coding import tax_rate_of
from fieldbridge.standin.pricing.money import HUNDRED, rounded
from fieldbridge.standin.resources import high_volume
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.document_views import day_companions, show_document, show_line
from fieldbridge.standin.resources.listing import Listing, View
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record

_RANGES = (("DateFrom", "DateTo", "Date"), ("ExpiryDateFrom", "ExpiryDateTo", "ExpiryDate"))
_MONEY = ("SubTotal", "TotalTax", "Total", "CurrencyCode", "UpdatedDateUTC")
_JOINED = ("Contact.ContactID", "Contact.Name", "Contact.ContactNumber")


def show_quote(view: View, quote: Record) -> Record:
    """A quote, always in full; its LineAmountTypes come in upper case (live recording)."""
    contact = view.books.contacts[quote["Contact"]["ContactID"]]
    names = ("ContactID", "Name", "FirstName", "LastName", "EmailAddress")
    return {
        **quote,
        "Contact": {name: contact[name] for name in names if name in contact},
        "LineItems": [_quoted(view, quote, show_line(view, line)) for line in quote["LineItems"]],
        "LineAmountTypes": quote["LineAmountTypes"].upper(),
        **day_companions(quote, "Date", "ExpiryDate"),
    }


def _quoted(view: View, quote: Record, line: Record) -> Record:
    """An inclusive quote's price is told without the tax that is in it.

    Source: XeroAPI/xero-mcp-server pull 309, against a live organisation.
    """
    is_net = quote["LineAmountTypes"] == "INCLUSIVE" and view.books.switches.inclusive_quotes_show_net_prices
    if not is_net or "UnitAmount" not in line:
        return line
    rate = tax_rate_of(view.books, line)
    return {**line, "UnitAmount": rounded(line["UnitAmount"] * HUNDRED / (HUNDRED + rate), view.unit_decimals)}


def _show_credit(kind: Settled, view: View, credit: Record) -> Record:
    shown = show_document(view, kind, credit)
    shown["ID"] = credit[kind.id_field]
    shown.pop("AmountPaid")
    return shown


def show_bank_transaction(view: View, transaction: Record) -> Record:
    """A bank transaction in full or in a list."""
    identity = transaction["Contact"]["ContactID"]
    lines = [show_line(view, line) for line in transaction["LineItems"]] if view.is_full else []
    return {
        **transaction,
        "Contact": {"ContactID": identity, "Name": view.books.contacts[identity]["Name"]},
        "LineItems": lines,
        "HasAttachments": view.books.has_attachments(transaction["BankTransactionID"]),
        **day_companions(transaction, "Date"),
    }


def _kept_quotes(call: Call, rows: Iterable[Record]) -> Iterable[Record]:
    """Quotes have parameters of their own instead of `where`."""
    query = call.query
    for first, last, field in _RANGES:
        for name, is_first in ((first, True), (last, False)):
            if query.text(name):
                day = fields.day(query.text(name))
                rows = [
                    row for row in rows if row.get(field) and (row[field] >= day if is_first else row[field] <= day)
                ]
    if wanted := query.text("ContactID").lower():
        rows = [row for row in rows if row["Contact"]["ContactID"] == wanted]
    for name, field in (("Status", "Status"), ("QuoteNumber", "QuoteNumber")):
        if query.text(name):
            rows = [row for row in rows if row[field].casefold() == query.text(name).casefold()]
    return rows


def _credit_listing(kind: Settled) -> Listing:
    def find(books: Books, key: str) -> Record | None:
        return kind.table(books).get(key.lower())

    return Listing(
        f"{kind.name}s", kind.table, find,
        lambda view, credit: _show_credit(kind, view, credit), kind.id_field,
        (kind.id_field, "Type", "Status", "Date", "Reference", "RemainingCredit", *_MONEY, *_JOINED), is_paged=True,
    )  # fmt: skip


QUOTES = Listing(
    "Quotes", lambda books: books.quotes, lambda books, key: books.quotes.get(key.lower()), show_quote, "QuoteID",
    ("QuoteID", "QuoteNumber", "Reference", "Status", "Date", "ExpiryDate", *_MONEY, *_JOINED),
    keep=_kept_quotes, has_where=False, is_cut_in_hundreds=True,
)  # fmt: skip
OVERPAYMENTS = _credit_listing(OVERPAYMENT)
PREPAYMENTS = _credit_listing(PREPAYMENT)
BANK_TRANSACTIONS = Listing(
    "BankTransactions", lambda books: books.bank_transactions,
    lambda books, key: books.bank_transactions.get(key.lower()), show_bank_transaction, "BankTransactionID",
    ("BankTransactionID", "Type", "Status", "Date", "Reference", "IsReconciled", *_MONEY, *_JOINED),
    optimised=high_volume.BANK_TRANSACTIONS, is_paged=True,
)  # fmt: skip
