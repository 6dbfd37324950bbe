"""Sales history: from the Books to Transactions.csv, all lines of a document together, credits first.

What changed stays in the file for some days, so that a cloud that missed a run misses nothing. After the first load the
whole past stays as long. Source: field-sales facts §11.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.app.flows import documents, reading
from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import standing_for
from fieldbridge.app.flows.publishing import note_published, staged
from fieldbridge.app.flows.reps import names_of, reps_of
from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.documents import BookedDocument
from fieldbridge.core.records.field import Sale
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder.history_file import history_rows
from fieldbridge.flows.sales_history import Known, is_history, sale_of
from fieldbridge.store import books
from fieldbridge.store.database import batches
from fieldbridge.store.ledger import links, runs, windows

KINDS = (documents.CREDIT_NOTES, documents.INVOICES)
BATCH = 500
# As old as master data leaves them.
CONTACTS_FRESH_FOR = timedelta(minutes=15)
_read_contacts = reading.reader(reading.CONTACTS)
_read_stale_contacts = reading.when_stale(reading.CONTACTS.name, CONTACTS_FRESH_FOR, _read_contacts)


def read_contacts(context: Context) -> Turn:
    """Bring the contacts up to date when they are stale, or when a document is of one that is not there yet."""
    return _read_contacts(context) if _lacks_contacts(context) else _read_stale_contacts(context)


def _lacks_contacts(context: Context) -> bool:
    """Whether a document that changed since the contacts were read is of one that is lacking."""
    with context.read() as tx:
        until, _ = windows.read_until(tx, context.id, reading.CONTACTS.name)
        changed = (one for kind in KINDS for one in books.documents(tx, context.id, kind.sales.kind, until))
        named = {one.contact_id for one in changed} if until else set()
        return len(books.by_ids(tx, context.id, Contact, named)) < len(named)


def publish(context: Context) -> Turn:
    """Write Transactions.csv, when it would change."""
    context.say("writing sales history")
    profile = context.settings.profile
    with context.read() as tx:
        made, replaced = staged(context, profile.history, history_rows(_sales(context, tx), profile))
    changed = [(made, replaced)] if made.commit() else []
    with context.write() as tx:
        note_published(context, tx, changed)
        runs.count(tx, context.ref.run_id, files=len(changed), rows=made.rows if changed else 0)
    return Turn()


def _sales(context: Context, tx: sa.Connection) -> Iterator[Sale]:
    since, names = _since(context, tx), names_of(context, tx)
    for kind in KINDS:
        changed = books.documents(tx, context.id, kind.sales.kind, since)
        wanted = (one for one in changed if is_history(one, context.settings.history))
        for some in batches(wanted, BATCH):
            yield from _shown(context, tx, some, names)


def _since(context: Context, tx: sa.Connection) -> datetime | None:
    """From which change on documents are published; None for everything, while the first load is still news."""
    rules = context.settings.history
    from_then = context.now() - timedelta(days=rules.window_days)
    loaded_at = documents.loaded_at(tx, context.id, KINDS, rules.years)
    return None if loaded_at and loaded_at > from_then else from_then


def _shown(
    context: Context, tx: sa.Connection, some: Sequence[BookedDocument], names: dict[str, str]
) -> Iterator[Sale]:
    contacts = standing_for(tx, context.id, {one.contact_id for one in some})
    origins = links.origins(tx, context.id, {one.document_id for one in some})
    rep_on = reps_of(context, tx, list(contacts.values()))
    for one in some:
        contact = contacts.get(one.contact_id)
        if contact is None or not contact.code:
            continue
        known = Known(
            customer=contact.code,
            customer_name=contact.name,
            rep=rep_on(contact, one.issued_on) if one.issued_on else "",
            rep_tracking=context.settings.customers.rep_tracking,
            staff=names,
            origin=origins.get(one.document_id),
        )
        if sale := sale_of(one, known, context.settings.history):
            yield sale
