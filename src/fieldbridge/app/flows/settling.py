"""Settling: what an answer, its absence or a look-up means for each Delivery, written in one transaction.

A transaction is posted once all its parts are. When one part is refused the transaction is parked, the parts that wait
for that one are taken back, and the others go on; tried again, only what is missing is planned.
"""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.again import wait_for
from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.planning import finish, park
from fieldbridge.app.flows.reading import REFERENCE_DATA
from fieldbridge.app.parts.table import KINDS
from fieldbridge.core.delivery import Event, Found, Receipt
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Problem
from fieldbridge.store.ledger import deliveries, parts, problems, runs
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero.failures import LACKS_SCOPE
from fieldbridge.xero.outcomes import Outcome
from fieldbridge.xero.refusals import Meaning, meaning

GONE = ("VOIDED", "DELETED")
Posted = tuple[Delivery, Receipt]


def judge(context: Context, sent: Sequence[Delivery], outcomes: Sequence[Outcome[Receipt]]) -> None:
    """An answer, element by element: receipts with their Links, and Problems."""
    pairs = list(zip(sent, outcomes, strict=True))
    with context.write() as tx:
        _posted(context, tx, [(one, outcome.posted) for one, outcome in pairs if outcome.posted], "accepted")
        for one, outcome in pairs:
            if outcome.posted is None:
                _refused(context, tx, one, outcome.refusals)


def lost(context: Context, sent: Sequence[Delivery], because: str, *, answered: bool = False) -> None:
    """No usable answer came: each is unsure until it is looked up."""
    with context.write() as tx:
        deliveries.lost(tx, sent, answered=answered)
        told = [{"key": one.key, "number": one.number, "because": because} for one in sent]
        context.log_each(tx, "delivery.unsure", told)
        runs.count(tx, context.ref.run_id, unsure=len(sent))


def whole_request_refused(context: Context, sent: Sequence[Delivery], error: RefusedError) -> None:
    """One element spoilt the request for all: send each alone. Alone, the refusal is that element's own."""
    with context.write() as tx:
        if len(sent) > 1:
            deliveries.not_executed(tx, sent, alone=True)
        elif error.reasons:
            _refused(context, tx, sent[0], error.reasons)
        else:
            found = Problem(kind="order", key=sent[0].key, code=error.code, message=error.message, remedy=error.remedy)
            _park(context, tx, sent[0], "refused", found)


def not_allowed(context: Context, sent: Sequence[Delivery], scope: str) -> None:
    """The sign-in lacks a scope that only such Changes need. Nothing was carried out; all of them are set aside."""
    with context.write() as tx:
        for one in sent:
            _give_up(context, tx, one, "refused")
            park(context, tx, one.intake_id, _lacking(context, tx, one, scope))


def _lacking(context: Context, tx: sa.Connection, one: Delivery, scope: str) -> Problem:
    """One Problem for a transaction, whatever number of its parts lack a scope."""
    before = [each for each in problems.still_open(tx, context.id, one.key) if each.code == LACKS_SCOPE]
    scopes = ", ".join(sorted({scope, *(each for known in before for each in known.cause.split(", "))}))
    said = f"The {one.kind} {one.number} is not in Xero: the sign-in does not allow it."
    return Problem(
        kind="order",
        key=one.key,
        code=LACKS_SCOPE,
        message=" ".join([*(each.message.replace(said, "").strip() for each in before), said]),
        remedy=f"Reconnect to grant {scopes}: fieldbridge connect {context.id}. Then: fieldbridge retry {LACKS_SCOPE}",
        cause=scopes,
    )


def settle_unsure(context: Context, unsure: Sequence[Delivery], found: Sequence[Found]) -> None:
    """Adopt what arrived, free what did not to be sent again, park what another document stands in the way of."""
    with context.write() as tx:
        for one, seen in zip(unsure, found, strict=True):
            _settle(context, tx, one, seen)


def _settle(context: Context, tx: sa.Connection, one: Delivery, seen: Found) -> None:
    is_taken = one.sent_at is None
    if seen.event == "absent" and not is_taken:
        deliveries.absent(tx, one)
        context.log(tx, "delivery.absent", key=one.key, number=one.number)
    elif seen.event == "found" and seen.receipt is not None:
        _posted(context, tx, [(one, seen.receipt)], seen.event)
    else:
        page = KINDS[one.kind].page(context.links, seen.receipt.far_id) if seen.receipt else ""
        _park(context, tx, one, "found_other", KINDS[one.kind].in_the_way(one, seen.receipt, page))


