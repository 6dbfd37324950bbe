"""Customers: which Contacts become outlets, and how. Source: field-sales facts §5."""

from fieldbridge.core.ageing import Aged
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Address, Contact
from fieldbridge.core.records.field import Customer
from fieldbridge.flows.groups import Marks, marks_of

LINES = 4


def is_outlet(contact: Contact) -> bool:
    """Active contacts with a code; IsCustomer would miss a brand-new one, because Xero sets it at the first sale."""
    return contact.status == "ACTIVE" and not contact.merged_to and bool(contact.code)


def customer_of(contact: Contact, balance: Aged) -> Customer:
    """The row of one outlet."""
    marks = marks_of(contact.groups)
    return Customer(
        customer_id=contact.code,
        name=contact.name,
        price_level=marks.price_level,
        discount=contact.discount,
        address_lines=_lines(contact.postal or contact.street),
        post_code=(contact.postal or contact.street or Address()).postal_code,
        fax=contact.fax,
        phone=contact.phone,
        mobile=contact.mobile,
        email=contact.email,
        staff_code=marks.rep,
        special_pricing_group=marks.deal,
        stop_credit=marks.stop,
        cash_only=marks.cash,
        balances=balance.parts,
        categories=("", marks.area),
    )


def _lines(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    place = tuple(part for part in (address.city, address.region) if part)
    if len(address.lines) + len(place) <= LINES:
        return (*address.lines, *place)
    return (*address.lines[: LINES - 2], ", ".join(address.lines[LINES - 2 :]), " ".join(place))


def faults(contact: Contact, twins: int) -> list[Problem]:
    """What an office should put right about one contact. twins: how many active contacts share its code."""
    found = []
    if twins > 1:
        found.append(_fault(contact, "customer.code_shared", f"{twins} active contacts share the code {contact.code}."))
    found.extend(_clash(contact, word) for word in _marks(contact).clashes)
    return found


def _marks(contact: Contact) -> Marks:
    return marks_of(contact.groups)


def _clash(contact: Contact, word: str) -> Problem:
    said = f"{contact.name} is in more than one contact group that begins with {word.title()}; the first counts."
    return _fault(contact, "customer.groups_clash", said)


def _fault(contact: Contact, code: str, message: str) -> Problem:
    return Problem(
        kind="contact", key=contact.code, code=code, message=message, remedy="Put it right in Xero.", cause=contact.code
    )
