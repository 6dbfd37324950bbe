"""Opening hours, closed times and slots: pure decisions, on every day of the year the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.calendar import ALWAYS, DAYS, Calendar, check, open_s, opens
from fieldbridge.core.slots import Demand, next_slot, phase, stretched

AUCKLAND, LORD_HOWE, LONDON = "Pacific/Auckland", "Australia/Lord_Howe", "Europe/London"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKDAYS = Calendar(time_zone=AUCKLAND, hours=("mon-fri 08:00-17:30",))


def at(text: str, zone: str = AUCKLAND, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
times = st.times().map(lambda one: f"{one:%H:%M}")
hours = st.builds("{}-{} {}-{}".format, st.sampled_from(DAYS), st.sampled_from(DAYS), times, times)


def closure(start: datetime, lasts: timedelta) -> str:
    begins = start.replace(tzinfo=None, microsecond=0)
    return f"{begins.isoformat()}/{(begins + lasts).isoformat()}"


closures = st.builds(closure, instants, st.timedeltas(timedelta(hours=3), timedelta(days=40)))
calendars = st.builds(
    Calendar,
    time_zone=st.sampled_from([AUCKLAND, LORD_HOWE, LONDON, "UTC", "America/St_Johns", "Pacific/Apia"]),
    hours=st.lists(hours, max_size=3).map(tuple),
    closed=st.lists(closures, max_size=3).map(tuple),
)


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """The rule itself, told from the wall clock; no use where that clock repeats or skips a time."""
    wall = moment.astimezone(ZoneInfo(calendar.time_zone)).replace(tzinfo=None)
    for text in calendar.closed:
        start, end = map(datetime.fromisoformat, text.split("/"))
        if start <= wall < end:
            return False
    return not calendar.hours or any(_within(text, wall) for text in calendar.hours)


def _within(text: str, wall: datetime) -> bool:
    days, span = text.split(" ")
    first, last = map(DAYS.index, days.split("-"))
    start, end = map(time.fromisoformat, span.split("-"))
    covered = {(first + number) % 7 for number in range((last - first) % 7 + 1)}
    for day in (wall.date(), wall.date() - DAY):
        if day.weekday() in covered:
            begins, ends = datetime.combine(day, start), datetime.combine(day, end)
            if begins <= wall < (ends if ends > begins else ends + DAY):
                return True
    return False


def clocks_are_calm(zone: str, moment: datetime) -> bool:
    around = [(moment + number * DAY).astimezone(ZoneInfo(zone)).utcoffset() for number in (-2, 0, 2)]
    return len(set(around)) == 1


@given(calendars, instants)
def test_it_is_open_exactly_when_the_wall_clock_says_so(calendar, moment):
    if clocks_are_calm(calendar.time_zone, moment):
        assert (opens(calendar, moment) == moment) == is_open(calendar, moment)


@given(calendars, instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar, moment):
    opening = opens(calendar, moment)
    assert opening >= moment
    assert opens(calendar, opening) == opening
    for part in range(1, 10):
        between = moment + (opening - moment) * part / 10
        assert between == opening or opens(calendar, between) == opening


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(days=9)), st.floats(0, 1))
def test_open_time_adds_up(calendar, start, lasts, share):
    end, middle = start + lasts, start + lasts * share
    whole = open_s(calendar, start, end)
    assert 0 <= whole <= lasts.total_seconds() + 1e-6
    assert whole == pytest.approx(open_s(calendar, start, middle) + open_s(calendar, middle, end), abs=1e-3)


def test_an_office_opens_by_its_own_clock_in_summer_and_winter():
    assert opens(WEEKDAYS, at("2026-07-14T07:00")) == at("2026-07-14T08:00")
    assert opens(WEEKDAYS, at("2026-07-14T07:00")).hour == 20
    assert opens(WEEKDAYS, at("2026-01-13T07:00")).hour == 19
    assert opens(WEEKDAYS, at("2026-07-17T17:30")) == at("2026-07-20T08:00")


def test_the_night_the_clocks_go_back_has_its_hour_twice():
    night = Calendar(time_zone=AUCKLAND, hours=("sun 02:00-03:00",))
    assert open_s(night, at("2026-04-05T00:00"), at("2026-04-06T00:00")) == 2 * 3600
    assert open_s(night, at("2026-04-12T00:00"), at("2026-04-13T00:00")) == 3600


def test_an_opening_the_clocks_jump_over_is_taken_by_the_old_clock():
    night = Calendar(time_zone=AUCKLAND, hours=("sun 02:30-05:00",))
    assert opens(night, at("2026-09-27T01:00")) == at("2026-09-27T03:30")
    assert open_s(night, at("2026-09-27T00:00"), at("2026-09-28T00:00")) == 1.5 * 3600
    whole_day = Calendar(time_zone=AUCKLAND, hours=("mon-sun 00:00-24:00",))
    assert open_s(whole_day, at("2026-09-27T00:00"), at("2026-09-28T00:00")) == 23 * 3600


def test_a_stock_take_closes_and_the_next_opening_hours_open():
    taking = Calendar(time_zone=AUCKLAND, hours=("mon-fri 08:00-17:30",), closed=("2026-07-13T12:00/2026-07-15T20:00",))
    assert opens(taking, at("2026-07-13T11:59")) == at("2026-07-13T11:59")
    assert opens(taking, at("2026-07-13T12:00")) == at("2026-07-16T08:00")


@pytest.mark.parametrize(
    "wrong",
    [
        Calendar(time_zone="Pacific/Aukland"),
        Calendar(hours=("mon-fri 8-17",)),
        Calendar(hours=("mon-fry 08:00-17:00",)),
        Calendar(hours=("mon 08:00-25:00",)),
        Calendar(closed=("2026-07-15",)),
        Calendar(closed=("2026-07-15/2026-07-14",)),
    ],
    ids=str,
)
def test_a_calendar_that_cannot_be_understood_is_named(wrong):
    with pytest.raises(ValueError, match=r".+"):
        check(wrong)


names = st.text(min_size=1, max_size=40)


@given(instants, st.floats(5, 7200), names, calendars)
def test_the_next_slot_is_later_open_and_the_same_for_everybody(moment, every_s, name, calendar):
    slot = next_slot(moment, every_s, phase(name, "transactions"), calendar)
    assert slot > moment
    assert opens(calendar, slot) == slot
    if calendar == ALWAYS:
        assert slot - moment <= timedelta(seconds=every_s + 1e-3)
        assert next_slot(slot - timedelta(seconds=every_s / 2), every_s, phase(name, "transactions")) == slot


@settings(deadline=None)
@given(instants, st.sampled_from([60.0, 900.0, 3600.0]))
def test_ten_thousand_connections_spread_over_the_period_whenever_they_start(moment, every_s):
    slots = [next_slot(moment, every_s, phase(f"site-{number}", "master-data")) for number in range(2000)]
    tenths = [0] * 10
    for slot in slots:
        tenths[min(9, int((slot - moment).total_seconds() / every_s * 10))] += 1
    assert all(140 <= count <= 260 for count in tenths)


def test_connections_do_not_all_begin_the_moment_an_office_opens():
    opening, closed_at = at("2026-07-14T08:00"), at("2026-07-13T22:00")
    slots = [next_slot(closed_at, 900, phase(f"site-{number}", "x"), WEEKDAYS) for number in range(1000)]
    assert all(opening <= slot <= opening + timedelta(seconds=900) for slot in slots)
    assert sum(slot < opening + timedelta(seconds=90) for slot in slots) < 150


def test_where_opening_hours_hold_no_slot_the_flow_runs_when_they_open():
    short = Calendar(hours=("tue 08:00-08:01",))
    start = datetime(2026, 7, 13, tzinfo=UTC)
    assert next_slot(start, 3600, 0.5, short) == datetime(2026, 7, 14, 8, tzinfo=UTC)


# The day's calls.

demands = st.builds(Demand, st.floats(30, 3600), st.floats(0, 40), st.booleans())


@given(st.lists(demands, min_size=1, max_size=5), st.integers(0, 5000), st.floats(60, 86_400))
def test_at_the_stretched_periods_the_calls_last_until_the_day_ends(flows, used, reset_s):
    given_to = {"limit_per_day": 5000, "used": used, "open_s": reset_s, "reset_s": reset_s}
    periods = [stretched(one, flows, **given_to) for one in flows]
    assert all(one.every_s <= period <= max(one.every_s, reset_s) for one, period in zip(flows, periods, strict=True))
    spent = {True: 0.0, False: 0.0}
    for one, period in zip(flows, periods, strict=True):
        if period < reset_s:
            spent[one.may_spend_reserve] += reset_s / period * one.calls_per_run
    assert spent[True] <= max(0, 5000 - used) + 1e-6
    assert spent[False] <= max(0, 4500 - used) + 1e-6


@given(st.lists(demands, min_size=1, max_size=5), st.integers(0, 5000), st.floats(60, 86_400))
def test_a_flow_that_fits_is_left_as_it_is(flows, used, reset_s):
    total = sum(one.calls_in(reset_s) for one in flows)
    if total <= 4500 - used:
        for one in flows:
            kept = stretched(one, flows, limit_per_day=5000, used=used, open_s=reset_s, reset_s=reset_s)
            assert kept == one.every_s


def test_orders_keep_their_pace_while_the_others_slow_down():
    orders, bulk = Demand(60, 2, may_spend_reserve=True), Demand(900, 40)
    given_to = {"limit_per_day": 5000, "used": 1000, "open_s": 86_400, "reset_s": 86_400}
    assert stretched(orders, [orders, bulk], **given_to) == 60
    assert stretched(bulk, [orders, bulk], **given_to) == pytest.approx(900 * 3840 / (4500 - 1000 - 2880))


def test_closed_hours_cost_nothing():
    night, day = date(2026, 7, 13), date(2026, 7, 14)
    start = datetime.combine(night, time(18), ZoneInfo(AUCKLAND)).astimezone(UTC)
    end = datetime.combine(day, time(18), ZoneInfo(AUCKLAND)).astimezone(UTC)
    assert open_s(WEEKDAYS, start, end) == 9.5 * 3600
