"""Contacts: read page by page, created, and changed by id.

Source: Xero, contacts: paged reads carry everything, archived ones only when asked; whatever is sent edits the
contact, and whatever is left out is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import msgspec

from fieldbridge.core.records.books import Address, Contact, ContactFields, PaymentTerms, Person
from fieldbridge.xero.codec import Wire, encode, instant_or_none, quoted
from fieldbridge.xero.collection import PAGE_SIZE, Page
from fieldbridge.xero.documents.walking import walk
from fieldbridge.xero.outcomes import NO_ID, ElementWire, Writable
from fieldbridge.xero.reference.organisation import TermsWire
from fieldbridge.xero.session import Session

PLAIN = {
    "name": "Name",
    "contact_number": "ContactNumber",
    "account_number": "AccountNumber",
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "EmailAddress",
}
PHONES = {"phone": "DEFAULT", "mobile": "MOBILE"}
ADDRESSES = {"postal": "POBOX", "street": "STREET"}


class PhoneWire(Wire, frozen=True, kw_only=True):
    """One of four fixed slots, empty when unused."""

    phone_type: str = ""
    phone_number: str = ""
    phone_area_code: str = ""
    phone_country_code: str = ""

    def joined(self) -> str:
        """Country, area and number as one would dial them."""
        return " ".join(part for part in (self.phone_country_code, self.phone_area_code, self.phone_number) if part)


class AddressWire(Wire, frozen=True, kw_only=True):
    """One of two fixed slots, empty when unused."""

    address_type: str = ""
    address_line1: str = ""
    address_line2: str = ""
    address_line3: str = ""
    address_line4: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    def record(self) -> Address | None:
        """The address, or None when the slot is empty."""
        lines = (self.address_line1, self.address_line2, self.address_line3, self.address_line4)
        used = tuple(line for line in lines if line)
        if not used and not self.city:
            return None
        return Address(
            lines=used, city=self.city, region=self.region, postal_code=self.postal_code, country=self.country
        )


class GroupWire(Wire, frozen=True, kw_only=True):
    """A contact group this contact is in."""

    name: str = ""


class PersonWire(Wire, frozen=True, kw_only=True):
    """One of up to five further people."""

    first_name: str = ""
    last_name: str = ""
    email_address: str = ""
    include_in_emails: bool = False

    def record(self) -> Person:
        """The person."""
        return Person(
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email_address,
            in_emails=self.include_in_emails,
        )


class TrackingWire(Wire, frozen=True, kw_only=True):
    """A mark that new sales to this contact get."""

    tracking_category_name: str = ""
    tracking_option_name: str = ""


class BalanceWire(Wire, frozen=True, kw_only=True):
    """What is owed, in the base currency."""

    outstanding: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)


class BalancesWire(Wire, frozen=True, kw_only=True):
    """Balances on the sales side; purchases are not ours."""

    accounts_receivable: BalanceWire = BalanceWire()


class ContactWire(ElementWire, frozen=True, kw_only=True):
    """One element of the answer."""

    contact_id: str = msgspec.field(name="ContactID", default=NO_ID)
    name: str = ""
    contact_status: str = "ACTIVE"
    account_number: str = ""
    contact_number: str = ""
    email_address: str = ""
    first_name: str = ""
    last_name: str = ""
    phones: list[PhoneWire] = []
    addresses: list[AddressWire] = []
    contact_groups: list[GroupWire] = []
    payment_terms: TermsWire | None = None
    discount: Decimal | None = None
    balances: BalancesWire = BalancesWire()
    is_customer: bool = False
    contact_persons: list[PersonWire] = []
    sales_tracking_categories: list[TrackingWire] = []
    merged_to: str = msgspec.field(name="MergedToContactID", default="")
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")


def _record(one: ContactWire) -> Contact:
    phones = {phone.phone_type: phone.joined() for phone in one.phones}
    addresses = {address.address_type: address.record() for address in one.addresses}
    return Contact(
        contact_id=one.contact_id,
        name=one.name,
        status=one.contact_status,
        account_number=one.account_number,
        contact_number=one.contact_number,
        email=one.email_address,
        first_name=one.first_name,
        last_name=one.last_name,
        phone=phones.get("DEFAULT", ""),
        mobile=phones.get("MOBILE", ""),
        fax=phones.get("FAX", ""),
        postal=addresses.get("POBOX"),
        street=addresses.get("STREET"),
        groups=tuple(group.name for group in one.contact_groups),
        terms=one.payment_terms.record() if one.payment_terms else None,
        discount=one.discount,
        outstanding=one.balances.accounts_receivable.outstanding,
        overdue=one.balances.accounts_receivable.overdue,
        merged_to=one.merged_to,
        is_customer=one.is_customer,
        persons=tuple(each.record() for each in one.contact_persons),
        sales_tracking=tuple(
            (each.tracking_category_name, each.tracking_option_name) for each in one.sales_tracking_categories
        ),
        updated_at=instant_or_none(one.updated),
    )


CONTACTS = Writable("Contacts", ContactWire, _record, page_size=PAGE_SIZE, list_query={"includeArchived": "true"})
by_id, create = CONTACTS.one, CONTACTS.create


def pages(session: Session, since: datetime | None = None) -> Iterator[Page[Contact]]:
    """Every contact, or those modified since; each knows when Xero said so, because a balance is of that moment."""
    for page in walk(CONTACTS, session, since):
        seen = tuple(msgspec.structs.replace(one, seen_at=page.read_at) for one in page.records)
        yield replace(page, records=seen)


def body_of(contacts: Sequence[ContactFields]) -> bytes:
    """The request that creates these contacts."""
    return encode({"Contacts": [_element(one) for one in contacts]})


def body_of_new(fields: ContactFields, terms: PaymentTerms | None) -> bytes:
    """The request that creates one contact, with the terms its sales invoices get."""
    told = {"PaymentTerms": {"Sales": {"Day": terms.day, "Type": terms.kind}}} if terms else {}
    return encode({"Contacts": [{**_element(fields), **told}]})


def update(session: Session, contact_id: str, fields: ContactFields, idempotency_key: str) -> Contact:
    """Change exactly these fields of one contact. Errors: RefusedError, for one, when it is archived."""
    return CONTACTS.update(session, contact_id, {"ContactID": contact_id, **_element(fields)}, idempotency_key)


def replace_persons(session: Session, contact_id: str, persons: Sequence[Person], idempotency_key: str) -> Contact:
    """Give one contact these further people and no others; nothing else of it changes.

    Xero replaces the whole list, so whoever calls has just read it. Errors: as `update` has them.
    Source: Xero, contacts (ContactPersons, at most five).
    """
    told = [
        {
            "FirstName": one.first_name,
            "LastName": one.last_name,
            "EmailAddress": one.email,
            "IncludeInEmails": one.in_emails,
        }
        for one in persons
    ]
    return CONTACTS.update(session, contact_id, {"ContactID": contact_id, "ContactPersons": told}, idempotency_key)


def archive(session: Session, contact_id: str, idempotency_key: str) -> Contact:
    """Archive one contact. Source: Xero does not let a program restore it."""
    fields = {"ContactID": contact_id, "ContactStatus": "ARCHIVED"}
    return CONTACTS.update(session, contact_id, fields, idempotency_key)


def restore(session: Session, contact_id: str, idempotency_key: str) -> Contact:
    """Make an archived contact active again. Errors: RefusedError, most likely: Xero may leave that to people."""
    fields = {"ContactID": contact_id, "ContactStatus": "ACTIVE"}
    return CONTACTS.update(session, contact_id, fields, idempotency_key)


def by_number(session: Session, contact_number: str) -> Contact | None:
    """The contact with this contact number, archived or not: the natural key of what was created here."""
    found = CONTACTS.every(session, {"where": f"ContactNumber=={quoted(contact_number)}"})
    return next((one for one in found if one.contact_number == contact_number), None)


def _element(fields: ContactFields) -> dict[str, object]:
    told = {name: value for name, value in msgspec.structs.asdict(fields).items() if value is not None}
    element: dict[str, object] = {PLAIN[name]: told[name] for name in PLAIN if name in told}
    if phones := [{"PhoneType": PHONES[name], "PhoneNumber": told[name]} for name in PHONES if name in told]:
        element["Phones"] = phones
    if addresses := [_address(ADDRESSES[name], told[name]) for name in ADDRESSES if name in told]:
        element["Addresses"] = addresses
    return element


def _address(kind: str, one: Address) -> Mapping[str, str]:
    lines = {f"AddressLine{number}": line for number, line in enumerate(one.lines, start=1)}
    place = {"City": one.city, "Region": one.region, "PostalCode": one.postal_code, "Country": one.country}
    return {"AddressType": kind, **lines, **place}
