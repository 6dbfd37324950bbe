"""Customers: which Contacts become outlets, and how. Source: field-sales facts §5."""

import re
import unicodedata
from collections.abc import Container, Iterator
from datetime import date

import msgspec

from fieldbridge.core.ageing import Aged
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Address, Contact, Organisation
from fieldbridge.core.records.field import Customer
from fieldbridge.core.rules import CustomerRules
from fieldbridge.flows.credit import is_cash_only, stops
from fieldbridge.flows.groups import Marks, marks_of
from fieldbridge.flows.terms import terms_text

LINES = 4
MINTED_LETTERS = 3


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What else is known of an outlet when its row is made. today is the organisation's calendar day."""

    own: Organisation
    balance: Aged
    rep: str
    today: date
    rules: CustomerRules


def is_living(contact: Contact) -> bool:
    """Neither archived nor merged into another."""
    return contact.status == "ACTIVE" and not contact.merged_to


def is_wanted(contact: Contact, rules: CustomerRules) -> bool:
    """Whether the office's rule makes it a customer of the tablets.

    IsCustomer misses a brand-new one, because Xero sets it at the first sale.
    """
    match rules.who:
        case "in a group":
            return is_living(contact) and bool(set(contact.groups) & set(rules.groups))
        case "is a customer":
            return is_living(contact) and contact.is_customer
        case _:
            return is_living(contact) and bool(contact.own_code or contact.key)


def is_outlet(contact: Contact) -> bool:
    """A customer the tablets have: it has a key there."""
    return is_living(contact) and bool(contact.key)


def minted(contact: Contact, taken: Container[str]) -> str:
    """A code for a contact that has none: three letters of its name and a number, such as KER015."""
    plain = unicodedata.normalize("NFKD", contact.name).encode("ascii", "ignore").decode().upper()
    letters = re.sub("[^A-Z]", "", plain)[:MINTED_LETTERS].ljust(MINTED_LETTERS, "X")
    number = 1
    while f"{letters}{number:03}" in taken:
        number += 1
    return f"{letters}{number:03}"


def customer_of(contact: Contact, standing: Standing) -> Customer:
    """The row of one outlet."""
    marks, rules = marks_of(contact.groups), standing.rules
    terms = contact.terms or standing.own.sales_terms
    address = (contact.street or contact.postal) if rules.address == "street" else (contact.postal or contact.street)
    held_for = stops(marks, standing.balance, rules, standing.today)
    return Customer(
        customer_id=contact.code,
        name=contact.name,
        price_level=marks.price_level,
        discount=contact.discount,
        address_lines=_lines(address),
        post_code=(address or Address()).postal_code,
        fax=contact.fax,
        phone=contact.phone,
        mobile=contact.mobile,
        email=contact.email,
        notes=_people(contact),
        staff_code=standing.rep,
        special_pricing_group=marks.deal,
        stop_credit=bool(held_for),
        cash_only=is_cash_only(marks, terms, rules),
        balances=standing.balance.parts,
        compulsory_order_no=marks.has("orderno"),
        print_pricing=not marks.has("noprices"),
        vendor=marks.words.get("vendor", ""),
        enable_edit_price=marks.has("editprice"),
        categories=tuple(category_of(name, contact, marks) for name in rules.categories),
        custom_1=terms_text(terms),
        custom_2="; ".join(held_for),
        report_only=marks.has("reportonly"),
    )


def _people(contact: Contact) -> str:
    """Whom to ask for: the contact's own person, then the others with how to reach them."""
    first = f"{contact.first_name} {contact.last_name}".strip()
    others = (f"{one.first_name} {one.last_name} {one.email}".split() for one in contact.persons)
    named = [first, *(" ".join(parts) for parts in others)]
    return "; ".join(one for one in named if one)


def category_of(name: str, contact: Contact, marks: Marks) -> str:
    """A contact's city or region, or what follows the first word of one of its groups; empty where it has none."""
    address = contact.street or contact.postal or Address()
    places = {"city": address.city, "region": address.region}
    return places.get(name.lower(), marks.words.get(name.lower(), ""))


def _lines(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    place = tuple(part for part in (address.city, address.region) if part)
    if len(address.lines) + len(place) <= LINES:
        return (*address.lines, *place)
    return (*address.lines[: LINES - 2], ", ".join(address.lines[LINES - 2 :]), " ".join(place))


def faults(contact: Contact) -> Iterator[Problem]:
    """What an office should put right about the groups of one outlet."""
    marks = marks_of(contact.groups)
    if marks.clashes:
        words = ", and more than one with ".join(word.title() for word in marks.clashes)
        said = f"{contact.name} is in more than one contact group that begins with {words}; the first by name counts."
        yield fault(contact, "customer.groups_clash", said)
    if marks.unreadable:
        groups = " and ".join(map(repr, marks.unreadable))
        said = f"{contact.name} is in the contact group {groups}, which says nothing the tablets know."
        yield fault(contact, "customer.group_unreadable", said)


def fault(contact: Contact, code: str, message: str, remedy: str = "Put it right in Xero.") -> Problem:
    """A Problem of one contact."""
    key = contact.code or contact.name
    return Problem(kind="contact", key=key, code=code, message=message, remedy=remedy, cause=key)
