"""The Governor's arithmetic: never over a limit, Xero's word before our own, the last tenth for orders."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.pacing import DAY_S, IN_FLIGHT_MAX, MINUTE_S, Budget, Reading, admit, corrected, ended

NOW = 1_800_000_000.0
SMALL = Budget(limit_per_minute=5, limit_per_day=20)
steps = st.lists(st.tuples(st.floats(-200_000, 200_000, allow_nan=False), st.booleans()), max_size=200)
forward = st.lists(st.floats(0, 40_000, allow_nan=False), max_size=300)


def ask(budget, now, *, reserve):
    """One call that has ended by the time the next is asked for."""
    budget, verdict = admit(budget, now, may_spend_reserve=reserve, lasts_s=30.0)
    return (budget if verdict.wait_s else ended(budget)), verdict


def asked(budget, now, times, *, reserve=True):
    verdicts = []
    for _ in range(times):
        budget, verdict = ask(budget, now, reserve=reserve)
        verdicts.append(verdict)
    return budget, verdicts


@given(forward)
def test_no_sixty_seconds_and_no_day_hold_more_calls_than_their_limit(moves):
    budget, now, went = SMALL, NOW, []
    for move in moves:
        now += move
        budget, verdict = ask(budget, now, reserve=True)
        if verdict.wait_s <= 0:
            went.append(now)
    limit = SMALL.limit_per_minute
    assert all(later - earlier >= MINUTE_S for earlier, later in zip(went, went[limit:], strict=False))
    assert budget.day_used <= SMALL.limit_per_day


@given(steps)
def test_whatever_the_clock_does_a_wait_is_never_longer_than_two_of_its_windows(steps):
    budget, now = SMALL, NOW
    for move, reserve in steps:
        now += move
        budget, verdict = ask(budget, now, reserve=reserve)
        assert verdict.wait_s <= (2 * DAY_S if verdict.limit == "day" else 2 * MINUTE_S)


@given(forward)
def test_with_a_clock_that_runs_forward_a_call_goes_once_its_wait_is_over(moves):
    budget, now = SMALL, NOW
    for move in moves:
        now += move
        budget, verdict = ask(budget, now, reserve=True)
        if verdict.wait_s > 0:
            _, later = ask(budget, now + verdict.wait_s + 0.001, reserve=True)
            assert later.wait_s == 0 or later.limit != verdict.limit


def test_a_sixth_call_waits_until_one_of_five_has_ended():
    budget = msgspec.structs.replace(SMALL, limit_per_minute=60)
    for _ in range(IN_FLIGHT_MAX):
        budget, verdict = admit(budget, NOW, may_spend_reserve=True, lasts_s=30.0)
        assert verdict.wait_s == 0
    budget, verdict = admit(budget, NOW, may_spend_reserve=True, lasts_s=30.0)
    assert verdict.limit == "concurrent"
    _, verdict = admit(ended(budget), NOW, may_spend_reserve=True, lasts_s=30.0)
    assert verdict.wait_s == 0


def test_a_call_nobody_saw_the_end_of_is_not_waited_for_past_its_time_out():
    budget = msgspec.structs.replace(SMALL, in_flight=(NOW + 30.0,) * IN_FLIGHT_MAX)
    _, verdict = admit(budget, NOW + 31, may_spend_reserve=True, lasts_s=30.0)
    assert verdict.wait_s == 0


def test_a_clock_that_was_far_ahead_and_is_put_right_does_not_block_for_as_long():
    ahead, _ = asked(SMALL, NOW + 400 * DAY_S, 30)
    _, verdict = ask(ahead, NOW, reserve=True)
    assert verdict.wait_s == 0


@pytest.mark.parametrize("back_s", [3600.0, 20 * DAY_S])
def test_when_the_clock_is_put_back_calls_nobody_saw_the_end_of_and_a_minutes_refusal_are_forgotten(back_s):
    roomy = msgspec.structs.replace(SMALL, limit_per_minute=60)
    killed = msgspec.structs.replace(roomy, in_flight=(NOW + 30.0,) * IN_FLIGHT_MAX)
    refused = corrected(roomy, NOW, Reading(wait_s=60.0, problem="minute"))
    assert [ask(one, NOW - back_s, reserve=True)[1].wait_s for one in (killed, refused)] == [0, 0]


def test_when_the_clock_is_put_back_an_hour_a_spent_day_is_still_spent():
    refused = corrected(SMALL, NOW, Reading(wait_s=7200.0, problem="day"))
    assert ask(refused, NOW - 3600, reserve=True)[1].limit == "day"


def test_the_call_after_the_last_waits_for_the_minute_to_end():
    budget, verdicts = asked(SMALL, NOW, 5)
    assert not any(verdict.wait_s for verdict in verdicts)
    _, verdict = ask(budget, NOW + 20, reserve=True)
    assert (verdict.wait_s, verdict.limit) == (40.0, "minute")
    again, verdict = ask(budget, NOW + 60, reserve=True)
    assert verdict.wait_s == 0
    assert (len(again.minute_calls), again.day_used) == (1, 6)


def test_the_last_tenth_of_the_day_is_kept_for_transactions():
    wide = Budget(limit_per_minute=1000, limit_per_day=100)
    budget, verdicts = asked(wide, NOW, 91, reserve=False)
    assert [verdict.limit for verdict in verdicts] == [""] * 90 + ["day"]
    budget, verdicts = asked(budget, NOW, 11, reserve=True)
    assert [verdict.limit for verdict in verdicts] == [""] * 10 + ["day"]
    assert verdicts[-1].wait_s == DAY_S


def test_what_xero_says_is_left_counts_more_than_our_own_sum():
    budget, _ = asked(SMALL, NOW, 1)
    fewer = corrected(budget, NOW, Reading(minute_left=0, day_left=3))
    assert (len(fewer.minute_calls), fewer.day_used) == (5, 17)
    assert corrected(fewer, NOW, Reading(day_left=20)).day_used == 0
    assert corrected(budget, NOW, Reading()) == budget


def test_calls_in_flight_may_not_be_in_xeros_figures_yet_and_are_added():
    flying = msgspec.structs.replace(SMALL, day_from=NOW, in_flight=(NOW + 30.0,) * 3)
    assert corrected(flying, NOW, Reading(day_left=10)).day_used == 13


def test_more_left_than_we_thought_the_limit_was_never_counts_below_zero():
    assert corrected(SMALL, NOW, Reading(minute_left=60, day_left=5000)).day_used == 0


def test_a_refusal_blocks_until_the_moment_xero_named_and_says_which_limit():
    blocked = corrected(SMALL, NOW, Reading(wait_s=26.0, problem="minute"))
    _, verdict = ask(blocked, NOW + 6, reserve=True)
    assert (verdict.wait_s, verdict.limit) == (20.0, "minute")
    _, verdict = ask(blocked, NOW + 26, reserve=True)
    assert verdict.wait_s == 0


@pytest.mark.parametrize("true_limit", [1000, 5000])
@pytest.mark.parametrize("configured", [300, 1000, 5000])
def test_the_first_answer_shows_the_limit_of_the_day_and_the_smaller_of_the_two_counts(true_limit, configured):
    seen = corrected(Budget(limit_per_day=configured), NOW, Reading(day_left=true_limit - 1))
    assert (seen.day_limit, seen.day_used) == (min(configured, true_limit), 1)
    assert seen.left_today == min(configured, true_limit) - 1


def test_the_reserve_is_a_tenth_of_the_day_xero_shows_and_not_of_the_day_that_was_set():
    budget = Budget(limit_per_minute=10_000, limit_per_day=5000, day_from=NOW)
    seen = corrected(budget, NOW, Reading(day_left=101))
    assert ask(seen, NOW, reserve=False)[1].wait_s == 0
    spent = corrected(seen, NOW, Reading(day_left=100))
    assert ask(spent, NOW, reserve=False)[1].limit == "day"
    assert ask(spent, NOW, reserve=True)[1].wait_s == 0


def test_a_day_of_few_calls_left_does_not_make_the_limit_smaller():
    budget = corrected(Budget(), NOW, Reading(day_left=4990))
    for left in (3000, 990, 1020, 5):
        budget = corrected(budget, NOW, Reading(day_left=left))
        assert (budget.day_limit, budget.left_today) == (5000, left)


def test_a_new_day_shows_a_limit_that_was_changed_at_xero():
    budget = corrected(Budget(), NOW, Reading(day_left=4999))
    budget = corrected(budget, NOW, Reading(day_left=800))
    lowered = corrected(budget, NOW, Reading(day_left=998))
    assert (lowered.day_limit, lowered.left_today) == (1000, 998)
    raised = corrected(lowered, NOW, Reading(day_left=4998))
    assert (raised.day_limit, raised.left_today) == (5000, 4998)


def test_a_refusal_of_the_day_without_figures_shows_the_usual_limit_our_calls_come_to():
    for used, limit in ((1000, 1000), (1037, 1000), (4990, 5000), (10, 5000)):
        budget = Budget(day_from=NOW, day_used=used)
        spent = corrected(budget, NOW, Reading(problem="day", wait_s=3600.0))
        assert (spent.day_limit, spent.left_today) == (limit, 0)
        _, verdict = ask(spent, NOW, reserve=True)
        assert (verdict.wait_s, verdict.limit) == (3600.0, "day")


def test_a_refused_call_is_not_booked():
    full = msgspec.structs.replace(SMALL, minute_calls=(NOW,) * 5, day_from=NOW, day_used=5)
    after, verdict = ask(full, NOW, reserve=True)
    assert verdict.wait_s > 0
    assert after == full
