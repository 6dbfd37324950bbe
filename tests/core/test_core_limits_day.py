"""A simulated day at the limit, against an Xero that counts for itself and answers 429 beyond."""

from dataclasses import dataclass, field
from random import Random

import pytest

from fieldbridge.core.pacing import DAY_S, IN_FLIGHT_MAX, MINUTE_S, Budget, Reading, admit, corrected, ended

CALL_S = 0.7
LASTS_S = 30.0


@dataclass
class Xero:
    """Counts calls in windows that begin at moments of its own choosing."""

    per_day: int
    minute_phase: float
    day_phase: float
    times: list[float] = field(default_factory=list)
    refused: int = 0
    minute: tuple[int, int] = (-1, 0)
    day: tuple[int, int] = (-1, 0)

    def call(self, now: float) -> Reading:
        minute, day = int((now - self.minute_phase) // MINUTE_S), int((now - self.day_phase) // DAY_S)
        self.minute = (minute, self.minute[1] if self.minute[0] == minute else 0)
        self.day = (day, self.day[1] if self.day[0] == day else 0)
        if self.minute[1] >= 60 or self.day[1] >= self.per_day:
            self.refused += 1
            return Reading(minute_left=0, wait_s=1.0, problem="minute")
        self.minute, self.day = (minute, self.minute[1] + 1), (day, self.day[1] + 1)
        self.times.append(now)
        return Reading(minute_left=60 - self.minute[1], day_left=self.per_day - self.day[1])


@dataclass
class Day:
    """Callers that share one budget: bulk always wants more, transactions want one every minute."""

    xero: Xero
    budget: Budget
    flying: list[tuple[float, Reading]] = field(default_factory=list)
    went: dict[str, int] = field(default_factory=lambda: {"bulk": 0, "transactions": 0})
    most_in_flight: int = 0

    def land(self, now: float) -> None:
        while self.flying and self.flying[0][0] <= now:
            _, reading = self.flying.pop(0)
            self.budget = corrected(ended(self.budget), now, reading)

    def want(self, lane: str, now: float) -> bool:
        self.budget, verdict = admit(self.budget, now, may_spend_reserve=lane == "transactions", lasts_s=LASTS_S)
        if verdict.wait_s > 0:
            return False
        self.flying.append((now + CALL_S, self.xero.call(now)))
        self.went[lane] += 1
        self.most_in_flight = max(self.most_in_flight, len(self.flying))
        return True


def simulated(per_day: int, limit_per_day: int, seed: int) -> Day:
    random = Random(seed)
    xero = Xero(per_day, random.uniform(0, MINUTE_S), random.uniform(0, DAY_S))
    day = Day(xero, Budget(limit_per_day=limit_per_day))
    now, end, next_order = 1.0e9, 1.0e9 + DAY_S, 1.0e9
    while now < end:
        day.land(now)
        if now >= next_order:
            day.want("transactions", now)
            next_order += MINUTE_S
        while day.want("bulk", now):
            pass
        now += random.uniform(0.3, 2.0)
    return day


@pytest.mark.parametrize("per_day", [1000, 5000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_day_at_the_limit_is_never_refused_and_never_over_in_any_window(per_day, seed):
    day = simulated(per_day, per_day, seed)
    assert day.xero.refused == 0
    times = day.xero.times
    assert all(times[index + 60] - times[index] >= MINUTE_S for index in range(len(times) - 60))
    assert day.most_in_flight <= IN_FLIGHT_MAX


@pytest.mark.parametrize(("per_day", "configured"), [(1000, 1000), (5000, 5000), (1000, 5000)])
def test_transactions_still_go_through_when_bulk_has_spent_its_share(per_day, configured):
    day = simulated(per_day, configured, 4)
    assert day.went["bulk"] <= 2 * per_day * 9 // 10
    assert day.went["transactions"] >= per_day // 10 * 9 // 10


def test_a_starter_app_configured_too_high_is_still_held_by_what_xero_says():
    day = simulated(1000, 5000, 5)
    assert len(day.xero.times) <= 2 * 1000
    assert day.xero.refused < 100
