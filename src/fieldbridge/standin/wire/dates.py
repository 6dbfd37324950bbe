"""Xero's dates: `/Date(ms+0000)/` and `/Date(ms)/` out, ISO or the same forms in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

_MS_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(instant: datetime) -> int:
    """Since 1970, UTC; negative before."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant_out(instant: datetime) -> str:
    """The form with an offset, which records use."""
    return f"/Date({milliseconds(instant)}+0000)/"


def envelope_instant_out(instant: datetime) -> str:
    """The offset-less form, which the envelope and some notes use (live recordings show both)."""
    return f"/Date({milliseconds(instant)})/"


def day_out(day: date) -> str:
    """UTC midnight of the organisation's calendar day."""
    return instant_out(datetime.combine(day, time(), UTC))


def day_companion(day: date) -> str:
    """`DateString` and `DueDateString`."""
    return f"{day.isoformat()}T00:00:00"


def instant_companion(instant: datetime) -> str:
    """`UpdatedDateUTCString`."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_in(text: str) -> datetime:
    """Read ISO with or without offset, `/Date()/` or RFC 1123; no offset means UTC. ValueError otherwise."""
    if match := _MS_DATE.fullmatch(text.strip()):
        return _EPOCH + timedelta(milliseconds=int(match[1]))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = parsedate_to_datetime(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def day_in(text: str) -> date:
    """The calendar day written: `YYYY-MM-DD`, an ISO date and time (its date part), or `/Date()/`."""
    if _MS_DATE.fullmatch(text.strip()):
        return instant_in(text).date()
    return datetime.fromisoformat(text.strip()).date()


def plain(value: Any) -> Any:
    """The JSON form of a record: dates as `/Date()/`, members without a value left out, money untouched."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, datetime):
        return instant_out(value)
    return day_out(value) if isinstance(value, date) else value
