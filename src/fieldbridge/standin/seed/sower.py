"""What every part of the seed shares: its chance, its days, and how long ago things happened."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.options import Options


@dataclass
class Sower:
    """One organisation being seeded. `today` is the last day of the history."""

    books: Books
    options: Options
    chance: random.Random
    today: date

    @property
    def first_day(self) -> date:
        """The first day of the history."""
        return self.today - timedelta(days=round(30.44 * self.options.history_months))

    def instant_on(self, day: date) -> datetime:
        """Some moment of the working day, never later than now."""
        moment = datetime.combine(day, time(), UTC) + timedelta(seconds=self.chance.randrange(3600, 36000))
        return min(moment, self.books.now())

    def instant_before(self) -> datetime:
        """Some moment in the year before today, for records without a day of their own."""
        return self.instant_on(self.today - timedelta(days=self.chance.randrange(1, 365)))
