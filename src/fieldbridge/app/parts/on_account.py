"""Money on account on its way. Xero gives it no unique key: ours is known by contact, reference and amount."""

from collections.abc import Sequence

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.records.documents import BookedReceipt, OnAccount
from fieldbridge.xero.documents import bank_money
from fieldbridge.xero.outcomes import BATCH_MAX, Outcome


def _receipt(one: BookedReceipt) -> Receipt:
    return Receipt(far_id=one.credit_id or one.transaction_id, number=one.reference, total=one.total, status=one.status)


def _send(context: Context, some: Sequence[OnAccount], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    outcomes = bank_money.create(context.session(), body, len(some), idempotency_key)
    return [one.told_as(_receipt) for one in outcomes]


def _find(context: Context, some: Sequence[OnAccount]) -> list[Found]:
    session = context.session()
    return [_judged(one, bank_money.of_contact(session, one.kind, one.contact_id, one.reference)) for one in some]


def _judged(wanted: OnAccount, found: Sequence[BookedReceipt]) -> Found:
    """One that was taken back still proves that ours arrived."""
    ours = next((one for one in found if one.total == wanted.amount), None)
    return Found(event="found" if ours else "absent", receipt=_receipt(ours) if ours else None)


ON_ACCOUNT = Kind(
    name="on account",
    document=OnAccount,
    body=lambda _, some: bank_money.body_of(some),
    send=_send,
    find=_find,
    scope="accounting.banktransactions",
    whose=lambda one: one.contact_id,
    batch_max=BATCH_MAX,
    is_unique=lambda _: False,
    taken=(),
)
