"""Credit notes on their way. Their number is unique in Xero, and so their natural key; else it is their reference."""

from collections.abc import Sequence

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt, verdict
from fieldbridge.core.records.documents import BookedCredit, CreditNote
from fieldbridge.xero.documents import credit_notes
from fieldbridge.xero.outcomes import BATCH_MAX, Outcome
from fieldbridge.xero.session import Session


def _receipt(one: BookedCredit) -> Receipt:
    return Receipt(far_id=one.document_id, number=one.number, total=one.total, status=one.status)


def _send(context: Context, some: Sequence[CreditNote], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    outcomes = credit_notes.create(context.session(), body, len(some), idempotency_key)
    return [one.told_as(_receipt) for one in outcomes]


def _find(context: Context, some: Sequence[CreditNote]) -> list[Found]:
    session = context.session()
    return [_judged(one, _held(session, one)) for one in some]


def _held(session: Session, wanted: CreditNote) -> BookedCredit | None:
    if wanted.number:
        return credit_notes.by_number(session, wanted.number)
    return credit_notes.by_reference(session, wanted.contact_id, wanted.reference)


def _judged(wanted: CreditNote, found: BookedCredit | None) -> Found:
    return Found(event=verdict(wanted, found), receipt=_receipt(found) if found else None)


CREDIT_NOTE = Kind(
    name="credit note",
    document=CreditNote,
    body=lambda _, some: credit_notes.body_of(some),
    send=_send,
    find=_find,
    whose=lambda one: one.contact_id,
    batch_max=BATCH_MAX,
    is_unique=lambda one: bool(one.number),
)
