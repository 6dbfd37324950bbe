"""Quotes on their way. Their number is unique in Xero, and so their natural key; else it is their reference."""

from collections.abc import Sequence

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt, verdict
from fieldbridge.core.records.documents import BookedQuote, Quote
from fieldbridge.xero.documents import quotes
from fieldbridge.xero.outcomes import BATCH_MAX, Outcome
from fieldbridge.xero.session import Session


def _receipt(one: BookedQuote) -> Receipt:
    return Receipt(far_id=one.document_id, number=one.number, total=one.total, status=one.status)


def _send(context: Context, some: Sequence[Quote], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    outcomes = quotes.create(context.session(), body, len(some), idempotency_key)
    return [one.told_as(_receipt) for one in outcomes]


def _find(context: Context, some: Sequence[Quote]) -> list[Found]:
    session = context.session()
    return [_judged(one, _held(session, one)) for one in some]


def _held(session: Session, wanted: Quote) -> BookedQuote | None:
    if wanted.number:
        return quotes.by_number(session, wanted.number)
    return quotes.by_reference(session, wanted.contact_id, wanted.issued_on, wanted.reference)


def _judged(wanted: Quote, found: BookedQuote | None) -> Found:
    return Found(event=verdict(wanted, found), receipt=_receipt(found) if found else None)


QUOTE = Kind(
    name="quote",
    document=Quote,
    body=lambda _, some: quotes.body_of(some),
    send=_send,
    find=_find,
    whose=lambda one: one.contact_id,
    page=lambda links, far_id: links.quote(far_id),
    batch_max=BATCH_MAX,
    is_unique=lambda one: bool(one.number),
)
