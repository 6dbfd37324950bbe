"""The life of a Delivery, as a table of moves. Everything not in the table is a programming error.

pending -> sending is committed before the call; whatever cannot be proven afterwards is `unsure` and is looked up
by its natural key before it may be sent again.
Source: Xero, idempotent requests: keys live six minutes, so a key alone proves nothing.
"""

from decimal import Decimal
from typing import Literal

from fieldbridge.core.records.books import PostedInvoice, Record, SalesDocument
from fieldbridge.core.records.documents import BookedDocument

State = Literal["pending", "sending", "unsure", "posted", "refused"]
Event = Literal[
    "send",
    "accepted",
    "refused",
    "not_executed",
    "lost",
    "taken",
    "found",
    "found_other",
    "absent",
    "restored",
    "withdrawn",
]

MOVES: dict[tuple[State, Event], State] = {
    ("pending", "send"): "sending",
    ("sending", "accepted"): "posted",
    ("sending", "refused"): "refused",
    ("sending", "not_executed"): "pending",
    ("sending", "lost"): "unsure",
    ("sending", "taken"): "unsure",
    ("unsure", "found"): "posted",
    ("unsure", "found_other"): "refused",
    ("unsure", "absent"): "pending",
    # What it waits for was refused: it is planned anew together with that.
    ("pending", "withdrawn"): "refused",
    # A ledger out of a backup may be older than Xero's books: it may have gone since.
    ("pending", "restored"): "unsure",
    ("sending", "restored"): "unsure",
}


class Receipt(Record, frozen=True, kw_only=True):
    """What says that a Change is at Xero. Shape: far_id is empty where Xero gives no id, as for a note."""

    far_id: str
    number: str
    total: Decimal
    status: str = ""
    warnings: tuple[str, ...] = ()


class Found(Record, frozen=True, kw_only=True):
    """What a look-up by the natural key proves. Shape: receipt is what was found, ours or not; None for nothing."""

    event: Literal["found", "found_other", "absent"]
    receipt: Receipt | None = None


def after(state: State, event: Event) -> State:
    """The state that follows. Errors: ValueError for a move that must never happen."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise ValueError(f"a delivery that is {state} cannot be {event}") from None


def verdict(
    wanted: SalesDocument, found: PostedInvoice | BookedDocument | None
) -> Literal["found", "found_other", "absent"]:
    """What a look-up by the natural key proves about an unsure Delivery.

    A voided or deleted document still proves that ours arrived: sending again would undo what the office did.
    """
    if found is None:
        return "absent"
    same = (found.contact_id, found.currency_code, found.total) == (
        wanted.contact_id,
        wanted.currency_code,
        wanted.total,
    )
    return "found" if same or found.status in ("VOIDED", "DELETED") else "found_other"
