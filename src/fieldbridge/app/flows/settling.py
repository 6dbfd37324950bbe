"""Settling: what an answer, its absence or a look-up means for each Delivery, written in one transaction."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.planning import park
from fieldbridge.app.flows.reading import REFERENCE_DATA
from fieldbridge.core.delivery import Event, verdict
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import PostedInvoice
from fieldbridge.store.ledger import deliveries, intake, problems, runs, windows
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero.outcomes import Outcome
from fieldbridge.xero.refusals import NUMBER_TAKEN, Meaning, meaning

GONE = ("VOIDED", "DELETED")
Receipt = tuple[Delivery, PostedInvoice]


def judge(context: Context, sent: Sequence[Delivery], outcomes: Sequence[Outcome[PostedInvoice]]) -> None:
    """An answer, element by element: receipts with their Links, and Problems."""
    pairs = list(zip(sent, outcomes, strict=True))
    with context.write() as tx:
        _posted(context, tx, [(one, outcome.posted) for one, outcome in pairs if outcome.posted], "accepted")
        for one, outcome in pairs:
            if outcome.posted is None:
                _refused(context, tx, one, outcome.refusals)


def lost(context: Context, sent: Sequence[Delivery], because: str) -> None:
    """No usable answer came: each is unsure until it is looked up."""
    with context.write() as tx:
        deliveries.lost(tx, sent)
        told = [{"key": one.key, "number": one.number, "because": because} for one in sent]
        context.log_each(tx, "delivery.unsure", told)
        runs.count(tx, context.ref.run_id, unsure=len(sent))


def whole_request_refused(context: Context, sent: Sequence[Delivery], error: RefusedError) -> None:
    """One element spoilt the request for all: send each alone. Alone, the refusal is that element's own."""
    with context.write() as tx:
        if len(sent) > 1:
            deliveries.not_executed(tx, sent, alone=True)
        else:
            _refused(context, tx, sent[0], error.reasons)


def settle_unsure(context: Context, unsure: Sequence[Delivery], found: Mapping[str, PostedInvoice]) -> None:
    """Adopt what arrived, free what did not to be sent again, park what another document stands in the way of."""
    with context.write() as tx:
        for one in unsure:
            _settle(context, tx, one, found.get(one.number))


def _settle(context: Context, tx: sa.Connection, one: Delivery, found: PostedInvoice | None) -> None:
    event = verdict(one.invoice, found)
    number_is_taken = one.sent_at is None
    if event == "absent" and not number_is_taken:
        deliveries.absent(tx, one)
        context.log(tx, "delivery.absent", key=one.key, number=one.number)
    elif event == "found" and found is not None:
        _posted(context, tx, [(one, found)], event)
    else:
        _park(context, tx, one, "found_other", _number_taken(context, one, found))


def _posted(context: Context, tx: sa.Connection, receipts: Sequence[Receipt], event: Event) -> None:
    if not receipts:
        return
    now, intake_ids = context.now(), [one.intake_id for one, _ in receipts]
    deliveries.posted(tx, context.id, receipts, event, now)
    intake.settle(tx, intake_ids, "posted")
    problems.close_of_intake(tx, intake_ids, "posted", now)
    adopted = 0 if event == "accepted" else len(receipts)
    context.log_each(tx, "order.adopted" if adopted else "order.posted", [_told(*receipt) for receipt in receipts])
    runs.count(tx, context.ref.run_id, posted=len(receipts), adopted=adopted)
    for one, receipt in receipts:
        if receipt.total != one.invoice.total and receipt.status not in GONE:
            problems.report(tx, context.id, context.ref.flow, _other_total(context, one, receipt), now, one.intake_id)


def _refused(context: Context, tx: sa.Connection, one: Delivery, refusals: Sequence[str]) -> None:
    understood = meaning(refusals)
    if understood.refusal is NUMBER_TAKEN:
        deliveries.taken(tx, one)
        context.log(tx, "delivery.unsure", key=one.key, number=one.number, because=understood.words)
    elif understood.refusal.reaction != "refresh_mapping" or not _plan_again(context, tx, one, understood.words):
        _park(context, tx, one, "refused", _refusal(context, one, understood))


def _plan_again(context: Context, tx: sa.Connection, one: Delivery, words: str) -> bool:
    """Have the reference data read again and the order planned once more. Shape: False when that was done before."""
    if not intake.wait_again(tx, one.intake_id, because="the reference data is read again"):
        return False
    windows.forget(tx, context.id, [stream.name for stream in REFERENCE_DATA])
    deliveries.refused(tx, one, "refused", context.now())
    context.log(tx, "order.planned_again", key=one.key, number=one.number, because=words)
    return True


def _refusal(context: Context, one: Delivery, understood: Meaning) -> Problem:
    contact = understood.refusal.link == "contact"
    return Problem(
        kind="order",
        key=one.key,
        code=understood.refusal.code,
        message=f"Xero refused {one.number}: {understood.said}.",
        remedy=understood.remedy,
        cause=understood.cause,
        link=context.links.contact(one.invoice.contact_id) if contact else "",
    )


def _park(context: Context, tx: sa.Connection, one: Delivery, event: Event, found: Problem) -> None:
    deliveries.refused(tx, one, event, context.now())
    park(context, tx, one.intake_id, found)


def _told(one: Delivery, receipt: PostedInvoice) -> dict[str, object]:
    warnings = {"warnings": list(receipt.warnings)} if receipt.warnings else {}
    invoice = {"number": receipt.number, "invoice": receipt.invoice_id, "total": str(receipt.total)}
    return {"key": one.key, **invoice, **warnings}


def _other_total(context: Context, one: Delivery, receipt: PostedInvoice) -> Problem:
    return Problem(
        kind="order",
        key=one.key,
        code="xero.total_differs",
        message=f"{receipt.number} was posted, but Xero made {receipt.total} of it, not {one.invoice.total}.",
        remedy="Correct the invoice in Xero, and report this: the arithmetic should agree.",
        link=context.links.invoice(receipt.invoice_id),
    )


def _number_taken(context: Context, one: Delivery, found: PostedInvoice | None) -> Problem:
    other = f"an invoice of {found.total} that is not ours" if found else "a document it does not show"
    return Problem(
        kind="order",
        key=one.key,
        code="xero.number_taken",
        message=f"The number {one.number} is taken in Xero by {other}.",
        remedy="Renumber that document in Xero, then: fieldbridge retry",
        link=context.links.invoice(found.invoice_id) if found else "",
    )
