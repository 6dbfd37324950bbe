"""Delivering: intent first, then the call; what is unsure is looked up before anything else happens to it.

Only one run of a connection's transactions is under way at a time, so a Delivery that is `sending` when this stage
begins was left by a process that died.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fieldbridge.app.flows import settling
from fieldbridge.app.flows.context import Context
from fieldbridge.app.parts.invoices import INVOICE
from fieldbridge.app.parts.kind import Kind
from fieldbridge.app.parts.table import KINDS
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
from fieldbridge.xero.failures import LACKS_SCOPE
from fieldbridge.xero.refusals import KEY_REUSED

UNSURE_PER_TURN = 200
SINGLE_LOOK_UPS_PER_TURN = 10
LONGEST_HOLD = timedelta(minutes=15)
# Unsure, but answered: the key of the request is of no more use.
ANSWERED = ("xero.fault", KEY_REUSED.code)


def deliver(context: Context) -> Turn:
    """Do the next piece of work of the Outbox, until nothing is left in it."""
    _abandon_orphans(context)
    now = context.now()
    with context.read() as tx:
        unsure = deliveries.in_state(tx, context.id, ["unsure"], UNSURE_PER_TURN)
        going = _next(tx, context.id)
    if any(one.sent_at and one.sent_at > now for one in unsure):
        with context.write() as tx:
            deliveries.not_after(tx, context.id, now)
        return Turn(again=True)
    ripe = [one for one in unsure if _ripe_at(context, one, now) <= now]
    if ripe:
        _look_up(context, ripe)
    elif going:
        _send(context, going)
    elif unsure:
        first = min(_ripe_at(context, one, now) for one in unsure)
        context.say(f"{len(unsure)} unsure; looking them up at {first:%H:%M:%S} UTC")
        return Turn(again=True, wait_s=(first - now).total_seconds())
    return Turn(again=bool(ripe or going))


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


def _look_up(context: Context, ripe: Sequence[Delivery]) -> None:
    """Look up those of one kind. Kinds that go one by one are looked up one by one, so only a few are at once."""
    kind = KINDS[ripe[0].kind]
    few = UNSURE_PER_TURN if kind is INVOICE else SINGLE_LOOK_UPS_PER_TURN
    some = [one for one in ripe if one.kind == kind.name][:few]
    context.say(f"looking up {len(some)} unsure {kind.name}s")
    settling.settle_unsure(context, some, kind.find(context, [kind.decode(one) for one in some]))


@dataclass(frozen=True)
class Going:
    """What goes in the next request. Shape: key is empty, but for a request that goes again as it was."""

    kind: Kind[Any]
    batch: Sequence[Delivery]
    key: str = ""


def _next(tx: sa.Connection, connection_id: str) -> Going | None:
    """The oldest that may go, and as many of its kind as go with it; one that spoilt a batch before goes alone."""
    oldest = deliveries.in_state(tx, connection_id, ["pending"], 1)
    if not oldest:
        return None
    kind = KINDS[oldest[0].kind]
    pending = deliveries.in_state(tx, connection_id, ["pending"], kind.batch_max, kind.name)
    is_unique = kind.is_unique(kind.decode(oldest[0]))
    if not is_unique:
        before = _request_again(tx, oldest[0])
        if before:
            return Going(kind, before, oldest[0].idempotency_key)
        pending = [one for one in pending if not one.idempotency_key] or pending[:1]
    alike = [one for one in pending if kind.is_unique(kind.decode(one)) == is_unique] or pending[:1]
    return Going(kind, [one for one in alike if not one.alone] or alike[:1])


def _request_again(tx: sa.Connection, one: Delivery) -> Sequence[Delivery]:
    """The request a Delivery left in, when nothing of it arrived: as it was, a straggler is only a repeat to Xero."""
    before = deliveries.request_of(tx, one)
    return before if all(each.state == "pending" for each in before) else []


def _send(context: Context, going: Going) -> None:
    kind, batch = going.kind, going.batch
    documents = [kind.decode(one) for one in batch]
    try:
        body = kind.body(context, documents)
    except RefusedError as error:
        settling.whole_request_refused(context, _note(context, batch, "", ""), error)
        return
    key = going.key or _new_key(context, batch, digest(body))
    sent = _note(context, batch, key, digest(body))
    try:
        outcomes = kind.send(context, documents, body, key)
    except UnsureError as error:
        settling.lost(context, sent, error.message, answered=error.code in ANSWERED)
    except SurpriseError as error:
        settling.lost(context, sent, error.message)
        raise
    except RefusedError as error:
        settling.whole_request_refused(context, sent, error)
    except (PacedError, AccessError, OutageError, SetupError) as error:
        if error.code == LACKS_SCOPE and kind.scope:
            settling.not_allowed(context, sent, kind.scope)
            return
        # Refused at the gate, or it never left: a sign-in that fails is one of these too.
        with context.write() as tx:
            deliveries.not_executed(tx, sent)
        raise
    else:
        settling.judge(context, sent, outcomes)


def _note(context: Context, batch: Sequence[Delivery], key: str, body_hash: str) -> Sequence[Delivery]:
    with context.write() as tx:
        runs.say(tx, context.ref.run_id, f"posting {len(batch)} {batch[0].kind}s")
        return deliveries.send(tx, batch, key, body_hash, context.now())


def _new_key(context: Context, batch: Sequence[Delivery], body_hash: str) -> str:
    # A Delivery planned anew is a new intent: under the old key Xero would only repeat its old refusal.
    attempts = [(f"{one.key}/{one.id}", one.attempt + 1) for one in batch]
    return idempotency_key(context.connection.organisation_id, body_hash, attempts)
