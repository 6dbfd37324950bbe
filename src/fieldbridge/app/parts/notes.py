"""Notes on their way to a document's history. They have no key: the same text there is taken for ours."""

from collections.abc import Sequence
from decimal import Decimal

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.records.documents import Remark
from fieldbridge.xero.documents import history
from fieldbridge.xero.outcomes import Outcome

NOTED = Receipt(far_id="", number="note", total=Decimal(0))


def _send(context: Context, some: Sequence[Remark], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    (one,) = some
    history.add(context.session(), one.collection, one.record_id, one.text, idempotency_key)
    return [Outcome(NOTED)]


def _find(context: Context, some: Sequence[Remark]) -> list[Found]:
    (one,) = some
    is_there = history.has_note(context.session(), one.collection, one.record_id, one.text)
    return [Found(event="found" if is_there else "absent", receipt=NOTED if is_there else None)]


NOTE = Kind(
    name="note",
    document=Remark,
    body=lambda _, some: history.body_of(some[0].text),
    send=_send,
    find=_find,
    whose=lambda _: "",
    is_unique=lambda _: False,
    taken=(),
)
