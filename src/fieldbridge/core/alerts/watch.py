"""The watch: from how a connection stands follows what a person must do, and what cannot be said just now."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from fieldbridge.core.alerts.rules import HUNDRED, AlertRules
from fieldbridge.core.calendar import Calendar, open_s
from fieldbridge.core.standing import FlowStanding, Standing

Kind = Literal["reconnect", "halted", "no_success", "problems_old", "problem_dear", "calls_low"]
Key = tuple[str, str]
HOUR_S = 3600.0
SETUP_EXIT, SHUT_OUT_EXIT = 2, 3
# A day's calls are low until they are clearly not, so that one answer of Xero's does not end it.
CLEARLY = 2
DEAR_MAX = 20
CODES_SHOWN = 3


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a person must do. Shape: about is the flow or the record, or empty for the whole connection."""

    kind: Kind
    about: str = ""
    said: str
    remedy: str

    @property
    def key(self) -> Key:
        """What makes it the same alert as before."""
        return self.kind, self.about


class Dear(msgspec.Struct, frozen=True):
    """A record set aside that is worth much. Units: without tax, in the organisation's currency."""

    key: str
    worth: Decimal
    code: str


class Sight(msgspec.Struct, frozen=True):
    """One look. Shape: of what is unsure nothing can be said now, so it stays as it was."""

    found: tuple[Alert, ...] = ()
    unsure: frozenset[Key] = frozenset()


class Step(msgspec.Struct, frozen=True):
    """What a look changes."""

    began: tuple[Alert, ...]
    ended: frozenset[Key]


def step(standing: Collection[Key], sight: Sight) -> Step:
    """What begins and what ends, after the alerts that stand."""
    found = {one.key: one for one in sight.found}
    began = tuple(one for key, one in found.items() if key not in standing)
    return Step(began, frozenset(standing) - found.keys() - sight.unsure)


def seen(one: Standing, rules: AlertRules, calendar: Calendar, now: datetime, dear: Sequence[Dear] = ()) -> Sight:
    """Look at one connection. dear: its records set aside that are worth more than problem_above, oldest first."""
    found: list[Alert] = [*_old(one, rules, now), *_dear(dear)]
    unsure: set[Key] = set()
    if one.paused_because is None:
        for answer in _of_flows(one, rules, calendar, now):
            found += [answer] if isinstance(answer, Alert) else []
            unsure |= set() if isinstance(answer, Alert) else {answer}
        found += _calls(one, rules, now)
    else:
        # Nothing runs, so nothing of this changes.
        unsure |= {(kind, flow.flow) for flow in one.flows for kind in ("halted", "no_success")}
        found += _shut_out(one)
    return Sight(tuple(found), frozenset(unsure | _between(one, rules, now)))


def _shut_out(one: Standing) -> Iterator[Alert]:
    if not one.rests:
        yield Alert(
            kind="reconnect",
            said=f"Nothing moves any more: {one.paused_because}",
            remedy=f"Connect it again: fieldbridge connect {one.connection}",
        )


def _of_flows(one: Standing, rules: AlertRules, calendar: Calendar, now: datetime) -> Iterator[Alert | Key]:
    for flow in one.flows:
        yield from _halted(one, flow)
        yield from _no_success(one, flow, rules, calendar, now)


def _halted(one: Standing, flow: FlowStanding) -> Iterator[Alert | Key]:
    """A run under way, or one that came to no end or not into Xero, does not show whether it would halt again."""
    if flow.state == "halted" and flow.exit_code != SHUT_OUT_EXIT:
        said = f"{flow.flow} is halted: {flow.error}"
        yield Alert(kind="halted", about=flow.flow, said=said, remedy=_out_of_halt(one, flow))
    elif flow.state not in ("never", "done", "problems"):
        yield "halted", flow.flow


def _out_of_halt(one: Standing, flow: FlowStanding) -> str:
    if flow.was_guarded:
        return f"See what it says, then perhaps: fieldbridge sync {flow.flow} -c {one.connection} --accept DIGEST"
    if flow.exit_code == SETUP_EXIT:
        return f"Do what it says. What else is to be done, if anything: fieldbridge doctor -c {one.connection}"
    return "Report it, with a bundle: fieldbridge doctor --bundle help.zip"


def _no_success(
    one: Standing, flow: FlowStanding, rules: AlertRules, calendar: Calendar, now: datetime
) -> Iterator[Alert]:
    since = flow.trying_since
    if since is None and not flow.is_under_way and flow.due_at < now:
        since = flow.due_at
    if not rules.no_success_hours or since is None:
        return
    if open_s(calendar, since, now) >= rules.no_success_hours * HOUR_S:
        ended = f" Its last run said: {flow.error}" if flow.error else " No run was carried out."
        yield Alert(
            kind="no_success",
            about=flow.flow,
            said=f"{flow.flow} has not succeeded since {since:%Y-%m-%d %H:%M} UTC.{ended}",
            remedy=f"Look: fieldbridge doctor -c {one.connection}",
        )


def _old(one: Standing, rules: AlertRules, now: datetime) -> Iterator[Alert]:
    oldest = one.oldest_problem_at
    if rules.problem_hours and oldest and (now - oldest).total_seconds() >= rules.problem_hours * HOUR_S:
        several = f"{one.open_problems} Problems wait" if one.open_problems > 1 else "A Problem waits"
        yield Alert(
            kind="problems_old",
            said=f"{several} for a person, since {oldest:%Y-%m-%d %H:%M} UTC: {told_codes(one.problems.items())}.",
            remedy=f"See what to do: fieldbridge problems -c {one.connection}",
        )


def told_codes(counts: Iterable[tuple[str, int]]) -> str:
    """Codes of Problems in words, the most frequent first."""
    ordered = sorted(counts, key=lambda each: (-each[1], each[0]))
    more = sum(count for _, count in ordered[CODES_SHOWN:])
    words = [f"{code} ({count})" for code, count in ordered[:CODES_SHOWN]]
    return ", ".join(words + ([f"and {more} more"] if more else []))


def _dear(dear: Sequence[Dear]) -> Iterator[Alert]:
    for one in dear[:DEAR_MAX]:
        yield Alert(
            kind="problem_dear",
            about=one.key,
            said=f"{one.key}, worth {one.worth:,.2f}, is set aside: {one.code}.",
            remedy="See what to do: fieldbridge problems",
        )


def _calls(one: Standing, rules: AlertRules, now: datetime) -> Iterator[Alert]:
    left, limit = one.calls_left(now), one.budget.day_limit
    if left * HUNDRED < limit * rules.calls_left_percent:
        yield Alert(
            kind="calls_low",
            said=f"{left} of {limit} calls to Xero are left of the day.",
            remedy="Lengthen the periods of the schedule, or choose a larger tier at Xero.",
        )


def _between(one: Standing, rules: AlertRules, now: datetime) -> set[Key]:
    """Neither low nor clearly enough; nothing changes while it is paused either."""
    enough = one.calls_left(now) * HUNDRED >= one.budget.day_limit * rules.calls_left_percent * CLEARLY
    return set() if enough or not rules.calls_left_percent else {("calls_low", "")}
