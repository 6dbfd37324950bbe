"""Reconciling: for a period, what was taken, what was posted and what Xero holds, read from Xero afresh."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.evidence.calling import session_of
from fieldbridge.app.evidence.period import Period, period
from fieldbridge.app.evidence.transactions import SALES, main, planned
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.books import SalesDocument
from fieldbridge.core.records.documents import BookedDocument
from fieldbridge.core.records.field import Order
from fieldbridge.core.tying import Difference, Document, Line, Stray, Taken, differences, lines
from fieldbridge.flows.answers import in_words
from fieldbridge.flows.drift import changes
from fieldbridge.store.ledger import evidence
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.evidence import Arrival, Part
from fieldbridge.xero.session import Session

NOTHING = Decimal("0.00")
GONE = ("VOIDED", "DELETED")
CREDIT_KIND, CREDIT_PART = "C", "credit note"
WITH_A_DOCUMENT = ("O", "I", "C")


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """A period of one connection. Shape: both days are included; others counts documents not taken on tablets."""

    connection: str
    first: date
    last: date
    ties: bool
    lines: list[Line]
    differences: list[Difference]
    others: int


@dataclass
class Held:
    """What Xero holds. Shape: by its own key; calls tells what is being read."""

    session: Session
    tell: Callable[[str], None]
    documents: dict[str, BookedDocument] = field(default_factory=dict)

    def read(self, parts: list[Part], first: date, last: date) -> None:
        """Everything of the parts' days, page by page, and then by key what was moved to another day."""
        for kind, sales in SALES.items():
            mine = [part for part in parts if part.kind == kind]
            if not mine and kind == CREDIT_PART:
                continue
            for number, page in enumerate(sales.issued_between(self.session, first, last), start=1):
                self.tell(f"reading {kind}s from Xero, page {number}")
                self.documents |= {one.document_id: one for one in page.records}
            moved = [part.far_id for part in mine if part.far_id not in self.documents]
            self.documents |= {one.document_id: one for one in sales.some(self.session, moved)}


def reconcile(
    installation: Installation, one: Connection, first: date, last: date, tell: Callable[[str], None] = lambda _: None
) -> Reconciled:
    """Hold a period of the ledger against Xero; `tell` hears what is being done. Errors: as reads have."""
    if first > last:
        raise SetupError("reconcile.period", f"{first} comes after {last}.", remedy="Give the earlier day with --from.")
    tell("looking into the ledger")
    with installation.database.read() as tx:
        ledger = period(tx, one, first, last)
    held = Held(session_of(installation, one, tell), tell)
    parts = [part for key in ledger.arrived for part in ledger.posted(key)]
    held.read(parts, first, last)
    ours = {part.far_id for part in parts}
    others = [each for far_id, each in held.documents.items() if far_id not in ours]
    with installation.database.read() as tx:
        strays = _strays(tx, one, others)
    taken = [_taken(key, ledger, held.documents) for key in ledger.arrived]
    told = differences(taken, strays)
    return Reconciled(
        connection=one.id, first=first, last=last, ties=not told, lines=lines(taken), differences=told,
        others=len(others) - len(strays),
    )  # fmt: skip


def _strays(tx: sa.Connection, one: Connection, others: list[BookedDocument]) -> list[Stray]:
    """Documents that bear a number as we give them, and that no Link knows."""
    prefix = parse(one.settings).transactions.number_prefix
    ours = [each for each in others if prefix and each.number.startswith(prefix) and each.status not in GONE]
    linked = evidence.linked(tx, one.id, [each.document_id for each in ours])
    return [
        Stray(number=each.number, day=each.issued_on, held=_signed(each.kind, each.total))
        for each in ours
        if each.document_id not in linked and each.issued_on is not None
    ]


def _taken(key: str, ledger: Period, held: Mapping[str, BookedDocument]) -> Taken:
    arrived = ledger.arrived[key]
    counting = main(arrived)
    order = counting.order
    posted = ledger.posted(key)
    return Taken(
        key=key,
        day=ledger.day(key),
        rep=order.rep if order else "",
        amount=_amount(order) if order else NOTHING,
        documents=tuple(_document(part, held.get(part.far_id)) for part in posted),
        said="; ".join(_reasons(ledger, arrived, counting)),
    )


def _amount(order: Order) -> Decimal:
    """What the tablet showed, with tax. What makes no invoice and no credit comes to nothing here."""
    if order.kind not in WITH_A_DOCUMENT:
        return NOTHING
    total = order.total + order.tax
    return -abs(total) if order.kind == CREDIT_KIND else total


def _reasons(ledger: Period, arrived: list[Arrival], counting: Arrival) -> list[str]:
    """Why something of it is not in Xero: it waits, or was set aside. Of a second capture too."""
    found = ["it is not posted yet"] if counting.state in ("waiting", "planned") else []
    for one in arrived:
        if one.state == "parked":
            found += [_stopped(ledger, one)]
    return found


def _stopped(ledger: Period, one: Arrival) -> str:
    known = ledger.problems.get(one.id, [])
    if still_open := [each.message for each in known if each.closed_at is None]:
        return "; ".join(still_open)
    closed = [each.closed_because for each in known if each.closed_because]
    return f"it was set aside: {closed[-1] if closed else one.reason}"


def _document(part: Part, held: BookedDocument | None) -> Document:
    document = planned(part)
    posted = _signed_part(part.kind, part.total)
    if held is None:
        return Document(number=part.number, posted=posted, held=None)
    if held.status in GONE:
        return Document(number=held.number, posted=posted, held=None, said=f"is {held.status} in Xero")
    lines_then = document.lines if isinstance(document, SalesDocument) else ()
    changed = "; ".join(in_words(changes(lines_then, held)))
    return Document(
        number=held.number,
        posted=posted,
        held=_signed(held.kind, held.total),
        said=f"was changed in Xero from {part.total:.2f} to {held.total:.2f}: {changed}" if changed else "",
    )


def _signed(kind: str, total: Decimal) -> Decimal:
    return -total if kind == SALES[CREDIT_PART].kind else total


def _signed_part(kind: str, total: Decimal) -> Decimal:
    return -total if kind == CREDIT_PART else total
