"""What each application has pulled out of its organisations this month.

Source: Xero, pricing: data out counts, in units of 1024, from the first of the month in UTC; the Organisation endpoint
does not.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from fieldbridge.standin.switches import Switches

_FREE = "organisation"


class Egress:
    """Bytes by month and application. Callers hold the server's lock."""

    def __init__(self) -> None:
        self.by_month: dict[str, Counter[str]] = {}

    def count(
        self, client: str, method: str, segments: tuple[str, ...], sizes: tuple[int, int], now: datetime,
        switches: Switches,
    ) -> None:  # fmt: skip
        """Add one answer. `sizes`: its bytes before compression and as sent."""
        is_free = bool(segments) and segments[0].lower().rstrip("s") == _FREE
        if is_free or (method != "GET" and not switches.egress_counts_writes):
            return
        plain, sent = sizes
        month = self.by_month.setdefault(f"{now:%Y-%m}", Counter())
        month[client] += sent if switches.egress_counts_compressed else plain