def _posted(context: Context, tx: sa.Connection, receipts: Sequence[Posted], event: Event) -> None:
    if not receipts:
        return
    now = context.now()
    deliveries.posted(tx, context.id, receipts, event, now)
    for one, receipt in receipts:
        KINDS[one.kind].posted(context, tx, one, receipt)
    adopted = 0 if event == "accepted" else len(receipts)
    context.log_each(tx, "order.adopted" if adopted else "order.posted", [_told(*receipt) for receipt in receipts])
    runs.count(tx, context.ref.run_id, adopted=adopted)
    finish(context, tx, [one.intake_id for one, _ in receipts])
    for one, receipt in receipts:
        if receipt.total != one.total and receipt.status not in GONE:
            problems.report(tx, context.id, context.ref.flow, _other_total(context, one, receipt), now, one.intake_id)


def _refused(context: Context, tx: sa.Connection, one: Delivery, refusals: Sequence[str]) -> None:
    understood, kind = meaning(refusals), KINDS[one.kind]
    is_stale = understood.refusal.reaction == "refresh_mapping" or understood.refusal.code in kind.stale
    if understood.refusal.code in kind.taken:
        deliveries.taken(tx, one)
        context.log(tx, "delivery.unsure", key=one.key, number=one.number, because=understood.words)
    elif not is_stale or not _plan_again(context, tx, one, understood.words):
        _park(context, tx, one, "refused", _refusal(context, one, understood))


def _plan_again(context: Context, tx: sa.Connection, one: Delivery, words: str) -> bool:
    """Have the reference data read again and the order planned once more. Shape: False when that was done before."""
    if not wait_for(tx, context, one.intake_id, REFERENCE_DATA):
        return False
    _give_up(context, tx, one, "refused")
    context.log(tx, "order.planned_again", key=one.key, number=one.number, because=words)
    return True


def _refusal(context: Context, one: Delivery, understood: Meaning) -> Problem:
    kind = KINDS[one.kind]
    whose = kind.whose(kind.decode(one)) if understood.refusal.link == "contact" else ""
    return Problem(
        kind="order",
        key=one.key,
        code=understood.refusal.code,
        message=f"Xero refused {one.number}: {understood.said}.",
        remedy=understood.remedy,
        cause=understood.cause,
        link=context.links.contact(whose) if whose else "",
    )


def _park(context: Context, tx: sa.Connection, one: Delivery, event: Event, found: Problem) -> None:
    _give_up(context, tx, one, event)
    park(context, tx, one.intake_id, _together(context, tx, one, found))


def _together(context: Context, tx: sa.Connection, one: Delivery, found: Problem) -> Problem:
    """Several parts of a transaction may be refused alike: their one Problem says so of each."""
    for before in problems.still_open(tx, context.id, one.key):
        if before.intake_id == one.intake_id and before.code == found.code and found.message not in before.message:
            return msgspec.structs.replace(found, message=f"{before.message} {found.message}")
    return found


def _give_up(context: Context, tx: sa.Connection, one: Delivery, event: Event) -> None:
    deliveries.refused(tx, one, event, context.now())
    parts.withdraw(tx, one.intake_id, one.part, context.now())


def _told(one: Delivery, receipt: Receipt) -> dict[str, object]:
    warnings = {"warnings": list(receipt.warnings)} if receipt.warnings else {}
    made = {"number": receipt.number, KINDS[one.kind].field: receipt.far_id, "total": str(receipt.total)}
    return {"key": one.key, **made, **warnings}


def _other_total(context: Context, one: Delivery, receipt: Receipt) -> Problem:
    return Problem(
        kind="order",
        key=one.key,
        code="xero.total_differs",
        message=f"{receipt.number} was posted, but Xero made {receipt.total} of it, not {one.total}.",
        remedy=f"Correct the {one.kind} in Xero, and report this: the arithmetic should agree.",
        link=KINDS[one.kind].page(context.links, receipt.far_id),
    )
