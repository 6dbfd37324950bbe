"""Allocations on their way. Xero gives them no key: ours are known by credit note, invoice and amount."""

from collections.abc import Sequence

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.records.documents import Allocation, BookedAllocation, CreditAllocation
from fieldbridge.xero.codec import encode
from fieldbridge.xero.documents import credit_notes
from fieldbridge.xero.outcomes import Outcome


def _receipt(one: BookedAllocation) -> Receipt:
    return Receipt(far_id=one.allocation_id, number=one.invoice_number, total=one.amount)


def _body(_context: Context, some: Sequence[CreditAllocation]) -> bytes:
    return encode([{"CreditNoteID": one.credit_note_id, **_fields(one)} for one in some])


def _fields(one: CreditAllocation) -> dict[str, str]:
    return {"InvoiceID": one.invoice_id, "Amount": f"{one.amount}", "Date": one.allocated_on.isoformat()}


def _send(
    context: Context, some: Sequence[CreditAllocation], _body: bytes, idempotency_key: str
) -> list[Outcome[Receipt]]:
    (one,) = some
    wanted = Allocation(invoice_id=one.invoice_id, amount=one.amount, allocated_on=one.allocated_on)
    made = credit_notes.allocate(context.session(), one.credit_note_id, wanted, idempotency_key)
    return [Outcome(_receipt(made))]


def _find(context: Context, some: Sequence[CreditAllocation]) -> list[Found]:
    session = context.session()
    notes = {one.credit_note_id: credit_notes.by_id(session, one.credit_note_id) for one in some}
    return [_judged(one, held.allocations if (held := notes[one.credit_note_id]) else ()) for one in some]


def _judged(wanted: CreditAllocation, held: Sequence[BookedAllocation]) -> Found:
    same = (one for one in held if (one.invoice_id, one.amount) == (wanted.invoice_id, wanted.amount))
    ours = next(same, None)
    return Found(event="found" if ours else "absent", receipt=_receipt(ours) if ours else None)


ALLOCATION = Kind(
    name="allocation",
    document=CreditAllocation,
    body=_body,
    send=_send,
    find=_find,
    whose=lambda _: "",
    is_unique=lambda _: False,
    taken=(),
)
