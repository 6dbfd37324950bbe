"""Making a day's calls last: a flow that costs more than is left runs less often until the limit is lifted."""

from datetime import UTC, datetime, time, timedelta

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import ConnectionSettings
from fieldbridge.core.calendar import open_s
from fieldbridge.core.pacing import DAY_S
from fieldbridge.core.slots import Demand, stretched
from fieldbridge.flows import FLOWS
from fieldbridge.store.ledger import budgets
from fieldbridge.store.ledger.connections import Connection

DAY = timedelta(days=1)
HOUR_S = 3600.0
IN_MINUTES_FROM_S = 120.0


def spare(
    tx: sa.Connection, one: Connection, flow: str, settings: ConnectionSettings, now: datetime
) -> tuple[datetime, str] | None:
    """Until when a flow waits after a run, and why. None while its usual period is right."""
    budget = budgets.look(tx, one.id, settings.calls_per_day, now.timestamp())
    lifted_at = datetime.fromtimestamp(budget.day_from + DAY_S, UTC)
    costs = budgets.costs(tx, one.id, (now - DAY).date(), now.date())
    demands = {
        name: Demand(
            settings.schedule.period_s(name), costs[name].per_run if name in costs else 0.0, kind.may_spend_reserve
        )
        for name, kind in FLOWS.items()
    }
    for name, each in demands.items():
        # While no order waits, their flow costs nothing: to others it is as dear as it has been, not as it might be.
        if each.may_spend_reserve and name != flow and name in costs:
            seen_s = _counted_s(one, now) / costs[name].runs
            demands[name] = msgspec.structs.replace(each, every_s=max(each.every_s, seen_s))
    usual_s = demands[flow].every_s
    period_s = stretched(
        demands[flow],
        list(demands.values()),
        limit_per_day=budget.day_limit,
        used=budget.day_used,
        open_s=open_s(settings.schedule.calendar, now, lifted_at),
        reset_s=(lifted_at - now).total_seconds(),
    )
    if period_s <= usual_s:
        return None
    said = f"Every {_spoken(period_s)} instead of {_spoken(usual_s)}, so that the day's calls last until "
    return now + timedelta(seconds=period_s), f"{said}{lifted_at:%Y-%m-%d %H:%M} UTC."


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < IN_MINUTES_FROM_S else f"{seconds / 60:.0f} minutes"


def _counted_s(one: Connection, now: datetime) -> float:
    """For how long its runs have been counted: since yesterday began, or since it was connected; an hour at least."""
    yesterday = datetime.combine((now - DAY).date(), time.min, UTC)
    return max(HOUR_S, (now - max(yesterday, one.connected_at)).total_seconds())
