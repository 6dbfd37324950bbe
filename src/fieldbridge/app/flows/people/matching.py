"""Matching: what Xero shows of each customer's people is merged with what is held, and the tablets get the list."""

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import told
from fieldbridge.app.flows.people.taking import KIND, OF_FILES, ONCE
from fieldbridge.app.flows.publishing import note_published, staged
from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, Person
from fieldbridge.core.records.people import LONG_AGO, Held
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder.people_file import people_rows
from fieldbridge.flows.customers import fault, is_outlet
from fieldbridge.flows.people import IN_XERO_MAX, Merged, merged
from fieldbridge.store import books, people
from fieldbridge.store.database import batches
from fieldbridge.store.ledger import problems, runs

BATCH = 500
REFUSED = "person.refused"


def match(context: Context) -> Turn:
    """Take in what changed in Xero. What cannot be matched, or has no room there, is a Problem."""
    found: list[Problem] = []
    causes: set[str] = set()
    changed: list[tuple[str, dict[str, Held]]] = []
    with context.read() as tx:
        for contact, held, made in each(context, tx):
            found += _faults(contact, made)
            if made.for_xero is not None and made.for_xero != contact.persons:
                causes.add(cause_of(contact, made.for_xero))
            if made.people != held:
                changed.append((contact.contact_id, made.people))
    with context.write() as tx:
        for contact_id, some in changed:
            people.keep(tx, context.id, contact_id, some)
        _report(context, tx, found, causes)
    return Turn()


def cause_of(contact: Contact, those: tuple[Person, ...]) -> str:
    """What Xero may have refused: just these people of just this contact."""
    return f"{contact.key} {digest(msgspec.json.encode(those))[:16]}"


def each(context: Context, tx: sa.Connection) -> Iterator[tuple[Contact, dict[str, Held], Merged]]:
    """Every customer with the people held, and what becomes of them."""
    for some in batches(filter(is_outlet, books.every(tx, context.id, Contact)), BATCH):
        held = people.of(tx, context.id, (one.contact_id for one in some))
        for one in some:
            mine = held.get(one.contact_id, {})
            if mine or one.persons:
                yield one, mine, merged(mine, one.persons, changed_at(one))


def changed_at(contact: Contact) -> datetime:
    """When the contact was last modified."""
    return contact.updated_at or LONG_AGO


def _faults(contact: Contact, made: Merged) -> Iterator[Problem]:
    if made.twice:
        said = f"{contact.name} has several people in Xero called {', '.join(made.twice)}."
        yield fault(contact, "person.twice", said, "Give each a name of their own in Xero, or remove one.")
    if made.left_out:
        said = f"{contact.name}: Xero has room for {IN_XERO_MAX} people; {', '.join(made.left_out)} wait here."
        yield fault(contact, "person.no_room", said, "Deactivate somebody on the tablet, or remove somebody in Xero.")


def _report(context: Context, tx: sa.Connection, found: list[Problem], causes: Collection[str]) -> None:
    """Close what was put right. What is said once stays until somebody has dismissed it.

    What is said of a file stays while it lies there; a refusal, until something else would be sent.
    """
    now, stay = context.now(), [one for code in ONCE for one in told(tx, context.id, code)]
    of_files = (one for code in OF_FILES for one in told(tx, context.id, code) if one.kind == KIND)
    stay += [one for one in of_files if (context.folder / one.key).exists()]
    stay += [one for one in told(tx, context.id, REFUSED) if one.cause in causes]
    problems.close_unless_seen(tx, context.id, context.ref.flow, {(one.code, one.key) for one in [*found, *stay]}, now)
    for one in found:
        problems.report(tx, context.id, context.ref.flow, one, now)
    runs.count(tx, context.ref.run_id, problems=len(found) + len(stay))


def publish(context: Context) -> Turn:
    """Write Contacts.csv, when it would change."""
    profile = context.settings.profile
    with context.read() as tx:
        listed = ((one.code, held) for one, mine, _ in each(context, tx) for held in mine.values())
        made, replaced = staged(context, profile.people, people_rows(listed, profile))
    changed = [(made, replaced)] if made.commit() else []
    with context.write() as tx:
        note_published(context, tx, changed)
        runs.count(tx, context.ref.run_id, files=len(changed), rows=made.rows if changed else 0)
    return Turn()
