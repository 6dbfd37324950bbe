"""Customers a rep met: a contact made from a template, or one of the same name adopted.

Source: field-sales facts §16 (a new customer alone or with an order); Xero, contacts: names are unique among active
contacts, an archived one blocks nothing and takes no documents.
"""

from collections.abc import Iterator, Sequence

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Address, Contact, ContactFields, PaymentTerms
from fieldbridge.core.records.documents import Membership, NewContact
from fieldbridge.core.records.field import NewCustomer, Order
from fieldbridge.core.rules import NewCustomerRules, TransactionRules
from fieldbridge.flows.customers import is_living, minted
from fieldbridge.flows.orders import RETRY, Shelf, contact_of

CONTACT = "contact"
NAME_MAX, LINES_MAX = 255, 4


def refuse_awaited(order: Order, shelf: Shelf) -> None:
    """Errors: RefusedError order.customer_awaited while another transaction is still making its customer."""
    maker = shelf.coming.get(order.customer, order.key)
    if maker != order.key and not shelf.contacts.get(order.customer):
        raise RefusedError(
            "order.customer_awaited",
            f"Order {order.order_no} waits for the new customer {order.customer}, which comes with {maker}.",
            remedy=f"Nothing, if {maker} has no Problem of its own: it then goes by itself.",
        )


def new_customer_with(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    """The contact of a new customer; nothing when it is there already. Errors: RefusedError why it cannot be made."""
    new = order.new_customer
    if new is None:
        return ()
    if holders := shelf.contacts.get(order.customer):
        return list(_again(order, new, contact_of(order, {order.customer: holders}), shelf, rules.new_customers))
    made = _made(order, new, shelf, rules.new_customers)
    contact = Change(key=order.key, kind=CONTACT, part=CONTACT, number=plain_name(new.name), document=made)
    return [contact, *(() if made.contact_id else _memberships(order, rules.new_customers, ""))]


def _again(order: Order, new: NewCustomer, found: Contact, shelf: Shelf, rules: NewCustomerRules) -> Iterator[Change]:
    """Of a customer that is there: its groups, when this transaction made it; what was there before is not ours."""
    if CONTACT not in shelf.going.get(order.key, {}):
        _refuse_other(order, new, found)
    elif found.contact_number == order.customer:
        yield from _memberships(order, rules, found.contact_id)


def _memberships(order: Order, rules: NewCustomerRules, contact_id: str) -> Iterator[Change]:
    """The groups the office puts new contacts into: by group the tablets know a rep, a price level and more."""
    named = [one.replace("{rep}", order.rep) for one in rules.groups if order.rep or "{rep}" not in one]
    for number, name in enumerate(named, start=1):
        member = Membership(contact_id=contact_id, group=name)
        yield Change(key=order.key, kind="membership", part=f"group {number}", number=name, document=member)


def plain_name(name: str) -> str:
    """A name as Xero takes it: no angle brackets, no double blanks, 255 characters."""
    return " ".join(name.replace("<", " ").replace(">", " ").split())[:NAME_MAX].strip()


def _made(order: Order, new: NewCustomer, shelf: Shelf, rules: NewCustomerRules) -> NewContact:
    name = plain_name(new.name)
    if not name:
        raise RefusedError(
            "order.new_customer",
            f"Order {order.order_no}: the new customer has no name Xero takes.",
            remedy="Correct it.",
        )
    namesakes = shelf.namesakes.get(name.casefold(), ())
    living = [one for one in namesakes if is_living(one)]
    if living:
        return _adopted(order, living[0], rules)
    archived = [one for one in namesakes if one.status == "ARCHIVED"]
    if archived and rules.name_archived != "create":
        return _restored(order, archived[0], rules)
    return _fresh(order, new, name, shelf, rules)


def _adopted(order: Order, found: Contact, rules: NewCustomerRules) -> NewContact:
    if rules.name_taken != "adopt":
        raise RefusedError(
            "order.new_customer_exists",
            f"Order {order.order_no}: a contact called {found.name} is in Xero already"
            f"{f' with the code {found.code}' if found.code else ''}.",
            remedy="If it is the same shop, set new_customers.name_taken to adopt, or have the order taken for "
            f"{found.code or 'that customer'}; if not, rename one of the two, {RETRY}",
        )
    return NewContact(code=order.customer, fields=ContactFields(), contact_id=found.contact_id)


def _restored(order: Order, found: Contact, rules: NewCustomerRules) -> NewContact:
    if rules.name_archived != "restore":
        raise RefusedError(
            "order.new_customer_archived",
            f"Order {order.order_no}: {found.name} was a contact before, and is archived in Xero.",
            remedy="Restore it in Xero and set new_customers.name_taken to adopt, or set name_archived to create for a "
            f"second one, {RETRY}",
        )
    return NewContact(code=order.customer, fields=ContactFields(), contact_id=found.contact_id, is_archived=True)


def _fresh(order: Order, new: NewCustomer, name: str, shelf: Shelf, rules: NewCustomerRules) -> NewContact:
    place = Address(lines=new.address_lines[:LINES_MAX], city=new.city, region=new.region, postal_code=new.post_code)
    address = place if place != Address() else None
    likeness = Contact(contact_id="", name=name)
    code = minted(likeness, shelf.codes()) if rules.code == "minted" else order.customer
    fields = ContactFields(
        name=name,
        contact_number=order.customer,
        account_number=code,
        first_name=new.first_name or None,
        last_name=new.last_name or None,
        email=new.email or None,
        phone=new.phone or None,
        mobile=new.mobile or None,
        street=address if rules.address in ("street", "both") else None,
        postal=address if rules.address in ("postal", "both") else None,
    )
    terms = PaymentTerms(day=rules.terms_days, kind="DAYSAFTERBILLDATE") if rules.terms_days is not None else None
    return NewContact(code=order.customer, fields=fields, terms=terms)


def _refuse_other(order: Order, new: NewCustomer, found: Contact) -> None:
    """A tablet's code that stands for another shop: two tablets may have given the same one."""
    if found.contact_id and found.name.casefold() != plain_name(new.name).casefold():
        raise RefusedError(
            "order.new_customer_code_taken",
            f"Order {order.order_no}: {order.customer}, the code of the new customer {new.name}, is {found.name}'s.",
            remedy="Have the customer entered on the tablet again under another code.",
        )


def waiting_for_contact(made: Sequence[Change]) -> Sequence[Change]:
    """The same Changes; what is for a contact that is still to be made waits for it."""
    return [
        msgspec.structs.replace(one, needs={**one.needs, CONTACT: "contact_id"})
        if getattr(one.document, "contact_id", None) == "" and one.kind != CONTACT
        else one
        for one in made
    ]
