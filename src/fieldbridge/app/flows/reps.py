"""Reps: how they are named, whose customer is whose on which day, and what is remembered of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.sheets import CustomerRow, StaffRow
from fieldbridge.flows.customers import is_outlet
from fieldbridge.flows.reps import ALWAYS, rep_now, rep_on, since_when
from fieldbridge.store import books, reps, sheets
from fieldbridge.store.database import batches

BATCH = 500
RepOn = Callable[[Contact, date], str]


def names_of(context: Context, tx: sa.Connection) -> dict[str, str]:
    """Every way to name a rep in a tracking option, in small letters, and the code it means."""
    named = [(name, code) for code, name in context.settings.staff.items()]
    for _, row in sheets.every(tx, context.id, StaffRow):
        named.append((f"{row.first_name} {row.surname}".strip(), row.code))
    return {name.casefold(): code for name, code in (*named, *((code, code) for _, code in named))}


def reps_of(context: Context, tx: sa.Connection, contacts: Sequence[Contact]) -> RepOn:
    """Who looks after some customers, by day."""
    shown, known = _shown(context, tx, contacts), reps.known(tx, context.id, (one.contact_id for one in contacts))
    handovers = context.settings.customers.handovers

    def on(contact: Contact, day: date) -> str:
        remembered = known.get(contact.contact_id) or [(ALWAYS, shown[contact.contact_id])]
        return rep_on(day, remembered, contact.code, handovers)

    return on


def remember(context: Context, tx: sa.Connection, today: date) -> None:
    """Note every customer whose rep is another than before. The first that is seen has always been."""
    handovers = context.settings.customers.handovers
    for some in batches(list(_outlets(context, tx)), BATCH):
        shown, known = _shown(context, tx, some), reps.known(tx, context.id, (one.contact_id for one in some))
        changed: dict[str, tuple[date, str]] = {}
        for one in some:
            now, before = shown[one.contact_id], known.get(one.contact_id)
            if not before:
                changed[one.contact_id] = (ALWAYS, now)
            elif before[-1][1] != now:
                since = since_when(before[-1][1], now, one.code, handovers, today)
                changed[one.contact_id] = (since, now)
        reps.note(tx, context.id, changed)


def _outlets(context: Context, tx: sa.Connection) -> Iterator[Contact]:
    return filter(is_outlet, books.every(tx, context.id, Contact))


def _shown(context: Context, tx: sa.Connection, contacts: Iterable[Contact]) -> dict[str, str]:
    some, tracking = list(contacts), context.settings.customers.rep_tracking
    names = names_of(context, tx) if tracking else {}
    rows = sheets.by_key(tx, context.id, CustomerRow, {one.code for one in some})
    return {
        one.contact_id: rep_now(one, rows[one.code][0][1].rep if one.code in rows else "", tracking, names)
        for one in some
    }
