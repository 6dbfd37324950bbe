"""The Governor's arithmetic: never over a limit, Xero's word before our own, the last tenth for orders."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.pacing import DAY_S, MINUTE_S, Budget, Reading, admit, corrected

NOW = 1_800_000_000.0
SMALL = Budget(limit_per_minute=5, limit_per_day=20)
steps = st.lists(st.tuples(st.floats(-200_000, 200_000, allow_nan=False), st.booleans()), max_size=200)
forward = st.lists(st.floats(0, 40_000, allow_nan=False), max_size=300)


def asked(budget, now, times, *, reserve=True):
    verdicts = []
    for _ in range(times):
        budget, verdict = admit(budget, now, may_spend_reserve=reserve)
        verdicts.append(verdict)
    return budget, verdicts


@given(steps)
def test_whatever_the_clock_does_no_window_holds_more_calls_than_its_limit(steps):
    budget, now = SMALL, NOW
    in_minute, in_day = 0, 0
    for move, reserve in steps:
        now += move
        before = budget
        budget, verdict = admit(budget, now, may_spend_reserve=reserve)
        went = verdict.wait_s <= 0
        in_minute = went + (in_minute if budget.minute_from == before.minute_from else 0)
        in_day = went + (in_day if budget.day_from == before.day_from else 0)
        assert in_minute <= SMALL.limit_per_minute
        assert in_day <= SMALL.limit_per_day
        assert verdict.wait_s <= (2 * DAY_S if verdict.limit == "day" else 2 * MINUTE_S)


@given(forward)
def test_with_a_clock_that_runs_forward_a_wait_ends_with_its_window(moves):
    budget, now = SMALL, NOW
    for move in moves:
        now += move
        budget, verdict = admit(budget, now, may_spend_reserve=True)
        assert verdict.wait_s <= (DAY_S if verdict.limit == "day" else MINUTE_S)
        if verdict.wait_s > 0:
            later, _ = admit(budget, now + verdict.wait_s + 0.001, may_spend_reserve=True)
            assert verdict.limit == "day" or later.minute_used == 1 or later.day_used == budget.day_used


def test_a_clock_that_was_far_ahead_and_is_put_right_does_not_block_for_as_long():
    ahead, _ = asked(SMALL, NOW + 400 * DAY_S, 30)
    _, verdict = admit(ahead, NOW, may_spend_reserve=True)
    assert verdict.wait_s == 0


def test_the_call_after_the_last_waits_for_the_minute_to_end():
    budget, verdicts = asked(SMALL, NOW, 5)
    assert not any(verdict.wait_s for verdict in verdicts)
    _, verdict = admit(budget, NOW + 20, may_spend_reserve=True)
    assert (verdict.wait_s, verdict.limit) == (40.0, "minute")
    again, verdict = admit(budget, NOW + 60, may_spend_reserve=True)
    assert verdict.wait_s == 0
    assert (again.minute_used, again.day_used) == (1, 6)


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
    assert (fewer.minute_used, fewer.day_used) == (5, 17)
    more = corrected(fewer, NOW, Reading(minute_left=5, day_left=20))
    assert (more.minute_used, more.day_used) == (0, 0)
    assert corrected(budget, NOW, Reading()) == budget


def test_more_left_than_we_thought_the_limit_was_never_counts_below_zero():
    assert corrected(SMALL, NOW, Reading(minute_left=60, day_left=5000)).day_used == 0


def test_a_refusal_blocks_until_the_moment_xero_named_and_says_which_limit():
    blocked = corrected(SMALL, NOW, Reading(retry_after_s=26.0, problem="minute"))
    _, verdict = admit(blocked, NOW + 6, may_spend_reserve=True)
    assert (verdict.wait_s, verdict.limit) == (20.0, "minute")
    _, verdict = admit(blocked, NOW + 26, may_spend_reserve=True)
    assert verdict.wait_s == 0


def test_a_refusal_that_names_no_moment_blocks_for_a_second():
    blocked = corrected(SMALL, NOW, Reading(problem="concurrent"))
    _, verdict = admit(blocked, NOW, may_spend_reserve=True)
    assert (verdict.wait_s, verdict.limit) == (1.0, "concurrent")


def test_a_refused_call_is_not_booked():
    full = msgspec.structs.replace(SMALL, minute_from=NOW, day_from=NOW, minute_used=5, day_used=5)
    after, verdict = admit(full, NOW, may_spend_reserve=True)
    assert verdict.wait_s > 0
    assert after == full
