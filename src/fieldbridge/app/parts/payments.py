"""Payments on their way. Xero gives them no unique key: ours are known by invoice, reference and amount."""

from collections.abc import Sequence

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.records.documents import BookedPayment, Payment
from fieldbridge.xero.documents import payments
from fieldbridge.xero.outcomes import BATCH_MAX, Outcome


def _receipt(one: BookedPayment) -> Receipt:
    return Receipt(far_id=one.payment_id, number=one.reference, total=one.amount, status=one.status)


def _send(context: Context, some: Sequence[Payment], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    outcomes = payments.create(context.session(), body, len(some), idempotency_key)
    return [one.told_as(_receipt) for one in outcomes]


def _find(context: Context, some: Sequence[Payment]) -> list[Found]:
    session = context.session()
    return [_judged(one, payments.ever_of_invoice(session, one.invoice_id, one.reference)) for one in some]


def _judged(wanted: Payment, found: Sequence[BookedPayment]) -> Found:
    """One that was reversed still proves that ours arrived: paying again would undo what the office did."""
    ours = next((one for one in found if one.amount == wanted.amount), None)
    return Found(event="found" if ours else "absent", receipt=_receipt(ours) if ours else None)


PAYMENT = Kind(
    name="payment",
    document=Payment,
    body=lambda _, some: payments.body_of(some),
    send=_send,
    find=_find,
    scope="accounting.payments",
    whose=lambda _: "",
    batch_max=BATCH_MAX,
    is_unique=lambda _: False,
    taken=(),
    stale=("xero.overpaid", "xero.not_payable"),
)
