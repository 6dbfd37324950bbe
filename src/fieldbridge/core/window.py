"""Windows: how far something has been read, and from where to read on."""

from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=5)


def since(watermark: datetime | None) -> datetime | None:
    """From when to ask for changes. None means everything.

    The overlap absorbs Xero's undocumented boundary (> or >=) and its clock being to the second.
    Source: Xero, requests and responses, If-Modified-Since.
    """
    return None if watermark is None else watermark - OVERLAP


def full_read_is_due(last_full: datetime | None, now: datetime, every_hours: int) -> bool:
    """Whether everything should be read again.

    Needed because a contact's balances and a deleted item change without any row being marked as modified. What was
    last read long after now was read by a clock that has been put back since.
    """
    return last_full is None or abs(now - last_full) >= timedelta(hours=every_hours)
