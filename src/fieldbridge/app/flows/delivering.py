"""Delivering: intent first, then the call, then receipt and Link together; what is unsure is looked up.

Only one run of a connection's transactions is under way at a time, so a Delivery that is `sending` when this stage
begins was left by a process that died.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.planning import park
from fieldbridge.core.delivery import Event, verdict
from fieldbridge.core.errors import AccessError, OutageError, PacedError, RefusedError, SurpriseError, UnsureError
from fieldbridge.core.identity import digest, idempotency_key
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import PostedInvoice
from fieldbridge.engine.stages import Turn
from fieldbridge.store.ledger import deliveries, intake, problems, runs
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero import invoices
from fieldbridge.xero.invoices import BATCH_MAX, Outcome
from fieldbridge.xero.links import invoice_link
from fieldbridge.xero.refusals import meaning

UNSURE_PER_TURN = 200
LONGEST_HOLD = timedelta(minutes=15)
GONE = ("VOIDED", "DELETED")


def deliver(context: Context) -> Turn:
    """Do the next piece of work of the Outbox, until nothing is left in it."""
    _abandon_orphans(context)
    with context.read() as tx:
        unsure = deliveries.in_state(tx, context.id, ["unsure"], UNSURE_PER_TURN)
        pending = deliveries.in_state(tx, context.id, ["pending"], BATCH_MAX)
    now = context.now()
    ripe = [one for one in unsure if _ripe_at(context, one) <= now]
    if ripe:
        _look_up(context, ripe)
    elif pending:
        _send(context, _batch(pending))
    elif unsure:
        first = min(_ripe_at(context, one) for one in unsure)
        context.say(f"{len(unsure)} unsure; looking them up at {first:%H:%M:%S} UTC")
        return Turn(again=True, wait_s=(first - now).total_seconds())
    return Turn(again=bool(ripe or pending))


def _abandon_orphans(context: Context) -> None:
    with context.write() as tx:
        orphans = deliveries.in_state(tx, context.id, ["sending"], BATCH_MAX)
        deliveries.lost(tx, orphans)
        for one in orphans:
            context.log(
                tx, "delivery.unsure", key=one.key, number=one.number, because="the process ended before the answer"
            )


def _ripe_at(context: Context, one: Delivery) -> datetime:
    """When an unsure Delivery may be looked up: after the time-out and the read lag, longer at each attempt."""
    if one.sent_at is None:
        return context.now()
    hold = timedelta(seconds=context.installation.settings.unsure_hold_s * 2.0 ** (one.attempt - 1))
    return one.sent_at + min(hold, LONGEST_HOLD)


def _batch(pending: Sequence[Delivery]) -> Sequence[Delivery]:
    """Up to fifty together; one that spoilt a batch before goes alone."""
    together = [one for one in pending if not one.alone]
    return together or pending[:1]


def _send(context: Context, batch: Sequence[Delivery]) -> None:
    body = invoices.body_of([one.invoice for one in batch])
    body_hash = digest(body)
    attempts = [(one.key, one.attempt + 1) for one in batch]
    key = idempotency_key(context.connection.organisation_id, body_hash, attempts)
    with context.write() as tx:
        runs.say(tx, context.ref.run_id, f"posting {len(batch)} invoices")
        sent = deliveries.send(tx, batch, key, body_hash, context.now())
    try:
        with context.session() as session:
            outcomes = invoices.create(session, body, len(sent), key)
    except (UnsureError, SurpriseError) as error:
        _lost(context, sent, error)
        if isinstance(error, SurpriseError):
            raise
    except RefusedError as error:
        _whole_request_refused(context, sent, error)
    except (PacedError, AccessError, OutageError):
        with context.write() as tx:
            deliveries.not_executed(tx, sent)
        raise
    else:
        _judge(context, sent, outcomes)


def _lost(context: Context, sent: Sequence[Delivery], error: UnsureError | SurpriseError) -> None:
    with context.write() as tx:
        deliveries.lost(tx, sent)
        for one in sent:
            context.log(tx, "delivery.unsure", key=one.key, number=one.number, because=error.message)
        runs.count(tx, context.ref.run_id, unsure=len(sent))


def _whole_request_refused(context: Context, sent: Sequence[Delivery], error: RefusedError) -> None:
    """One element spoilt the request for all: send each alone, so that only the guilty one is parked."""
    with context.write() as tx:
        if len(sent) > 1:
            deliveries.not_executed(tx, sent, alone=True)
        else:
            found = Problem(
                kind="order", key=sent[0].key, code=error.code, message=f"{sent[0].number}: {error.message}"
            )
            deliveries.refused(tx, sent[0], "refused", context.now())
            park(context, tx, sent[0].intake_id, found)


def _judge(context: Context, sent: Sequence[Delivery], outcomes: Sequence[Outcome]) -> None:
    """Receipts, Links and Problems of one answer, element by element, in one transaction."""
    with context.write() as tx:
        for one, outcome in zip(sent, outcomes, strict=True):
            if outcome.posted is not None:
                _posted(context, tx, one, "accepted", outcome.posted)
            else:
                _refused(context, tx, one, outcome.refusals)


def _refused(context: Context, tx: sa.Connection, one: Delivery, refusals: Sequence[str]) -> None:
    understood = meaning(refusals)
    if understood.refusal.reaction == "look_up":
        deliveries.taken(tx, one)
        context.log(tx, "delivery.unsure", key=one.key, number=one.number, because=understood.words)
        return
    deliveries.refused(tx, one, "refused", context.now())
    said = f"Xero refused {one.number}: {understood.words}."
    code, remedy = understood.refusal.code, understood.refusal.remedy
    found = Problem(kind="order", key=one.key, code=code, message=said, remedy=remedy, cause=understood.cause)
    park(context, tx, one.intake_id, found)


def _posted(context: Context, tx: sa.Connection, one: Delivery, event: Event, receipt: PostedInvoice) -> None:
    now = context.now()
    deliveries.posted(tx, context.id, one, event, receipt, now)
    intake.settle(tx, [one.intake_id], "posted")
    problems.close_of_intake(tx, [one.intake_id], "posted", now)
    context.log(tx, f"order.{'posted' if event == 'accepted' else 'adopted'}", **_told(one, receipt))
    runs.count(tx, context.ref.run_id, posted=1, **({} if event == "accepted" else {"adopted": 1}))
    if receipt.total != one.invoice.total and receipt.status not in GONE:
        problems.report(tx, context.id, context.ref.flow, _other_total(context, one, receipt), now, one.intake_id)


def _told(one: Delivery, receipt: PostedInvoice) -> dict[str, object]:
    told = {"key": one.key, "number": receipt.number, "invoice": receipt.invoice_id, "total": str(receipt.total)}
    return {**told, "warnings": list(receipt.warnings)} if receipt.warnings else dict(told)


def _other_total(context: Context, one: Delivery, receipt: PostedInvoice) -> Problem:
    return Problem(
        kind="order",
        key=one.key,
        code="xero.total_differs",
        message=f"{receipt.number} was posted, but Xero made {receipt.total} of it, not {one.invoice.total}.",
        remedy="Correct the invoice in Xero, and report this: the arithmetic should agree.",
        link=invoice_link(context.connection.short_code, receipt.invoice_id),
    )


def _look_up(context: Context, unsure: Sequence[Delivery]) -> None:
    """Adopt what arrived, send again what did not, park what another document stands in the way of."""
    context.say(f"looking up {len(unsure)} unsure invoices")
    with context.session() as session:
        found = invoices.by_number(session, [one.number for one in unsure])
    with context.write() as tx:
        for one in unsure:
            _settle_unsure(context, tx, one, found.get(one.number))


def _settle_unsure(context: Context, tx: sa.Connection, one: Delivery, found: PostedInvoice | None) -> None:
    event = verdict(one.invoice, found)
    number_is_taken = one.sent_at is None
    if event == "absent" and not number_is_taken:
        deliveries.absent(tx, one)
        context.log(tx, "delivery.absent", key=one.key, number=one.number)
    elif event == "found" and found is not None:
        _posted(context, tx, one, event, found)
    else:
        deliveries.refused(tx, one, "found_other", context.now())
        park(context, tx, one.intake_id, _number_taken(context, one, found))


def _number_taken(context: Context, one: Delivery, found: PostedInvoice | None) -> Problem:
    other = f"an invoice of {found.total} that is not ours" if found else "a document it does not show"
    return Problem(
        kind="order",
        key=one.key,
        code="xero.number_taken",
        message=f"The number {one.number} is taken in Xero by {other}.",
        remedy="Renumber that document in Xero, then: fieldbridge retry",
        link=invoice_link(context.connection.short_code, found.invoice_id) if found else "",
    )
