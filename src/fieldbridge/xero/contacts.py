"""GET Contacts, page by page. Source: Xero, contacts: paged reads carry everything, archived ones only when asked."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from fieldbridge.core.records.books import Address, Contact
from fieldbridge.xero.codec import Wire, decode, instant
from fieldbridge.xero.organisation import TermsWire
from fieldbridge.xero.session import Page, Pagination, Session

PAGE_SIZE = 1000


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


class BalanceWire(Wire, frozen=True, kw_only=True):
    """What is owed, in the base currency."""

    outstanding: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)


class BalancesWire(Wire, frozen=True, kw_only=True):
    """Balances on the sales side; purchases are not ours."""

    accounts_receivable: BalanceWire = BalanceWire()


class ContactWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    contact_id: str = msgspec.field(name="ContactID")
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
    merged_to: str = msgspec.field(name="MergedToContactID", default="")
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")


class Envelope(Wire, frozen=True, kw_only=True):
    """The answer."""

    contacts: list[ContactWire] = []
    pagination: Pagination = msgspec.field(name="pagination", default=Pagination())
    at: str = msgspec.field(name="DateTimeUTC")


def pages(session: Session, since: datetime | None) -> Iterator[Page]:
    """Contacts modified since then, archived ones too, oldest change first. Nothing at all when nothing changed."""
    number, count = 1, 1
    while number <= count:
        query = {"page": str(number), "pageSize": str(PAGE_SIZE), "includeArchived": "true"}
        body = session.read("Contacts", query, since)
        if body is None:
            return
        envelope = decode(body, Envelope, "contacts")
        yield Page(tuple(_record(one) for one in envelope.contacts), instant(envelope.at))
        number, count = number + 1, envelope.pagination.page_count


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
        updated_at=instant(one.updated) if one.updated else None,
    )
