"""What a contact owes and is owed, worked out from the open documents each time it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.wire.answers import Record

_SIDES = (("AccountsReceivable", "ACCREC", "ACCRECCREDIT"), ("AccountsPayable", "ACCPAY", "ACCPAYCREDIT"))
_MONEY_IN = {"AccountsReceivable": "RECEIVE", "AccountsPayable": "SPEND"}
ZERO = Decimal("0.00")


def balances(books: Books, contact_id: str) -> Record:
    """Outstanding and Overdue for sales and bills, in base currency. Credit left over lowers Outstanding.

    What a merged contact owes is owed by the one it was merged into.
    """
    merged_to = books.contacts[contact_id].get("MergedToContactID")
    whose = [] if merged_to else list(_with_merged(books, contact_id))
    return {side: _side(books, whose, side, invoice, credit) for side, invoice, credit in _SIDES}


def holder(books: Books, contact_id: str) -> str:
    """Whose documents a contact's are: its own, or those of the one it was merged into."""
    passed: set[str] = set()
    while contact_id not in passed and (merged_to := books.contacts[contact_id].get("MergedToContactID")):
        passed.add(contact_id)
        contact_id = merged_to
    return contact_id


def _with_merged(books: Books, contact_id: str) -> Iterator[str]:
    yield contact_id
    for merged in books.contacts.find("merged_to", contact_id):
        yield from _with_merged(books, merged["ContactID"])


def _find(table: Table, whose: list[str]) -> list[Record]:
    return [document for contact_id in whose for document in table.find("open", contact_id)]


def _side(books: Books, whose: list[str], side: str, invoice_type: str, credit_type: str) -> Record:
    today = books.today()
    outstanding = overdue = ZERO
    for invoice in _open(_find(books.invoices, whose), invoice_type):
        due = _in_base(books, invoice, "AmountDue")
        outstanding += due
        if invoice.get("DueDate") and invoice["DueDate"] < today:
            overdue += due
    for credit in _open(_find(books.credit_notes, whose), credit_type):
        outstanding -= _in_base(books, credit, "RemainingCredit")
    for early in (*_find(books.overpayments, whose), *_find(books.prepayments, whose)):
        if early["Type"].startswith(_MONEY_IN[side]):
            outstanding -= _in_base(books, early, "RemainingCredit")
    return {"Outstanding": outstanding, "Overdue": overdue}


def _open(documents: list[Record], kind: str) -> Iterator[Record]:
    return (document for document in documents if document["Type"] == kind)


def _in_base(books: Books, document: Record, field: str) -> Decimal:
    """An amount in base currency at the document's own rate; today's rates are not imitated."""
    amount: Decimal = document[field]
    if document["CurrencyCode"] == books.organisation["BaseCurrency"]:
        return amount
    return rounded(amount / document["CurrencyRate"])
