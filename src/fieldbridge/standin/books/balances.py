"""What a contact owes and is owed, worked out from the open documents each time it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.wire.answers import Record

_SIDES = (("AccountsReceivable", "ACCREC", "ACCRECCREDIT"), ("AccountsPayable", "ACCPAY", "ACCPAYCREDIT"))
_MONEY_IN = {"AccountsReceivable": "RECEIVE", "AccountsPayable": "SPEND"}
ZERO = Decimal("0.00")


def balances(books: Books, contact_id: str) -> Record:
    """Outstanding and Overdue for sales and bills, in base currency. Credit left over lowers Outstanding."""
    return {side: _side(books, contact_id, side, invoice, credit) for side, invoice, credit in _SIDES}


def _side(books: Books, contact_id: str, side: str, invoice_type: str, credit_type: str) -> Record:
    today = books.today()
    outstanding = overdue = ZERO
    for invoice in _open(books.invoices.find("open", contact_id), invoice_type):
        due = _in_base(books, invoice, "AmountDue")
        outstanding += due
        if invoice.get("DueDate") and invoice["DueDate"] < today:
            overdue += due
    for credit in _open(books.credit_notes.find("open", contact_id), credit_type):
        outstanding -= _in_base(books, credit, "RemainingCredit")
    for early in (*books.overpayments.find("open", contact_id), *books.prepayments.find("open", contact_id)):
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
