"""What is paid, credited and still due on a document, and the flip to PAID and back."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, CREDITS, INVOICE, Settled
from fieldbridge.standin.documents.status import APPROVED
from fieldbridge.standin.wire.answers import Record

ZERO = Decimal("0.00")


def settle(books: Books, kind: Settled, document: Record) -> Record:
    """The document with its amounts due or remaining worked out from payments and allocations."""
    return _settle_invoice(books, document) if kind is INVOICE else _settle_credit(books, kind, document)


def payments_of(books: Books, identity: str) -> list[Record]:
    """The payments that count; reversed ones do not."""
    found = books.payments.find("document", identity)
    return [payment for payment in found if payment["Status"] == "AUTHORISED"]


def _settle_invoice(books: Books, invoice: Record) -> Record:
    payments = payments_of(books, invoice["InvoiceID"])
    credits_by_kind: dict[str, list[Record]] = {f"{kind.name}s": invoice.get(f"{kind.name}s", []) for kind in CREDITS}
    applied = [credit for credits_ in credits_by_kind.values() for credit in credits_]
    paid = sum((payment["Amount"] for payment in payments), ZERO)
    credited = sum((credit["AppliedAmount"] for credit in applied), ZERO)
    is_gone = invoice["Status"] in ("VOIDED", "DELETED")
    due = ZERO if is_gone else invoice["Total"] - paid - credited
    days = [payment["Date"] for payment in payments] + [credit["Date"] for credit in applied]
    return {
        **invoice, **credits_by_kind, "AmountPaid": paid, "AmountCredited": credited, "AmountDue": due,
        **_status(invoice, due, days or _nothing_to_pay(books, invoice)),
    }  # fmt: skip


def _settle_credit(books: Books, kind: Settled, credit: Record) -> Record:
    payments = payments_of(books, credit[kind.id_field])
    allocations: list[Record] = credit.get("Allocations", [])
    used = sum((payment["Amount"] for payment in payments), ZERO)
    used += sum((allocation["Amount"] for allocation in allocations), ZERO)
    is_gone = credit["Status"] in ("VOIDED", "DELETED")
    remaining = ZERO if is_gone else credit["Total"] - used
    days = [entry["Date"] for entry in (*payments, *allocations)]
    status = _status(credit, remaining, days)
    if kind is not CREDIT_NOTE:
        # Only invoices and credit notes tell the day
        del status["FullyPaidOnDate"]
    return {**credit, "Allocations": allocations, "AmountPaid": used, "RemainingCredit": remaining, **status}


def _nothing_to_pay(books: Books, invoice: Record) -> list[object]:
    """The day an approved invoice of nothing counts as paid on: its own."""
    is_free = invoice["Status"] in APPROVED and not invoice["Total"] and books.switches.zero_total_is_paid
    return [invoice["Date"]] if is_free else []


def _status(document: Record, left: Decimal, days: list[object]) -> Record:
    """PAID is automatic; a reversed payment brings AUTHORISED back."""
    if days and left == 0:
        return {"Status": "PAID", "FullyPaidOnDate": max(days, key=str)}
    status = "AUTHORISED" if document["Status"] == "PAID" else document["Status"]
    return {"Status": status, "FullyPaidOnDate": None}
