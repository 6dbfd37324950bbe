"""GET Organisation: whose books these are, and where they are locked."""

import msgspec

from fieldbridge.core.errors import SurpriseError
from fieldbridge.core.records.books import Organisation, PaymentTerms
from fieldbridge.xero.codec import Wire, calendar_day, decode
from fieldbridge.xero.session import Session


class TermWire(Wire, frozen=True, kw_only=True):
    """One half of PaymentTerms."""

    day: int = 0
    type: str = ""

    def record(self) -> PaymentTerms | None:
        """The terms, or None when none are set."""
        return PaymentTerms(day=self.day, kind=self.type) if self.type else None


class TermsWire(Wire, frozen=True, kw_only=True):
    """PaymentTerms as Xero nests them."""

    sales: TermWire | None = None

    def record(self) -> PaymentTerms | None:
        """The terms of sale, or None when none are set."""
        return self.sales.record() if self.sales else None


class OrganisationWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    organisation_id: str = msgspec.field(name="OrganisationID")
    name: str
    short_code: str = ""
    base_currency: str = ""
    country_code: str = ""
    timezone: str = ""
    period_lock_date: str = ""
    end_of_year_lock_date: str = ""
    payment_terms: TermsWire | None = None


class Envelope(Wire, frozen=True, kw_only=True):
    """The answer."""

    organisations: list[OrganisationWire] = []


def read(session: Session) -> Organisation:
    """The organisation behind the credentials. Errors: SurpriseError when there is not exactly one."""
    envelope = decode(session.read("Organisation") or b"{}", Envelope, "the organisation")
    if len(envelope.organisations) != 1:
        raise SurpriseError("xero.organisation", f"Xero named {len(envelope.organisations)} organisations, not one.")
    one = envelope.organisations[0]
    return Organisation(
        organisation_id=one.organisation_id,
        name=one.name,
        short_code=one.short_code,
        base_currency=one.base_currency,
        country_code=one.country_code,
        timezone=one.timezone,
        period_lock_on=calendar_day(one.period_lock_date) if one.period_lock_date else None,
        year_lock_on=calendar_day(one.end_of_year_lock_date) if one.end_of_year_lock_date else None,
        sales_terms=one.payment_terms.record() if one.payment_terms else None,
    )
