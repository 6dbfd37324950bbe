"""Lock dates: nothing dated on or before them is created or changed."""

from __future__ import annotations

from datetime import date

from fieldbridge.standin.books.books import Books

_LOCKS = (("EndOfYearLockDate", "end of year"), ("PeriodLockDate", "period"))


def lock_faults(books: Books, *days: date | None) -> list[str]:
    """One text for the first lock that any of `days` falls under."""
    for name, words in _LOCKS:
        locked = books.organisation.get(name)
        if locked and any(day <= locked for day in days if day):
            shown = locked.strftime(books.switches.lock_date_format)
            return [f"The document date cannot be before the {words} lock date, currently set at {shown}"]
    return []
