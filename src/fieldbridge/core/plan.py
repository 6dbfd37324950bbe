"""Plans: what should change on the far side, decided before anything is sent."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from fieldbridge.core.records.books import Record

Arrival = Literal["take", "repeat", "replace", "conflict"]
IntakeState = Literal["waiting", "planned", "posted", "parked", "ignored"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be created for a transaction, and what should be said about it.

    Shape: part is its name, unique inside the transaction; kind says how it is delivered; number is what people call
    it; notes are remarks for the activity log, such as a difference inside the tolerance. needs names the parts that
    must be posted first, each with the field of the document that takes the id Xero gave it, or with an empty text
    where only the order matters.
    """

    key: str
    document: Record
    number: str
    total: Decimal = Decimal(0)
    kind: str = "invoice"
    part: str = "invoice"
    needs: Mapping[str, str] = {}
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


def dependents(needs: Mapping[str, Iterable[str]], part: str) -> set[str]:
    """The parts that cannot go without one part, directly or through others. Shape: needs are by part."""
    found: set[str] = set()
    seen = {part}
    while seen:
        seen = {name for name, wanted in needs.items() if seen.intersection(wanted)} - found
        found |= seen
    return found
