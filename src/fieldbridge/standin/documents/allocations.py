"""Credit notes, overpayments and prepayments put against invoices: the second call after making the credit."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.balances import holder
from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, INVOICE, Settled
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.documents.status import APPROVED
from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record, RefusedError

ALLOCATION: fields.Shape = {
    "Amount": fields.number,
    "AppliedAmount": fields.number,
    "Date": fields.day,
    "Invoice": fields.one({"InvoiceID": fields.guid, "InvoiceNumber": fields.text}),
}


def allocate(books: Books, kind: Settled, credit: Record, sent: Record) -> Record:
    """Both documents AUTHORISED, same contact, no more than is left on either side. Errors: RefusedError.

    A merged contact's documents are those of the one it was merged into.
    """
    named = sent.get("Invoice", {})
    invoice = books.invoices.get(named.get("InvoiceID", "")) or books.invoices.first(
        "number", named.get("InvoiceNumber", "").casefold()
    )
    if invoice is None:
        raise RefusedError(books.switches.text_invoice_unknown)
    wanted = [sent[name] for name in ("Amount", "AppliedAmount") if name in sent]
    amount = rounded(wanted[0] if wanted else credit["RemainingCredit"])
    _check(books, "Credit Note" if kind is CREDIT_NOTE else kind.name, credit, invoice, amount)
    allocation: Record = {
        "AllocationID": books.new_id(),
        "Amount": amount,
        "Date": sent.get("Date", books.today()),
        "Invoice": {"InvoiceID": invoice["InvoiceID"], "InvoiceNumber": invoice.get("InvoiceNumber")},
    }
    _store(books, kind, credit, [*credit["Allocations"], allocation])
    _store_invoice(books, kind, invoice, [*invoice[f"{kind.name}s"], _applied(kind, credit, allocation)])
    return allocation


def unallocate(books: Books, kind: Settled, credit: Record, allocation_id: str) -> Record | None:
    """Take one allocation back on both sides; None when the credit does not have it."""
    gone = next((entry for entry in credit["Allocations"] if entry["AllocationID"] == allocation_id), None)
    if gone is None:
        return None
    invoice = books.invoices[gone["Invoice"]["InvoiceID"]]
    _store(books, kind, credit, [entry for entry in credit["Allocations"] if entry is not gone])
    kept = [entry for entry in invoice[f"{kind.name}s"] if entry["AllocationID"] != allocation_id]
    _store_invoice(books, kind, invoice, kept)
    return {**gone, "IsDeleted": True}


def _check(books: Books, words: str, credit: Record, invoice: Record, amount: Decimal) -> None:
    """Xero tells of all at once. Errors: RefusedError."""
    switches = books.switches
    whose = [holder(books, one["Contact"]["ContactID"]) for one in (credit, invoice)]
    faults = {
        "The invoice you are trying to allocate to has already been paid off": invoice["Status"] == "PAID",
        f"{words} cannot be allocated as amount is greater than amount outstanding": (
            amount > min(credit["RemainingCredit"], invoice["AmountDue"])
        ),
        f"{words} cannot be allocated to an incorrect invoice type": _is_in(credit) != _is_in(invoice),
        switches.text_allocation_status: credit["Status"] != "AUTHORISED" or invoice["Status"] not in APPROVED,
        switches.text_allocation_contact: whose[0] != whose[1],
        switches.text_allocation_currency: credit["CurrencyCode"] != invoice["CurrencyCode"],
        switches.text_allocation_amount: amount <= 0,
    }
    if any(faults.values()):
        raise RefusedError(*(text for text, is_true in faults.items() if is_true))


def _is_in(document: Record) -> bool:
    """Receivable rather than payable."""
    return str(document["Type"]).startswith(("ACCREC", "RECEIVE"))


def _applied(kind: Settled, credit: Record, allocation: Record) -> Record:
    """The allocation as the invoice shows it."""
    number = {kind.number_field: credit.get(kind.number_field)} if kind.number_field else {}
    return {
        kind.id_field: credit[kind.id_field],
        **number,
        "ID": credit[kind.id_field],
        "AllocationID": allocation["AllocationID"],
        "AppliedAmount": allocation["Amount"],
        "Date": allocation["Date"],
        "Total": credit["Total"],
    }


def _store(books: Books, kind: Settled, credit: Record, allocations: list[Record]) -> None:
    changed = {**credit, "Allocations": allocations, "UpdatedDateUTC": books.now()}
    kind.table(books).put(settle(books, kind, changed))


def _store_invoice(books: Books, kind: Settled, invoice: Record, applied: list[Record]) -> None:
    changed = {**invoice, f"{kind.name}s": applied, "UpdatedDateUTC": books.now()}
    books.invoices.put(settle(books, INVOICE, changed))
