"""The Governor's arithmetic: who may call now.

Minutes are counted over any sixty seconds, so that it does not matter when Xero's own minute begins. For the day its
answer is believed, because only Xero knows when its day begins.
Source: Xero, limits: for each organisation 60 calls a minute, 5 in flight, and 1,000 or 5,000 a day.
"""

import msgspec

MINUTE_S = 60.0
DAY_S = 86_400.0
IN_FLIGHT_MAX = 5
LOOK_AGAIN_S = 0.2
DAY_LIMITS = (1000, 5000)
SHORT_BLOCK_S = 600.0
CLOCKS_DIFFER_S = 60.0


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection has spent.

    Shape: limit_per_day is what the settings say, day_limit_told what Xero's answers imply, zero while they have not;
    day_left is how many calls the last answer left of the day. limit_lifted is a higher limit of the minute that Xero
    has shown, as it does in a connection's first half hour on some tiers, or zero. minute_calls holds when each call of
    the last minute went; in_flight, for each call under way, the moment by which it must have ended, answered or not.
    Units: instants and waits in seconds since the epoch, UTC.
    """

    limit_per_minute: int = 60
    limit_per_day: int = 5000
    day_limit_told: int = 0
    day_left: int = 0
    limit_lifted: int = 0
    minute_calls: tuple[float, ...] = ()
    day_from: float = 0.0
    day_used: int = 0
    blocked_until: float = 0.0
    blocked_by: str = ""
    in_flight: tuple[float, ...] = ()

    @property
    def day_limit(self) -> int:
        """How many calls a day has: as set, unless Xero was seen to allow fewer."""
        return min(self.limit_per_day, self.day_limit_told or self.limit_per_day)

    @property
    def left_today(self) -> int:
        """How many calls are left of the day."""
        return max(0, self.day_limit - self.day_used)


class Verdict(msgspec.Struct, frozen=True):
    """May the call go? wait_s of zero says yes; otherwise `limit` says which limit is spent."""

    wait_s: float = 0.0
    limit: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer said about the limits. Shape: None where a header was absent; problem is the limit it met."""

    minute_left: int | None = None
    day_left: int | None = None
    wait_s: float = 0.0
    problem: str = ""


def rolled(budget: Budget, now: float) -> Budget:
    """Forget what lies outside the last minute and day, and calls that must have ended.

    What lies further ahead than it can was written by a clock that has been put back since, and is forgotten too.
    """
    furthest = now + (DAY_S if budget.blocked_by == "day" else SHORT_BLOCK_S)
    budget = msgspec.structs.replace(
        budget,
        minute_calls=tuple(at for at in budget.minute_calls if now - MINUTE_S < at <= now + MINUTE_S),
        in_flight=tuple(ends for ends in budget.in_flight if now < ends <= now + DAY_S),
        blocked_until=budget.blocked_until if budget.blocked_until <= furthest else 0.0,
    )
    if abs(now - budget.day_from) >= DAY_S:
        return msgspec.structs.replace(budget, day_from=now, day_used=0)
    return budget


def admit(budget: Budget, now: float, *, may_spend_reserve: bool, lasts_s: float) -> tuple[Budget, Verdict]:
    """Ask for one call that lasts at most so long. The budget that comes back has it booked unless told to wait.

    The last tenth of the day belongs to transactions.
    """
    budget = _without_ghosts(rolled(budget, now), now + lasts_s)
    if budget.blocked_until > now:
        return budget, Verdict(budget.blocked_until - now, budget.blocked_by)
    if len(budget.in_flight) >= IN_FLIGHT_MAX:
        return budget, Verdict(LOOK_AGAIN_S, "concurrent")
    limit = max(budget.limit_per_minute, budget.limit_lifted)
    if len(budget.minute_calls) >= limit:
        oldest = budget.minute_calls[-limit]
        return budget, Verdict(oldest + MINUTE_S - now, "minute")
    ceiling = budget.day_limit if may_spend_reserve else budget.day_limit * 9 // 10
    if budget.day_used >= ceiling:
        return budget, Verdict(budget.day_from + DAY_S - now, "day")
    spent = msgspec.structs.replace(
        budget,
        minute_calls=(*budget.minute_calls, now),
        day_used=budget.day_used + 1,
        in_flight=(*budget.in_flight, now + lasts_s),
    )
    return spent, Verdict()


def _without_ghosts(budget: Budget, longest: float) -> Budget:
    """Without calls that would last longer than any: the clock was put back after they were booked."""
    ends = tuple(one for one in budget.in_flight if one <= longest + CLOCKS_DIFFER_S)
    return msgspec.structs.replace(budget, in_flight=ends)


def ended(budget: Budget) -> Budget:
    """One call has ended. Which one does not matter: only how many are under way."""
    return msgspec.structs.replace(budget, in_flight=budget.in_flight[1:])


def corrected(budget: Budget, now: float, reading: Reading) -> Budget:
    """Believe what Xero said. A refusal blocks the connection until the moment it named.

    Calls of the minute that we do not know of are somebody else's, and count as made just now.
    """
    budget = rolled(budget, now)
    if reading.day_left is not None:
        budget = _day_told(budget, reading.day_left)
    elif reading.problem == "day":
        budget = _day_spent(budget)
    changes: dict[str, object] = {}
    if reading.minute_left is not None:
        others = budget.limit_per_minute - reading.minute_left - len(budget.minute_calls)
        changes["minute_calls"] = budget.minute_calls + (now,) * max(0, others)
        changes["limit_lifted"] = reading.minute_left if reading.minute_left >= budget.limit_per_minute else 0
    if reading.problem:
        changes |= {"blocked_until": now + reading.wait_s, "blocked_by": reading.problem}
    return msgspec.structs.replace(budget, **changes)


def _day_told(budget: Budget, left: int) -> Budget:
    """Believe how much is left of the day. Calls still in flight may not be in that figure yet, so they are added.

    More left than before, by more than late answers can explain, means that another day of Xero's has begun; what is
    left then tells how many calls a day has.
    """
    told = budget.day_limit_told
    if left > min(told, budget.day_left + budget.limit_per_minute):
        told = min((one for one in (budget.limit_per_day, *DAY_LIMITS) if one >= left), default=left)
    used = max(0, (told or budget.limit_per_day) - left + len(budget.in_flight))
    return msgspec.structs.replace(budget, day_limit_told=told, day_left=left, day_used=used)


def _day_spent(budget: Budget) -> Budget:
    """The day is spent, and nothing tells its limit: the usual one that our own calls come to, if most were ours."""
    nearest = min(DAY_LIMITS, key=lambda one: abs(one - budget.day_used))
    told = nearest if 2 * budget.day_used >= nearest else budget.day_limit_told
    return msgspec.structs.replace(budget, day_limit_told=told, day_used=told or budget.limit_per_day)
