"""Calls per minute, per day and in flight, per organisation and application, in fixed windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fieldbridge.standin.options import Options
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.answers import Answer, problem_answer

APP_CALLS_PER_MINUTE = 10_000
_LEGACY_PROBLEM = ("rate limit exceeded", "please wait before retrying the xero api")

_REMAINING = {
    "day": "X-DayLimit-Remaining",
    "minute": "X-MinLimit-Remaining",
    "appminute": "X-AppMinLimit-Remaining",
}


@dataclass
class _Window:
    """A count that starts again `length` after the first call in it. Source: Xero, limits, fixed window."""

    limit: int
    length: timedelta
    opened: datetime | None = None
    used: int = 0

    def roll(self, now: datetime) -> None:
        if self.opened is None or not self.opened <= now < self.opened + self.length:
            self.opened, self.used = now, 0

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def wait_s(self, now: datetime) -> int:
        """Whole seconds until the window starts again, at least 1."""
        opened = self.opened or now
        return max(math.ceil((opened + self.length - now).total_seconds()), 1)


class _Meter:
    """The three limits of one organisation and application."""

    def __init__(self, options: Options, calls_per_day: int) -> None:
        self.day = _Window(calls_per_day, timedelta(days=1))
        self.minute = _Window(options.calls_per_minute, timedelta(minutes=1))
        self.in_flight = 0

    def roll(self, now: datetime) -> None:
        self.day.roll(now)
        self.minute.roll(now)

    def count(self) -> None:
        self.day.used += 1
        self.minute.used += 1


class Limits:
    """All meters. Callers hold the server's lock. `calls_per_day` is asked for an application once."""

    def __init__(self, options: Options, calls_per_day: Callable[[str], int]) -> None:
        self._options = options
        self._calls_per_day = calls_per_day
        self._meters: dict[tuple[str, str], _Meter] = {}
        self._apps: dict[str, _Window] = {}

    def admit(self, app: str, organisation: str, now: datetime, switches: Switches) -> Answer | None:
        """Count the call, or return the refusal. An admitted call holds a place until `leave`."""
        meter, app_minute = self._meter(app, organisation, now)
        problem = self._problem(meter, app_minute)
        if not problem or switches.rejected_calls_count:
            meter.count()
            app_minute.used += 1
        if problem:
            return self.refusal(problem, app, organisation, now, switches)
        meter.in_flight += 1
        return None

    def leave(self, app: str, organisation: str) -> None:
        """Give back the place of an admitted call."""
        if meter := self._meters.get((app, organisation)):
            meter.in_flight = max(meter.in_flight - 1, 0)

    def headers(self, app: str, organisation: str, now: datetime) -> dict[str, str]:
        """What is left, as every answer tells."""
        meter, app_minute = self._meter(app, organisation, now)
        windows = {"day": meter.day, "minute": meter.minute, "appminute": app_minute}
        return {_REMAINING[name]: str(window.remaining) for name, window in windows.items()}

    def refusal(self, problem: str, app: str, organisation: str, now: datetime, switches: Switches) -> Answer:
        """429 with an empty body and no content type (live recording); 503 under the switch legacy_rate_limit."""
        meter, app_minute = self._meter(app, organisation, now)
        shown = switches.app_minute_problem if problem == "appminute" else problem
        headers = self.headers(app, organisation, now) | {"X-Rate-Limit-Problem": shown}
        windows = {"minute": meter.minute, "day": meter.day, "appminute": app_minute}
        if problem in windows:
            headers[_REMAINING[problem]] = "0"
            if problem != "appminute" or switches.app_minute_retry_after:
                headers["Retry-After"] = str(windows[problem].wait_s(now))
        if switches.legacy_rate_limit:
            legacy = {"X-Rate-Limit-Problem": problem.capitalize()}
            status = switches.legacy_day_status if problem == "day" else 503
            return problem_answer(*_LEGACY_PROBLEM, status).with_headers(headers | legacy)
        return Answer(429, headers=headers)

    def _meter(self, app: str, organisation: str, now: datetime) -> tuple[_Meter, _Window]:
        if (app, organisation) not in self._meters:
            self._meters[app, organisation] = _Meter(self._options, self._calls_per_day(app))
        meter = self._meters[app, organisation]
        app_minute = self._apps.setdefault(app, _Window(APP_CALLS_PER_MINUTE, timedelta(minutes=1)))
        meter.roll(now)
        app_minute.roll(now)
        return meter, app_minute

    def _problem(self, meter: _Meter, app_minute: _Window) -> str:
        if meter.in_flight >= self._options.calls_in_flight:
            return "concurrent"
        if not meter.day.remaining:
            return "day"
        if not meter.minute.remaining:
            return "minute"
        return "" if app_minute.remaining else "appminute"
