"""Plans: what should change on the far side, decided before anything is sent."""

from typing import Literal

import msgspec

from fieldbridge.core.records.books import Invoice

Arrival = Literal["take", "repeat", "replace", "conflict"]
IntakeState = Literal["waiting", "planned", "posted", "parked", "ignored"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One document to be created, and what should be said about it.

    Shape: notes are remarks for the activity log, such as a difference inside the tolerance.
    """

    key: str
    invoice: Invoice
    notes: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One record that could not go, why, and what to do. Problems with the same cause group together."""

    kind: str
    key: str
    code: str
    message: str
    remedy: str = ""
    cause: str = ""
    link: str = ""


def arrival(known: IntakeState | None, *, same_content: bool) -> Arrival:
    """What a transaction is when its key may have been seen before.

    A parked or waiting one may be corrected by sending it again; one that is on its way or in Xero may not.
    """
    if known is None:
        return "take"
    if known in ("waiting", "parked"):
        return "replace"
    return "repeat" if same_content else "conflict"
