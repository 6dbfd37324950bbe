"""The one clock of the local Xero: real time plus an offset that tests move."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ORGANISATION_ZONE = ZoneInfo("Pacific/Auckland")


class Clock:
    """Real time shifted by `offset`. Every time the server uses comes from here."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The present instant, UTC, to the millisecond as Xero stores it."""
        moment = datetime.now(UTC) + self.offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def today(self) -> date:
        """The organisation's calendar day (New Zealand)."""
        return self.now().astimezone(ORGANISATION_ZONE).date()

    def advance(self, seconds: float) -> None:
        """Move the present; backwards when negative."""
        self.offset += timedelta(seconds=seconds)

    def set(self, instant: datetime) -> None:
        """Make `instant` the present; a naive instant is read as UTC."""
        aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        self.offset = aware - datetime.now(UTC)

    def reset(self) -> None:
        """Back to real time."""
        self.offset = timedelta(0)
