"""The customers' aged balances from the Books, without a call to Xero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.documents import complete_until
from fieldbridge.app.flows.outlets import heir_of, told
from fieldbridge.core.ageing import Aged, aged
from fieldbridge.core.calendar_days import day_at, zone_of
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, Organisation
from fieldbridge.flows.balances import DIFFERS, difference, zone_faults
from fieldbridge.store import books

# How long after a change a contact's own balance may still lack it.
SETTLES_WITHIN = timedelta(seconds=10)
NOTHING_OWED = Aged()


@dataclass(frozen=True)
class Balances:
    """What every customer owes.

    Shape: by contact; changed_at is when a document of a contact was last modified, complete_until up to when the
    Books hold every change, all by Xero's clock; told are the differences a person knows of, by customer.
    """

    by_contact: Mapping[str, Aged]
    changed_at: Mapping[str, datetime]
    complete_until: datetime | None
    told: Mapping[str, Problem]
    own: Organisation
    today: date
    own_faults: tuple[Problem, ...] = ()

    def of(self, contact: Contact) -> Aged:
        """What one customer owes."""
        return self.by_contact.get(contact.contact_id, NOTHING_OWED)

    def can_judge(self, contact: Contact) -> bool:
        """Whether Xero's word on a contact's balance and the Books' documents are of the same moment."""
        seen_at, changed_at = contact.seen_at, self.changed_at.get(contact.contact_id)
        if seen_at is None or self.complete_until is None or self.complete_until < seen_at:
            return False
        return changed_at is None or changed_at + SETTLES_WITHIN <= seen_at

    def faults(self, contact: Contact) -> list[Problem]:
        """What does not tie. Where that cannot be judged now, what was found before stands."""
        if self.can_judge(contact):
            return difference(contact, self.of(contact))
        return [self.told[contact.code]] if contact.code in self.told else []


def balances_of(context: Context, tx: sa.Connection) -> Balances:
    """Add up the open documents. What belongs to a merged contact counts for the one it was merged into.

    Errors: SetupError when nothing was read yet.
    """
    own = books.own(tx, context.id)
    today = today_of(context, own)
    gone = [one for one in books.every(tx, context.id, Contact) if one.merged_to]
    merged = {one.contact_id: one.merged_to for one in gone}
    by_contact: dict[str, Aged] = {}
    for contact_id, some in groupby(books.open_documents(tx, context.id), lambda one: one.contact_id):
        balance = aged(some, context.settings.customers.ageing, own.base_currency, today)
        heir = heir_of(contact_id, merged)
        by_contact[heir] = balance.plus(by_contact.get(heir, NOTHING_OWED))
    changes = [*books.last_changes(tx, context.id).items(), *((one.contact_id, one.updated_at) for one in gone)]
    changed_at, until = _of_heirs(changes, merged), complete_until(tx, context.id)
    own_faults = tuple(zone_faults(own, context.settings.time_zone))
    differing = {one.key: one for one in told(tx, context.id, DIFFERS)}
    return Balances(by_contact, changed_at, until, differing, own, today, own_faults)


def _of_heirs(changes: Iterable[tuple[str, datetime | None]], merged: Mapping[str, str]) -> dict[str, datetime]:
    """When a balance last changed. To merge a contact changes that of its heir, who is not marked as modified."""
    latest: dict[str, datetime] = {}
    for contact_id, moment in changes:
        heir = heir_of(contact_id, merged)
        if moment is not None:
            latest[heir] = max(moment, latest.get(heir, moment))
    return latest


def today_of(context: Context, own: Organisation) -> date:
    """The organisation's calendar day."""
    return day_at(context.now(), zone_of(own.timezone, context.settings.time_zone))
