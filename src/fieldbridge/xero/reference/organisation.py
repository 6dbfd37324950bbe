"""Organisation: whose books these are, where they are locked, and what the sign-in may do there."""

import msgspec

from fieldbridge.core.errors import SurpriseError
from fieldbridge.core.records.books import Organisation, PaymentTerms
from fieldbridge.core.records.reference import Action
from fieldbridge.xero.codec import Wire, day_or_none
from fieldbridge.xero.collection import Collection
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


def _record(one: OrganisationWire) -> Organisation:
    return Organisation(
        organisation_id=one.organisation_id,
        name=one.name,
        short_code=one.short_code,
        base_currency=one.base_currency,
        country_code=one.country_code,
        timezone=one.timezone,
        period_lock_on=day_or_none(one.period_lock_date),
        year_lock_on=day_or_none(one.end_of_year_lock_date),
        sales_terms=one.payment_terms.record() if one.payment_terms else None,
    )


class ActionWire(Wire, frozen=True, kw_only=True):
    """One element of the answer about actions."""

    name: str = ""
    status: str = ""


def _action(one: ActionWire) -> Action:
    return Action(name=one.name, is_allowed=one.status == "ALLOWED")


ORGANISATIONS = Collection("Organisations", OrganisationWire, _record)
ACTIONS = Collection("Actions", ActionWire, _action)


def read(session: Session) -> Organisation:
    """The organisation behind the credentials. Errors: SurpriseError when there is not exactly one."""
    found = ORGANISATIONS.records(session.read("Organisation") or b"{}")
    if len(found) != 1:
        raise SurpriseError("xero.organisation", f"Xero named {len(found)} organisations, not one.")
    return found[0]


def actions(session: Session) -> list[Action]:
    """What the sign-in may do, by the names Xero gives its rights."""
    return ACTIONS.records(session.read("Organisation/Actions") or b"{}")
