"""Payments: read, made, and reversed; never edited.

Source: Xero, payments: no unique key of their own, so before one is made again the invoice's payments are looked at;
reversing one that is reconciled or part of a batch is refused.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from fieldbridge.core.records.documents import BookedPayment, Payment
from fieldbridge.xero.codec import Wire, day_or_none, encode, instant_or_none
from fieldbridge.xero.collection import PAGE_SIZE
from fieldbridge.xero.documents.shapes import InvoiceRefWire, id_field
from fieldbridge.xero.outcomes import ElementWire, Writable
from fieldbridge.xero.session import NO_QUERY, Session


class CreditNoteRefWire(Wire, frozen=True, kw_only=True):
    """Which credit note was refunded."""

    credit_note_id: str = msgspec.field(name="CreditNoteID", default="")
    credit_note_number: str = ""


class AdvanceRefWire(Wire, frozen=True, kw_only=True):
    """Which prepayment or overpayment was refunded."""

    prepayment_id: str = msgspec.field(name="PrepaymentID", default="")
    overpayment_id: str = msgspec.field(name="OverpaymentID", default="")


class AccountRefWire(Wire, frozen=True, kw_only=True):
    """Where the money went."""

    account_id: str = msgspec.field(name="AccountID", default="")
    code: str = ""


class PaymentWire(ElementWire, frozen=True, kw_only=True):
    """One element of the answer. Exactly one of the four things a payment settles is there."""

    payment_id: str = id_field("PaymentID")
    invoice: InvoiceRefWire | None = None
    credit_note: CreditNoteRefWire | None = None
    prepayment: AdvanceRefWire | None = None
    overpayment: AdvanceRefWire | None = None
    account: AccountRefWire = AccountRefWire()
    date: str = ""
    amount: Decimal = Decimal(0)
    currency_rate: Decimal | None = None
    reference: str = ""
    status: str = ""
    payment_type: str = ""
    is_reconciled: bool = False
    batch_payment_id: str = msgspec.field(name="BatchPaymentID", default="")
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")

    def target(self) -> tuple[str, str, str]:
        """Shape: (kind, id, number) of what it settles."""
        if self.invoice:
            return "invoice", self.invoice.invoice_id, self.invoice.invoice_number
        if self.credit_note:
            return "credit note", self.credit_note.credit_note_id, self.credit_note.credit_note_number
        if self.prepayment:
            return "prepayment", self.prepayment.prepayment_id, ""
        return ("overpayment", self.overpayment.overpayment_id, "") if self.overpayment else ("", "", "")


def _record(one: PaymentWire) -> BookedPayment:
    target, target_id, target_number = one.target()
    return BookedPayment(
        payment_id=one.payment_id,
        target=target,
        target_id=target_id,
        target_number=target_number,
        account_id=one.account.account_id,
        account_code=one.account.code,
        paid_on=day_or_none(one.date),
        amount=one.amount,
        currency_rate=one.currency_rate,
        reference=one.reference,
        status=one.status,
        kind=one.payment_type,
        is_reconciled=one.is_reconciled,
        batch_id=one.batch_payment_id,
        updated_at=instant_or_none(one.updated),
    )


PAYMENTS = Writable("Payments", PaymentWire, _record, page_size=PAGE_SIZE)
pages, by_id, create = PAYMENTS.pages, PAYMENTS.one, PAYMENTS.create


def body_of(payments: Sequence[Payment]) -> bytes:
    """The request that makes these payments."""
    return encode({"Payments": [_element(one) for one in payments]})


def paid_between(first: date, last: date) -> dict[str, str]:
    """The filter of what is dated from one day to another, both included."""
    begin, end = (f"DateTime({day.year},{day.month:02},{day.day:02})" for day in (first, last))
    return {"where": f"Date>={begin} AND Date<={end}"}


def of_invoice(session: Session, invoice_id: str, reference: str) -> list[BookedPayment]:
    """The payments of an invoice with this reference that stand."""
    return [one for one in ever_of_invoice(session, invoice_id, reference) if one.status != "DELETED"]


def ever_of_invoice(session: Session, invoice_id: str, reference: str) -> list[BookedPayment]:
    """Those that were reversed too: what to look at before one is made again."""
    where = f'Invoice.InvoiceID==guid("{uuid.UUID(invoice_id)}")'
    found = PAYMENTS.every(session, {"where": where})
    return [one for one in found if one.reference == reference]


def reverse(session: Session, payment_id: str, idempotency_key: str) -> BookedPayment:
    """Take a payment back. Errors: RefusedError when it is reconciled, part of a batch, or was taken back before."""
    answer = session.update("Payments", payment_id, NO_QUERY, encode({"Status": "DELETED"}), idempotency_key)
    return PAYMENTS.sole(answer, f"the reversal of payment {payment_id}")


def _element(one: Payment) -> dict[str, object]:
    return {
        "Invoice": {"InvoiceID": one.invoice_id},
        "Account": {"AccountID": one.account_id},
        "Date": one.paid_on.isoformat(),
        "Amount": one.amount,
        "Reference": one.reference,
    }
