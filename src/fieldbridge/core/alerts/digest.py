"""The daily digest of one connection: when it is due, and what it says."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from fieldbridge.core.alerts.watch import told_codes
from fieldbridge.core.standing import Standing


def next_digest(after: datetime, hour: int, zone: tzinfo) -> datetime:
    """The next time that hour strikes. One the clocks jump over strikes an hour later."""
    day = after.astimezone(zone).date()
    strikes = (datetime.combine(day + timedelta(days=more), time(hour), zone).astimezone(UTC) for more in range(3))
    return next(at for at in strikes if at > after)


def text(one: Standing, posted: int, stands: Sequence[str], now: datetime) -> str:
    """What happened in a day and how things stand. Shape: some lines; stands are its alerts in words."""
    return "\n".join(_lines(one, posted, stands, now))


def _lines(one: Standing, posted: int, stands: Sequence[str], now: datetime) -> Iterator[str]:
    if one.paused_because:
        yield f"Paused: {one.paused_because}"
    yield f"Orders that came to Xero in 24 hours: {posted}. Not there yet: {one.unsent}."
    yield f"Problems: {told_codes(one.problems.items())}." if one.problems else "Problems: none."
    yield from (f"Alert: {words}." for words in stands)
    for flow in one.flows:
        good = f"last succeeded {flow.good_at:%Y-%m-%d %H:%M} UTC" if flow.good_at else "has not succeeded yet"
        yield f"{flow.flow}: {good}" + (f"; {flow.error}" if flow.error and not flow.is_under_way else "")
    yield f"Calls to Xero: {one.calls_today} today, {one.calls_left(now)} left of {one.budget.day_limit}."
