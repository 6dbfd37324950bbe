"""The machine's clock, which somebody sets."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fieldbridge.app.installation import utc_now


@dataclass
class Clock:
    """Shape: ahead is by how much it differs from the true one."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """What it shows."""
        return utc_now() + self.ahead
