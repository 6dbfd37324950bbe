"""Quotes, bank transactions and allocations: written."""

from __future__ import annotations

from fieldbridge.standin.documents.allocations import ALLOCATION, allocate, unallocate
from fieldbridge.standin.documents.bank import BANK_TRANSACTION, create_bank_transaction, delete_bank_transaction
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, OVERPAYMENT, PREPAYMENT, Settled
from fieldbridge.standin.documents.quotes import QUOTE, match_quote, save_quote
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.document_views import show_allocation
from fieldbridge.standin.resources.listing import Listing
from fieldbridge.standin.resources.listings import CREDIT_NOTES
from fieldbridge.standin.resources.money_listings import (
    BANK_TRANSACTIONS,
    OVERPAYMENTS,
    PREPAYMENTS,
    QUOTES,
    show_bank_transaction,
    show_quote,
)
from fieldbridge.standin.resources.writing import Save, Writing, addressed
from fieldbridge.standin.wire.answers import Answer, Record, json_answer, not_found
from fieldbridge.standin.wire.dates import plain

CREDIT_LISTINGS: tuple[tuple[Settled, Listing], ...] = (
    (CREDIT_NOTE, CREDIT_NOTES), (OVERPAYMENT, OVERPAYMENTS), (PREPAYMENT, PREPAYMENTS)
)  # fmt: skip


def _save_quote(call: Call, sent: Record) -> tuple[Record, list[str]]:
    known = None
    if call.method == "POST":
        known = addressed(QUOTES, call) or match_quote(call.books, sent)
    return save_quote(call.books, known, sent, call.query.unit_decimals), []


def _save_bank_transaction(call: Call, sent: Record) -> tuple[Record, list[str]]:
    """A POST that names a transaction deletes it; everything else makes a new one."""
    known = addressed(BANK_TRANSACTIONS, call)
    if known is None and call.method == "POST" and "BankTransactionID" in sent:
        known = call.books.bank_transactions.get(sent["BankTransactionID"])
    if known:
        return delete_bank_transaction(call.books, known, sent), []
    return create_bank_transaction(call.books, sent, call.query.unit_decimals), []


def _save_allocation(kind: Settled, listing: Listing) -> Save:
    def save(call: Call, sent: Record) -> tuple[Record, list[str]]:
        credit = addressed(listing, call)
        assert credit is not None
        return allocate(call.books, kind, credit, sent), []

    return save


def write_allocations(kind: Settled, listing: Listing) -> Writing:
    """PUT …/Allocations of one kind of credit."""
    return Writing("Allocations", "AllocationID", ALLOCATION, _save_allocation(kind, listing), show_allocation)


def remove_allocation(kind: Settled, listing: Listing, call: Call) -> Answer:
    """200 and the bare allocation with IsDeleted, no envelope; 404 for an unknown credit or allocation."""
    credit = listing.find(call.books, call.key)
    gone = unallocate(call.books, kind, credit, call.segments[3].lower()) if credit else None
    if gone is None:
        raise not_found()
    return json_answer(plain(gone))


WRITE_QUOTES = Writing("Quotes", "QuoteID", QUOTE, _save_quote, show_quote)
WRITE_BANK_TRANSACTIONS = Writing(
    "BankTransactions", "BankTransactionID", BANK_TRANSACTION, _save_bank_transaction, show_bank_transaction
)
