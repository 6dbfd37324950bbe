"""Writing minted codes into Xero, as Contact Number: only where the settings say so, and never over another's number.

Writing the same again changes nothing, so an answer that was lost needs no look-up: the next run sees what came of it.
"""

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import REFUSED, told
from fieldbridge.core.errors import RefusedError, UnsureError
from fieldbridge.core.identity import digest, idempotency_key
from fieldbridge.core.records.books import Contact, ContactFields
from fieldbridge.engine.stages import Turn
from fieldbridge.flows.customers import fault, is_outlet
from fieldbridge.store import books
from fieldbridge.store.ledger import problems
from fieldbridge.xero import contacts

PER_RUN = 20


def write_codes(context: Context) -> Turn:
    """Write some of the codes that Xero does not have yet."""
    if context.settings.customers.write_back:
        with context.read() as tx:
            lacking = _lacking(context, tx)
        for one in lacking:
            _write(context, one)
    return Turn()


def _lacking(context: Context, tx: sa.Connection) -> list[Contact]:
    refused = {one.key for one in told(tx, context.id, REFUSED)}
    found = (one for one in books.every(tx, context.id, Contact) if is_outlet(one) and not one.own_code)
    return [one for one in found if one.key not in refused][:PER_RUN]


def _write(context: Context, one: Contact) -> None:
    context.say(f"writing the code {one.key} into Xero")
    attempt = f"{one.contact_id}/{context.ref.run_id}"
    key = idempotency_key(context.connection.organisation_id, digest(one.key.encode()), [(attempt, 1)])
    try:
        contacts.update(context.session(), one.contact_id, ContactFields(contact_number=one.key), key)
    except UnsureError as error:
        with context.write() as tx:
            context.log(tx, "customer.code_unsure", key=one.key, name=one.name, because=error.message)
    except RefusedError as error:
        said = f"Xero did not take the code {one.key} for {one.name}: {error.message}"
        with context.write() as tx:
            found = fault(one, "customer.code_refused", said, "Give it an Account Number in Xero.")
            problems.report(tx, context.id, context.ref.flow, found, context.now())
    else:
        with context.write() as tx:
            context.log(tx, "customer.code_written", key=one.key, name=one.name)
