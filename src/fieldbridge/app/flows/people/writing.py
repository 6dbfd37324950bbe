"""Writing people into Xero: the contact is read, its list is made anew from that very look, and only the list is sent.

Xero replaces the list whole and cannot be told to refuse when it has changed, so the look comes right before. What is
held here is the intent; sending it again changes nothing, so an answer that was lost needs no look-up.
"""

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import told, with_keys
from fieldbridge.app.flows.people.matching import REFUSED, cause_of, changed_at, each
from fieldbridge.core.errors import RefusedError, UnsureError
from fieldbridge.core.identity import digest, idempotency_key
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, Person
from fieldbridge.engine.stages import Turn
from fieldbridge.flows.customers import fault, is_outlet
from fieldbridge.flows.people import merged
from fieldbridge.store import books, people
from fieldbridge.store.ledger import problems, runs
from fieldbridge.xero import contacts

PER_RUN = 50
Wanted = tuple[Contact, tuple[Person, ...]]


def write(context: Context) -> Turn:
    """Give Xero the people it lacks, and take off those who are no longer active."""
    if context.settings.people.write_back:
        with context.read() as tx:
            some = wanted(context, tx)
        for one, _ in some[:PER_RUN]:
            _write(context, one)
    return Turn()


def wanted(context: Context, tx: sa.Connection) -> list[Wanted]:
    """The contacts whose people should change, and what to. What Xero refused is not tried again as it is."""
    refused = {one.cause for one in told(tx, context.id, REFUSED)}
    found = ((one, made.for_xero) for one, _, made in each(context, tx))
    lacking = [(one, those) for one, those in found if those is not None and those != one.persons]
    return [(one, those) for one, those in lacking if cause_of(one, those) not in refused]


def _write(context: Context, one: Contact) -> None:
    context.say(f"writing the people of {one.name} into Xero")
    fresh = contacts.by_id(context.session(), one.contact_id)
    if fresh is None or not is_outlet(msgspec.structs.replace(fresh, key=one.key)):
        return
    with context.read() as tx:
        made = merged(
            people.of(tx, context.id, [one.contact_id]).get(one.contact_id, {}), fresh.persons, changed_at(fresh)
        )
    with context.write() as tx:
        _keep(context, tx, fresh)
        people.keep(tx, context.id, one.contact_id, made.people)
    if made.for_xero is None or made.for_xero == fresh.persons:
        return
    _send(context, msgspec.structs.replace(fresh, key=one.key), made.for_xero)


def _send(context: Context, one: Contact, those: tuple[Person, ...]) -> None:
    attempt = f"{one.contact_id}/{context.ref.run_id}"
    key = idempotency_key(context.connection.organisation_id, digest(msgspec.json.encode(those)), [(attempt, 1)])
    told_of = {"key": one.key, "name": one.name}
    try:
        after = contacts.replace_persons(context.session(), one.contact_id, those, key)
    except UnsureError as error:
        with context.write() as tx:
            context.log(tx, "people.unsure", **told_of, because=error.message)
    except RefusedError as error:
        with context.write() as tx:
            problems.report(tx, context.id, context.ref.flow, _refusal(one, those, error), context.now())
    else:
        with context.write() as tx:
            # The answer to a write lacks the balances that the look had.
            _keep(context, tx, msgspec.structs.replace(one, persons=after.persons, updated_at=after.updated_at))
            mine = people.of(tx, context.id, [one.contact_id]).get(one.contact_id, {})
            people.keep(tx, context.id, one.contact_id, merged(mine, after.persons, changed_at(after)).people)
            context.log(tx, "people.written", **told_of, people=len(those))
            runs.count(tx, context.ref.run_id, written=1)


def _keep(context: Context, tx: sa.Connection, contact: Contact) -> None:
    books.keep(tx, context.id, with_keys(tx, context.id, [contact]), context.now())


def _refusal(one: Contact, those: tuple[Person, ...], error: RefusedError) -> Problem:
    said = f"Xero did not take the people of {one.name}: {error.message}"
    found = fault(one, "person.refused", said, "Correct them on the tablet or in Xero; it is then tried again.")
    return msgspec.structs.replace(found, cause=cause_of(one, those))
