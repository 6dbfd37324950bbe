"""Credit notes, overpayments and prepayments put against invoices: the second call after making the credit."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.balances import holder
from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import INVOICE, Settled
from fieldbridge.standin.documents.settlement import settle
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
    wanted: Decimal = sent.get("Amount") or sent.get("AppliedAmount") or credit["RemainingCredit"]
    amount = rounded(wanted)
    _check(books, credit, invoice, amount)
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


def _check(books: Books, credit: Record, invoice: Record, amount: Decimal) -> None:
    switches = books.switches
    if credit["Status"] != "AUTHORISED" or invoice["Status"] != "AUTHORISED":
        raise RefusedError(switches.text_allocation_status)
    if holder(books, credit["Contact"]["ContactID"]) != holder(books, invoice["Contact"]["ContactID"]):
        raise RefusedError(switches.text_allocation_contact)
    if amount > min(credit["RemainingCredit"], invoice["AmountDue"]):
        raise RefusedError(switches.text_allocation_amount)


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
