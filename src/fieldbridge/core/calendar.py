"""When a connection may run: opening hours by weekday, and closed times such as a stock-take.

All is said in the office's own time. Where the clocks jump over a time, it is taken by the clock of the day before;
an hour that comes twice is open both times.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Two weeks hold an opening even when the clocks jump over one.
LOOK_AHEAD_DAYS = 15
_HOURS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d\d:\d\d)-(\d\d:\d\d)")
Span = tuple[datetime, datetime]
EVER: Span = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When runs may start.

    Shape: hours like "mon-fri 08:00-17:30", always open when there are none; where the end comes before the
    beginning, it is the next day's. closed like "2026-12-24T17:00/2027-01-05".
    """

    time_zone: str = "UTC"
    hours: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


ALWAYS = Calendar()


class _Read(msgspec.Struct, frozen=True):
    """A calendar, understood. Shape: hours are (weekday, start, end in hours and minutes of that day)."""

    zone: ZoneInfo
    hours: tuple[tuple[int, time, timedelta], ...]
    closed: tuple[Span, ...]


def check(calendar: Calendar) -> None:
    """Errors: ValueError naming the part that cannot be understood."""
    _read(calendar)


def opens(calendar: Calendar, at: datetime) -> datetime:
    """The first moment from `at` on when runs may start: `at` itself when it is open."""
    read = _read(calendar)
    while True:
        moved = max(at, _span(read, at)[0])
        closure = next((end for start, end in read.closed if start <= moved < end), moved)
        if closure == at:
            return at
        at = closure


def open_s(calendar: Calendar, start: datetime, end: datetime) -> float:
    """How much of a stretch of time is open. Units: seconds."""
    total, at = 0.0, opens(calendar, start)
    while at < end:
        until = min(_closes(calendar, at), end)
        total += (until - at).total_seconds()
        at = opens(calendar, until)
    return total


def _closes(calendar: Calendar, at: datetime) -> datetime:
    """When an open moment's opening ends."""
    read = _read(calendar)
    return min([_span(read, at)[1], *(start for start, _ in read.closed if start > at)])


def _span(read: _Read, at: datetime) -> Span:
    """The opening hours that hold a moment, or the next ones."""
    if not read.hours:
        return EVER
    today = at.astimezone(read.zone).date()
    days = (today + timedelta(days=number) for number in range(-1, LOOK_AHEAD_DAYS))
    return next(span for day in days for span in _spans(read, day) if span[0] < span[1] and at < span[1])


def _spans(read: _Read, day: date) -> list[Span]:
    found = []
    for weekday, start, lasts in read.hours:
        if weekday == day.weekday():
            begins = datetime.combine(day, start)
            found.append((_instant(begins, read.zone, 0), _instant(begins + lasts, read.zone, 1)))
    return sorted(found)


def _instant(wall: datetime, zone: ZoneInfo, fold: int) -> datetime:
    """A wall-clock time as an instant. Shape: fold says which of the two, when it comes twice."""
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    was_skipped = instant.astimezone(zone).replace(tzinfo=None) != wall
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC) if was_skipped else instant


@lru_cache(maxsize=1024)
def _read(calendar: Calendar) -> _Read:
    try:
        zone = ZoneInfo(calendar.time_zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{calendar.time_zone!r} is not a time zone, such as Pacific/Auckland") from None
    hours = tuple(sorted(one for text in calendar.hours for one in _hours(text)))
    return _Read(zone, hours, tuple(_closure(text, zone) for text in calendar.closed))


def _hours(text: str) -> Iterator[tuple[int, time, timedelta]]:
    found = _HOURS.fullmatch(text)
    if not found or not {found[1], found[2] or found[1]} <= set(DAYS):
        raise ValueError(f"{text!r} is not like 'mon-fri 08:00-17:30'")
    try:
        start = time.fromisoformat(found[3])
        end = timedelta(days=1) if found[4] == "24:00" else _since_midnight(time.fromisoformat(found[4]))
    except ValueError:
        raise ValueError(f"{text!r} is not like 'mon-fri 08:00-17:30'") from None
    lasts = end - _since_midnight(start)
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    for number in range((last - first) % len(DAYS) + 1):
        yield (first + number) % len(DAYS), start, lasts if lasts > timedelta(0) else lasts + timedelta(days=1)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)


def _closure(text: str, zone: ZoneInfo) -> Span:
    start, _, end = text.partition("/")
    try:
        span = _instant(datetime.fromisoformat(start), zone, 0), _instant(datetime.fromisoformat(end), zone, 1)
    except (ValueError, OverflowError):
        span = None
    if span is None or span[0] >= span[1]:
        raise ValueError(f"{text!r} is not like '2026-12-24T17:00/2027-01-05T08:00'")
    return span
