"""Reconciling: for a period, what was taken, what was posted and what Xero holds, read from Xero afresh."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.evidence.calling import session_of
from fieldbridge.app.evidence.held import MONEY_OF, Held, Money
from fieldbridge.app.evidence.period import Period, period
from fieldbridge.app.evidence.transactions import main, planned
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.books import SalesDocument
from fieldbridge.core.records.field import Order
from fieldbridge.core.tying import Difference, Document, Line, Of, Stray, Taken, differences, lines
from fieldbridge.flows.answers import in_words
from fieldbridge.flows.drift import changes
from fieldbridge.store.ledger import evidence
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.evidence import Arrival, Part

NOTHING = Decimal("0.00")
GONE = ("VOIDED", "DELETED")
CREDIT_KIND, CREDIT_PART = "C", "credit note"
OWN_MONEY: dict[str, Of] = {"O": "sales", "I": "sales", "C": "sales", "Q": "quotes", "P": "payments"}
"""What the document of each kind of transaction is."""


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """A period of one connection. Shape: both days are included; others counts invoices and credits of the office's."""

    connection: str
    first: date
    last: date
    ties: bool
    lines: list[Line]
    differences: list[Difference]
    others: int


def reconcile(
    installation: Installation, one: Connection, first: date, last: date, tell: Callable[[str], None] = lambda _: None
) -> Reconciled:
    """Hold a period of the ledger against Xero; `tell` hears what is being done. Errors: as reads have."""
    if first > last:
        raise SetupError("reconcile.period", f"{first} comes after {last}.", remedy="Give the earlier day with --from.")
    tell("looking into the ledger")
    with installation.database.read() as tx:
        ledger = period(tx, one, first, last)
    parts = [part for key in ledger.arrived for part in ledger.posted(key)]
    held = Held(session_of(installation, one, tell), tell)
    held.read(parts, first, last)
    ours = {part.far_id for part in parts}
    others = [each for far_id, each in held.money.items() if far_id not in ours and each.document]
    with installation.database.read() as tx:
        strays = _strays(tx, one, others)
    taken = [each for key in ledger.arrived for each in _taken(key, ledger, held.money)]
    told = differences(taken, strays)
    return Reconciled(
        connection=one.id,
        first=first,
        last=last,
        ties=not told,
        lines=lines(taken),
        differences=told,
        others=len(others) - len(strays),
    )


def _strays(tx: sa.Connection, one: Connection, others: Sequence[Money]) -> list[Stray]:
    """Documents that bear a number as we give them, and that no Link knows."""
    rules = parse(one.settings).transactions
    given = (rules.number_prefix, rules.credits.number_prefix) if rules.numbers == "tablet" else ()
    prefixes = tuple(prefix for prefix in given if prefix)
    ours = [each for each in others if each.number.startswith(prefixes) and each.status not in GONE]
    linked = evidence.linked(tx, one.id, [each.far_id for each in ours])
    return [
        Stray(number=each.number, day=each.document.issued_on, held=each.total)
        for each in ours
        if each.far_id not in linked and each.document and each.document.issued_on
    ]


def _taken(key: str, ledger: Period, held: Mapping[str, Money]) -> Iterator[Taken]:
    """The kinds of money of one transaction. What stopped it is told with its own kind."""
    arrived = ledger.arrived[key]
    order = main(arrived).order
    amounts = dict(_amounts(order)) if order else {}
    own = OWN_MONEY.get(order.kind, "sales") if order else "sales"
    posted = ledger.posted(key)
    said = "; ".join(_reasons(ledger, arrived, main(arrived)))
    for of in dict.fromkeys((own, *amounts, *(MONEY_OF[part.kind] for part in posted))):
        yield Taken(
            key=key,
            of=of,
            day=ledger.day(key),
            rep=order.rep if order else "",
            amount=amounts.get(of, NOTHING),
            documents=tuple(_document(part, held.get(part.far_id)) for part in posted if MONEY_OF[part.kind] == of),
            said=said,
        )


def _amounts(order: Order) -> Iterator[tuple[Of, Decimal]]:
    """What the tablet showed, with tax; of money, what was handed over."""
    own = OWN_MONEY.get(order.kind)
    if own in ("sales", "quotes"):
        total = order.total + order.tax
        yield own, -abs(total) if order.kind == CREDIT_KIND else total
    if order.tenders:
        yield "payments", sum((one.amount for one in order.tenders), NOTHING)


def _reasons(ledger: Period, arrived: list[Arrival], counting: Arrival) -> Iterator[str]:
    """Why something of it is not in Xero: it waits, or was set aside. Of a second capture too."""
    if counting.state in ("waiting", "planned"):
        yield "it is not posted yet"
    for one in arrived:
        if one.state == "parked":
            yield _stopped(ledger, one)


def _stopped(ledger: Period, one: Arrival) -> str:
    known = ledger.problems.get(one.id, [])
    if still_open := [each.message for each in known if each.closed_at is None]:
        return "; ".join(still_open)
    closed = [each.closed_because for each in known if each.closed_because]
    return f"it was set aside: {closed[-1] if closed else one.reason}"


def _document(part: Part, held: Money | None) -> Document:
    posted = -part.total if part.kind == CREDIT_PART else part.total
    if held is None:
        return Document(number=part.number, posted=posted, held=None)
    if held.status in GONE:
        return Document(number=held.number or part.number, posted=posted, held=None, said=f"is {held.status} in Xero")
    return Document(number=held.number or part.number, posted=posted, held=held.total, said=_changed(part, held))


def _changed(part: Part, held: Money) -> str:
    document = planned(part)
    if held.document is None or not isinstance(document, SalesDocument):
        return ""
    changed = "; ".join(in_words(changes(document.lines, held.document, document.amounts)))
    return f"was changed in Xero from {part.total:.2f} to {abs(held.total):.2f}: {changed}" if changed else ""
