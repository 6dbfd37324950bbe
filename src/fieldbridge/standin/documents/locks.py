"""Lock dates: nothing dated on or before them is entered in the ledger or changed there.

Drafts and what waits for approval are not in the ledger: they may be dated as one likes, until somebody approves them.
"""

from __future__ import annotations

from datetime import date

from fieldbridge.standin.books.books import Books

_LOCKS = (("EndOfYearLockDate", "end of year"), ("PeriodLockDate", "period"))


def lock_faults(books: Books, day: date | None, before: date | None = None) -> list[str]:
    """One text for the first lock that the day, or the day it had `before`, falls under; None is under no lock."""
    for name, words in _LOCKS:
        locked = books.organisation.get(name)
        if locked and before and before <= locked:
            return [f"The document cannot be edited as it is currently dated before the {words} lock date"]
        if locked and day and day <= locked:
            return [f"The document date cannot be before the {words} lock date, currently set at {locked:%d-%b-%Y}"]
    return []
