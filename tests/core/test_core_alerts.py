"""What must be told, and when: pure, so every order of events can be tried."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.alerts.digest import next_digest, text
from fieldbridge.core.alerts.rules import AlertRules, alert_address
from fieldbridge.core.alerts.watch import Alert, Dear, Sight, seen, step
from fieldbridge.core.calendar import ALWAYS, Calendar
from fieldbridge.core.pacing import Budget
from fieldbridge.core.standing import FlowStanding, Standing

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
RULES = AlertRules()
NO_ALERT = Sight()

KEYS = [("halted", "master-data"), ("halted", "transactions"), ("calls_low", ""), ("reconnect", "")]


def alert(key) -> Alert:
    return Alert(kind=key[0], about=key[1], said="", remedy="")


sights = st.builds(
    lambda found, unsure: Sight(tuple(map(alert, sorted(found))), frozenset(unsure)),
    st.sets(st.sampled_from(KEYS)),
    st.sets(st.sampled_from(KEYS)),
)


@given(st.lists(sights, max_size=12))
def test_each_alert_begins_once_and_ends_once_however_looks_follow_each_other(looks):
    stand, told = set(), []
    for look in looks:
        change = step(stand, look)
        begun = {one.key for one in change.began}
        assert len(begun) == len(change.began)
        assert not begun & stand
        assert change.ended <= stand
        assert not begun & change.ended
        assert {one.key for one in look.found} == (stand | begun) & {one.key for one in look.found}
        stand = (stand | begun) - change.ended
        told += [(key, "began") for key in begun] + [(key, "ended") for key in change.ended]
        assert stand <= {one.key for one in look.found} | look.unsure
    for key in KEYS:
        mine = [what for about, what in told if about == key]
        assert mine == (["began", "ended"] * len(mine))[: len(mine)]
        assert (key in stand) == (len(mine) % 2 == 1)


@given(st.lists(sights, max_size=8))
def test_what_is_unsure_neither_begins_nor_ends(looks):
    stand = {KEYS[0]}
    for look in looks:
        unclear = Sight((), frozenset(KEYS) | look.unsure)
        assert step(stand, unclear) == step((), NO_ALERT)


def flow(name="transactions", **changes) -> FlowStanding:
    plain = FlowStanding(flow=name, due_at=NOW + HOUR, state="done", exit_code=0, good_at=NOW - HOUR)
    return msgspec.structs.replace(plain, **changes)


def standing(*flows: FlowStanding, **changes) -> Standing:
    plain = Standing(connection="kauri", organisation="Kauri", folder="", settings="", connected_at=NOW,
                     paused_because=None, flows=flows, budget=Budget(day_from=NOW.timestamp()))  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def look(one: Standing, rules: AlertRules = RULES, calendar: Calendar = ALWAYS, dear=(), now=NOW) -> list:
    return [each.key for each in seen(one, rules, calendar, now, dear).found]


def test_a_connection_that_is_well_is_told_of_nothing():
    assert seen(standing(flow()), RULES, ALWAYS, NOW) == NO_ALERT


def test_a_connection_xero_shuts_out_must_be_connected_again_and_nothing_else_is_told():
    lost = standing(flow(state="halted", exit_code=6), paused_because="Xero no longer lets us in.")
    sight = seen(lost, RULES, ALWAYS, NOW)
    assert [one.key for one in sight.found] == [("reconnect", "")]
    assert ("halted", "transactions") in sight.unsure
    assert "fieldbridge connect kauri" in sight.found[0].remedy


@pytest.mark.parametrize(
    "because", ["paused by a person", "paused by a person: stock-take", "disconnected by a person"]
)
def test_who_paused_a_connection_is_not_told_so(because):
    sight = seen(standing(flow(state="halted"), paused_because=because), RULES, ALWAYS, NOW)
    assert sight.found == ()
    assert ("halted", "transactions") in sight.unsure


@pytest.mark.parametrize("state", ["queued", "running", "unfinished", "cancelled"])
def test_a_run_that_shows_nothing_neither_starts_nor_ends_a_halt(state):
    sight = seen(standing(flow(state=state)), RULES, ALWAYS, NOW)
    assert (sight.found, ("halted", "transactions") in sight.unsure) == ((), True)


def test_a_run_that_was_not_let_in_is_no_halt_of_its_own():
    sight = seen(standing(flow(state="halted", exit_code=3)), RULES, ALWAYS, NOW)
    assert (sight.found, ("halted", "transactions") in sight.unsure) == ((), True)


def test_a_guard_that_halted_a_run_says_how_to_accept():
    halted = flow(state="halted", exit_code=6, error="guard.shrink: Customer.csv would shrink.")
    (told,) = seen(standing(halted), RULES, ALWAYS, NOW).found
    assert told.key == ("halted", "transactions")
    assert "guard.shrink" in told.said
    assert "--accept" in told.remedy


def test_no_success_counts_from_the_first_run_that_failed_and_not_from_the_last_that_did_not():
    idle_for_days = flow(state="unfinished", good_at=NOW - 72 * HOUR, trying_since=NOW - HOUR)
    assert look(standing(idle_for_days)) == []
    assert look(standing(idle_for_days), now=NOW + 5 * HOUR) == [("no_success", "transactions")]
    assert look(standing(idle_for_days), AlertRules(no_success_hours=0), now=NOW + 99 * HOUR) == []


def test_a_flow_nobody_starts_is_told_too_and_one_that_is_only_late_is_not():
    assert look(standing(flow(due_at=NOW - 5 * HOUR))) == []
    assert look(standing(flow(due_at=NOW - 6 * HOUR))) == [("no_success", "transactions")]
    assert look(standing(flow(due_at=NOW - 6 * HOUR, state="running", trying_since=NOW))) == []


def test_hours_out_of_business_do_not_count():
    office = Calendar(hours=("mon-fri 08:00-17:00",))
    friday = datetime(2026, 7, 17, 16, tzinfo=UTC)
    failing = standing(flow(state="unfinished", trying_since=friday, due_at=friday + 100 * HOUR))
    assert look(failing, calendar=office, now=friday + 64 * HOUR) == []  # Monday, 08:00
    assert look(failing, calendar=office, now=friday + 69 * HOUR) == [("no_success", "transactions")]


def test_problems_are_told_when_they_are_old():
    parked = standing(problems={"order.total_differs": 2, "order.kind": 1}, oldest_problem_at=NOW - 23 * HOUR)
    assert look(parked) == []
    (told,) = seen(parked, RULES, ALWAYS, NOW + HOUR).found
    assert told.key == ("problems_old", "")
    assert told.said.startswith("3 Problems wait for a person, since 2026-07-14 13:00 UTC: order.total_differs (2), ")
    assert look(parked, AlertRules(problem_hours=0), now=NOW + 99 * HOUR) == []


def test_each_dear_record_is_an_alert_of_its_own():
    dear = [Dear(f"BV{number}", Decimal(9000), "order.kind") for number in range(30)]
    found = look(standing(), dear=dear)
    assert found[:2] == [("problem_dear", "BV0"), ("problem_dear", "BV1")]
    assert len(found) == 20


def test_few_calls_are_told_below_a_tenth_and_over_only_when_there_are_clearly_enough():
    def left(calls: int) -> Sight:
        spent = Budget(limit_per_day=1000, day_from=NOW.timestamp(), day_used=1000 - calls)
        return seen(standing(budget=spent), RULES, ALWAYS, NOW)

    assert [one.key for one in left(99).found] == [("calls_low", "")]
    assert (left(100).found, left(100).unsure) == ((), {("calls_low", "")})
    assert left(200) == NO_ALERT


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 23),
       st.sampled_from(["UTC", "Pacific/Auckland", "America/New_York", "Australia/Lord_Howe"]))  # fmt: skip
def test_a_digest_is_due_once_a_day_at_its_hour(after, hour, zone):
    after, place = after.replace(tzinfo=UTC), ZoneInfo(zone)
    due = next_digest(after, hour, place)
    assert timedelta(0) < due - after <= timedelta(hours=25)
    local = due.astimezone(place)
    assert local.hour == hour or (local - timedelta(hours=1)).hour == hour
    again = next_digest(due, hour, place)
    assert again.astimezone(place).date() == local.date() + timedelta(days=1)


def test_a_digest_says_how_things_stand():
    one = standing(flow("master-data"), flow(state="unfinished", error="xero.outage: Xero is away.", good_at=None),
                   problems={"order.kind": 2}, unsent=3)  # fmt: skip
    assert text(one, 41, ["Problems wait for long"], NOW).splitlines() == [
        "Orders that came to Xero in 24 hours: 41. Not there yet: 3.",
        "Problems: order.kind (2).",
        "Alert: Problems wait for long.",
        "master-data: last succeeded 2026-07-15 11:00 UTC",
        "transactions: has not succeeded yet; xero.outage: Xero is away.",
        "Calls to Xero: 0 today, 5000 left of 5000.",
    ]


@pytest.mark.parametrize(
    "address",
    ["office", "a@b\nBcc: c@d", "a@b, c@d", "Office <a@b.nz>", "http://example.com/x", "ftp://example.com", "https://",
     "https://user:pw@example.com/", "https://exa mple.com/", "https://[::1", "a@b;c@d", "a@"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="is not an address"):
        alert_address(address)


def test_mail_goes_anywhere_and_webhooks_only_where_nobody_can_listen():
    assert alert_address("office@kauri.co.nz") == "mailto:office@kauri.co.nz"
    for url in ("https://desk.example/alerts?team=1", "http://127.0.0.1:9/x", "http://localhost/x"):
        assert alert_address(url) == url


@pytest.mark.parametrize(
    "wrong", [{"digest_hour": 24}, {"problem_hours": -1}, {"calls_left_percent": 101}, {"mail_to": ["office"]}]
)
def test_rules_that_cannot_be_are_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, AlertRules)
