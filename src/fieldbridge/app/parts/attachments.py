"""Files on their way to a document. A file's name is its key there: the same name again replaces it."""

from collections.abc import Sequence
from decimal import Decimal

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.records.documents import Attachment, Enclosure, Upload
from fieldbridge.field.folder.beside import Content, judged, put_away, read_beside
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero.documents import attachments
from fieldbridge.xero.outcomes import Outcome


def _content(context: Context, one: Enclosure) -> Content:
    return read_beside(context.folder, context.settings.profile, one.name, one.mark, context.installation.pause)


def _body(context: Context, some: Sequence[Enclosure]) -> bytes:
    return _content(context, some[0]).data


def _send(context: Context, some: Sequence[Enclosure], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    (one,) = some
    found = judged(one.name, body)
    file = Upload(name=found.name, mime_type=found.mime_type, content=body)
    made = attachments.add(context.session(), one.collection, one.record_id, file, idempotency_key)
    return [Outcome(_receipt(made))]


def _find(context: Context, some: Sequence[Enclosure]) -> list[Found]:
    """By name: what was sent under it replaced whatever had it before."""
    (one,) = some
    there = attachments.read(context.session(), one.collection, one.record_id)
    ours = next((each for each in there if each.name.startswith(one.name)), None)
    return [Found(event="found" if ours else "absent", receipt=_receipt(ours) if ours else None)]


def _receipt(one: Attachment) -> Receipt:
    return Receipt(far_id=one.attachment_id, number=one.name, total=Decimal(0))


def _posted(context: Context, tx: sa.Connection, one: Delivery, receipt: Receipt) -> None:
    file = ATTACHMENT.decode(one)
    put_away(context.folder, context.settings.profile, file.name, file.mark)


ATTACHMENT = Kind(
    name="attachment",
    document=Enclosure,
    body=_body,
    send=_send,
    find=_find,
    scope="accounting.attachments",
    whose=lambda _: "",
    taken=(),
    posted=_posted,
)
