"""Invoices on their way. Their number is unique in Xero, and so their natural key; else it is their reference."""

from collections.abc import Sequence

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt, verdict
from fieldbridge.core.records.books import Invoice, PostedInvoice
from fieldbridge.xero.documents import invoices
from fieldbridge.xero.outcomes import BATCH_MAX, Outcome
from fieldbridge.xero.session import Session


def _receipt(one: PostedInvoice) -> Receipt:
    return Receipt(far_id=one.invoice_id, number=one.number, total=one.total, status=one.status, warnings=one.warnings)


def _send(context: Context, some: Sequence[Invoice], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    outcomes = invoices.create(context.session(), body, len(some), idempotency_key)
    return [one.told_as(_receipt) for one in outcomes]


def _find(context: Context, some: Sequence[Invoice]) -> list[Found]:
    session = context.session()
    known = invoices.by_number(session, [one.number for one in some if one.number])
    return [_judged(one, known.get(one.number) if one.number else _numbered_by_xero(session, one)) for one in some]


def _numbered_by_xero(session: Session, wanted: Invoice) -> PostedInvoice | None:
    return invoices.by_reference(session, wanted.contact_id, wanted.reference)


def _judged(wanted: Invoice, found: PostedInvoice | None) -> Found:
    return Found(event=verdict(wanted, found), receipt=_receipt(found) if found else None)


INVOICE = Kind(
    name="invoice",
    document=Invoice,
    body=lambda _, some: invoices.body_of(some),
    send=_send,
    find=_find,
    whose=lambda one: one.contact_id,
    page=lambda links, far_id: links.invoice(far_id),
    batch_max=BATCH_MAX,
    is_unique=lambda one: bool(one.number),
)
