"""New customers on their way. Their contact number, which is the tablet's code, is their natural key.

Adopting a contact that is there needs no call; whoever waits for the customer goes on once it is known.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.kind import Kind
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.documents import NewContact
from fieldbridge.store import books
from fieldbridge.store.ledger import links, waking
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero import contacts
from fieldbridge.xero.outcomes import Outcome

NAME_TAKEN, NUMBER_TAKEN = "xero.contact_name_taken", "xero.contact_number_taken"


def _body(context: Context, some: Sequence[NewContact]) -> bytes:
    """Of one that is there already the body is only its name in the ledger: nothing of it is sent."""
    (one,) = some
    return one.contact_id.encode() or contacts.body_of_new(one.fields, one.terms)


def _send(context: Context, some: Sequence[NewContact], body: bytes, idempotency_key: str) -> list[Outcome[Receipt]]:
    (one,) = some
    if one.is_archived:
        found = contacts.restore(context.session(), one.contact_id, idempotency_key)
        return [Outcome(_receipt(found))]
    if one.contact_id:
        return [Outcome(Receipt(far_id=one.contact_id, number="", total=Decimal(0)))]
    return [each.told_as(_receipt) for each in contacts.create(context.session(), body, 1, idempotency_key)]


def _find(context: Context, some: Sequence[NewContact]) -> list[Found]:
    (one,) = some
    session = context.session()
    there = contacts.by_id(session, one.contact_id) if one.contact_id else contacts.by_number(session, one.code)
    return [_judged(one, there)]


def _judged(wanted: NewContact, found: Contact | None) -> Found:
    if found is None or (wanted.is_archived and found.status != "ACTIVE"):
        return Found(event="absent")
    is_ours = bool(wanted.contact_id) or found.name == wanted.fields.name
    return Found(event="found" if is_ours else "found_other", receipt=_receipt(found))


def _receipt(one: Contact) -> Receipt:
    return Receipt(far_id=one.contact_id, number=one.name, total=Decimal(0), status="")


def _in_the_way(one: Delivery, found: Receipt | None, page: str) -> Problem:
    other = f"the contact {found.number} has its code" if found else "a contact has its name or its code"
    return Problem(
        kind="order",
        key=one.key,
        code="order.new_customer_exists",
        message=f"The new customer {one.number} could not be made: {other} in Xero.",
        remedy="Set new_customers.name_taken to adopt, or rename one of the two in Xero, then: fieldbridge retry",
        link=page,
    )


def _posted(context: Context, tx: sa.Connection, one: Delivery, receipt: Receipt) -> None:
    """Agree on who it is at once: the tablets keep their code, and what waited for it is planned."""
    made = CONTACT.decode(one)
    known = books.by_ids(tx, context.id, Contact, [receipt.far_id]).get(receipt.far_id)
    links.know(tx, context.id, made.code, receipt.far_id, context.now())
    if known is None or not known.key:
        contact = known or _as_made(made, receipt.far_id)
        agreed = links.Agreed(made.code, contact.own_code)
        links.agree(tx, context.id, {receipt.far_id: agreed}, context.now())
        kept = msgspec.structs.replace(contact, key=made.code, status="ACTIVE")
        books.keep(tx, context.id, [kept], context.now())
    waking.wake(tx, context.id, made.code, context.now())
    context.log(tx, "customer.made", key=made.code, name=receipt.number, contact=receipt.far_id)


def _as_made(made: NewContact, contact_id: str) -> Contact:
    """What is known of it until Xero is read again."""
    fields = {name: value for name, value in msgspec.structs.asdict(made.fields).items() if value is not None}
    return Contact(contact_id=contact_id, terms=made.terms, **fields)


CONTACT = Kind(
    name="contact",
    document=NewContact,
    body=_body,
    send=_send,
    find=_find,
    whose=lambda one: one.contact_id,
    page=lambda links, far_id: links.contact(far_id),
    taken=(NAME_TAKEN, NUMBER_TAKEN),
    in_the_way=_in_the_way,
    posted=_posted,
)
