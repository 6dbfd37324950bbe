"""What is known of some transactions: what arrived, what went, and what the Books say became of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.documents import CREDIT_NOTES, DOCUMENTS, INVOICES
from fieldbridge.app.parts.table import KINDS
from fieldbridge.core.records.books import Record, SalesDocument
from fieldbridge.core.records.documents import BookedInvoice
from fieldbridge.core.records.field import Order
from fieldbridge.flows.answers import BESIDES, Known, Sent
from fieldbridge.store import books
from fieldbridge.store.ledger import evidence
from fieldbridge.store.ledger.evidence import Arrival, Part
from fieldbridge.xero.collection import Collection
from fieldbridge.xero.documents import quotes

TYPES = [*(kind.sales.kind for kind in DOCUMENTS), quotes.QUOTE]
LISTS: dict[str, Collection[Any, Any]] = {
    "invoice": INVOICES.sales.collection, "credit note": CREDIT_NOTES.sales.collection, "quote": quotes.QUOTES,
}  # fmt: skip
"""Kinds of parts that are documents with a life of their own, and where Xero lists them."""
COUNTS = ("posted", "planned")
TOLD = ("invoice", "credit note", "quote", *BESIDES)
"""Kinds of parts a rep hears of; files and notes are no news."""


def known_of(
    tx: sa.Connection, connection_id: str, keys: Iterable[str], read: Mapping[str, BookedInvoice] | None = None
) -> dict[str, Known]:
    """What is known of some transactions by key, from the ledger, and the Books unless documents were just read."""
    arrived = evidence.arrivals(tx, connection_id, keys)
    going = evidence.parts(tx, connection_id, arrived)
    far_ids = {part.far_id for parts in going.values() for part in parts if part.far_id}
    booked = books.booked(tx, connection_id, TYPES, far_ids) if read is None else read
    open_problems: dict[int | None, list[str]] = {}
    for one in evidence.problems(tx, connection_id, [each for some in arrived.values() for each in some]):
        if one.closed_at is None:
            open_problems.setdefault(one.intake_id, []).append(one.message)
    return {
        key: Known(
            key=key,
            state=main(some).state,
            order=_order(some),
            sent=[
                sent_of(part, booked)
                for part in going.get(key, [])
                if part.intake_id == main(some).id and part.kind in TOLD
            ],
            problems=[said for each in some for said in open_problems.get(each.id, [])],
        )
        for key, some in arrived.items()
    }


def main(arrived: Sequence[Arrival]) -> Arrival:
    """Which of several arrivals of one transaction counts: what went to Xero, else the last that was not ignored."""
    counting = [one for one in arrived if one.state in COUNTS] or [one for one in arrived if one.state != "ignored"]
    return (counting or arrived)[-1]


def _order(arrived: Sequence[Arrival]) -> Order | None:
    """What was captured. Where that is forgotten, what came again is the same."""
    counting = main(arrived)
    if counting.forgotten_at is None:
        return counting.order
    return next((one.order for one in reversed(arrived) if one.state == "ignored" and one.order), None)


def sent_of(part: Part, booked: Mapping[str, BookedInvoice]) -> Sent:
    """A part with what the Books hold of it."""
    document = planned(part)
    return Sent(
        kind=part.kind,
        state=part.state,
        number=part.number,
        total=part.total,
        document=document if isinstance(document, SalesDocument) else None,
        booked=booked.get(part.far_id),
    )


def planned(part: Part) -> Record | None:
    """What was to be created; None once that is forgotten."""
    if not part.document:
        return None
    found: Record = msgspec.json.decode(part.document, type=KINDS[part.kind].document)
    return found
