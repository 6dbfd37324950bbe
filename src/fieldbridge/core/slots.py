"""When a flow is due: at the slots of its period, which lie elsewhere for every connection.

A slot depends on the period and the names alone. So ten thousand connections spread evenly over the period, and still
do after every one of them was late.
"""

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from fieldbridge.core.calendar import ALWAYS, Calendar, opens

# Of the day's calls the last tenth belongs to orders.
RESERVE_SHARE = 0.1


def phase(connection_id: str, flow: str) -> float:
    """Where in a period the slots of a flow lie. Shape: from 0 up to 1, the same on every machine."""
    drawn = hashlib.blake2b(f"{connection_id}\n{flow}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) / 2**64


def next_slot(after: datetime, every_s: float, at_phase: float, calendar: Calendar = ALWAYS) -> datetime:
    """The first slot later than a moment at which the calendar is open.

    Where opening hours are shorter than the period and hold no slot, the flow is due when they open.
    """
    slot = _slot(after, every_s, at_phase)
    opening = opens(calendar, slot)
    if opening == slot:
        return slot
    slot = _slot(opening, every_s, at_phase)
    return slot if opens(calendar, slot) == slot else opening


def _slot(after: datetime, every_s: float, at_phase: float) -> datetime:
    number = math.floor(after.timestamp() / every_s - at_phase) + 1
    slot = datetime.fromtimestamp((number + at_phase) * every_s, UTC)
    while slot <= after:
        number += 1
        slot = datetime.fromtimestamp((number + at_phase) * every_s, UTC)
    return slot


class Demand(msgspec.Struct, frozen=True):
    """What one flow costs. Shape: may_spend_reserve is true for orders alone."""

    every_s: float
    calls_per_run: float
    may_spend_reserve: bool = False

    def calls_in(self, open_s: float) -> float:
        """The calls it makes in so many seconds of opening hours."""
        return open_s / self.every_s * self.calls_per_run


def stretched(
    mine: Demand, all_flows: Sequence[Demand], *, limit_per_day: int, used: int, open_s: float, reset_s: float
) -> float:
    """The period at which the day's calls last until the day ends, never shorter than the flow's own.

    Orders may spend all that is left. The others share what is left of nine tenths after the orders.
    Shape: all_flows are those of the connection, that of `mine` among them, each as often as it runs.
    Units: open_s and reset_s in seconds until the limit is lifted: of opening hours, and of all.
    """
    orders = sum(one.calls_in(open_s) for one in all_flows if one.may_spend_reserve)
    if mine.may_spend_reserve:
        wanted, left = orders, float(limit_per_day - used)
    else:
        wanted = sum(one.calls_in(open_s) for one in all_flows if not one.may_spend_reserve)
        left = limit_per_day * (1 - RESERVE_SHARE) - used - orders
    if wanted <= left or not mine.calls_per_run:
        return mine.every_s
    longer = mine.every_s * wanted / left if left > 0 else math.inf
    return max(mine.every_s, min(longer, reset_s))
