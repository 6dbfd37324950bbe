"""Delivering: intent first, then the call; what is unsure is looked up before anything else happens to it.

Only one run of a connection's transactions is under way at a time, so a Delivery that is `sending` when this stage
begins was left by a process that died.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fieldbridge.app.flows import settling
from fieldbridge.app.flows.context import Context
from fieldbridge.core.errors import (
    AccessError,
    OutageError,
    PacedError,
    RefusedError,
    SetupError,
    SurpriseError,
    UnsureError,
)
from fieldbridge.core.identity import digest, idempotency_key
from fieldbridge.engine.stages import Turn
from fieldbridge.store.ledger import deliveries, runs
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero.documents import invoices
from fieldbridge.xero.outcomes import BATCH_MAX

UNSURE_PER_TURN = 200
LONGEST_HOLD = timedelta(minutes=15)


def deliver(context: Context) -> Turn:
    """Do the next piece of work of the Outbox, until nothing is left in it."""
    _abandon_orphans(context)
    with context.read() as tx:
        unsure = deliveries.in_state(tx, context.id, ["unsure"], UNSURE_PER_TURN)
        pending = deliveries.in_state(tx, context.id, ["pending"], BATCH_MAX)
    now = context.now()
    ripe = [one for one in unsure if _ripe_at(context, one, now) <= now]
    if ripe:
        context.say(f"looking up {len(ripe)} unsure invoices")
        found = invoices.by_number(context.session(), [one.number for one in ripe])
        settling.settle_unsure(context, ripe, found)
    elif pending:
        _send(context, _batch(pending))
    elif unsure:
        first = min(_ripe_at(context, one, now) for one in unsure)
        context.say(f"{len(unsure)} unsure; looking them up at {first:%H:%M:%S} UTC")
        return Turn(again=True, wait_s=(first - now).total_seconds())
    return Turn(again=bool(ripe or pending))


def _abandon_orphans(context: Context) -> None:
    with context.read() as tx:
        orphans = deliveries.in_state(tx, context.id, ["sending"], UNSURE_PER_TURN)
    if orphans:
        settling.lost(context, orphans, "the process ended before the answer")


def _ripe_at(context: Context, one: Delivery, now: datetime) -> datetime:
    """When an unsure Delivery may be looked up: after the time-out and the read lag, longer at each attempt."""
    if one.sent_at is None:
        return now
    hold = timedelta(seconds=context.installation.settings.unsure_hold_s * 2.0 ** (one.attempt - 1))
    return one.sent_at + min(hold, LONGEST_HOLD)


def _batch(pending: Sequence[Delivery]) -> Sequence[Delivery]:
    """Up to fifty together; one that spoilt a batch before goes alone."""
    together = [one for one in pending if not one.alone]
    return together or pending[:1]


def _send(context: Context, batch: Sequence[Delivery]) -> None:
    body = invoices.body_of([one.invoice for one in batch])
    body_hash = digest(body)
    # A Delivery planned anew is a new intent: under the old key Xero would only repeat its old refusal.
    attempts = [(f"{one.key}/{one.id}", one.attempt + 1) for one in batch]
    key = idempotency_key(context.connection.organisation_id, body_hash, attempts)
    with context.write() as tx:
        runs.say(tx, context.ref.run_id, f"posting {len(batch)} invoices")
        sent = deliveries.send(tx, batch, key, body_hash, context.now())
    try:
        outcomes = invoices.create(context.session(), body, len(sent), key)
    except UnsureError as error:
        settling.lost(context, sent, error.message)
    except SurpriseError as error:
        settling.lost(context, sent, error.message)
        raise
    except RefusedError as error:
        settling.whole_request_refused(context, sent, error)
    except (PacedError, AccessError, OutageError, SetupError):
        # Refused at the gate, or it never left: a sign-in that fails is one of these too.
        with context.write() as tx:
            deliveries.not_executed(tx, sent)
        raise
    else:
        settling.judge(context, sent, outcomes)
