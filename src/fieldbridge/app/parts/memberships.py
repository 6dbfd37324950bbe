"""New customers on their way into contact groups. Being in a group twice is being in it once."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.documents import Membership
from fieldbridge.core.records.reference import ContactGroup
from fieldbridge.store import books
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero.outcomes import Outcome
from fieldbridge.xero.reference import contact_groups


def _send(context: Context, some: Sequence[Membership], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    (one,) = some
    group = contact_groups.named(context.session(), one.group)
    if group is None:
        raise RefusedError(
            "order.group_unknown",
            f"The new customer is in Xero, but not in the contact group {one.group}, which Xero does not have.",
            remedy="Make the contact group in Xero, then: fieldbridge retry",
        )
    contact_groups.add(context.session(), group.group_id, body, idempotency_key)
    return [Outcome(_receipt(group))]


def _find(context: Context, some: Sequence[Membership]) -> list[Found]:
    (one,) = some
    group = contact_groups.named(context.session(), one.group)
    whole = contact_groups.with_members(context.session(), group.group_id) if group else None
    if whole is None or one.contact_id not in whole.members:
        return [Found(event="absent")]
    return [Found(event="found", receipt=_receipt(whole))]


def _receipt(group: ContactGroup) -> Receipt:
    return Receipt(far_id=group.group_id, number=group.name, total=Decimal(0))


def _posted(context: Context, tx: sa.Connection, one: Delivery, receipt: Receipt) -> None:
    """The Books know at once, so that the tablets do at the next look."""
    member = MEMBERSHIP.decode(one)
    known = books.by_ids(tx, context.id, Contact, [member.contact_id]).get(member.contact_id)
    if known is not None and receipt.number not in known.groups:
        more = msgspec.structs.replace(known, groups=(*known.groups, receipt.number))
        books.keep(tx, context.id, [more], context.now())


MEMBERSHIP = Kind(
    name="membership",
    document=Membership,
    body=lambda _, some: contact_groups.body_of([one.contact_id for one in some]),
    send=_send,
    find=_find,
    whose=lambda one: one.contact_id,
    taken=(),
    posted=_posted,
)
