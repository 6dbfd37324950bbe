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
from fieldbridge.store.ledger.budgets import Cost
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
    counted_s = _counted_s(one, now)
    usual_s = settings.schedule.period_s(flow)
    demands = {name: _demand(name, settings, costs.get(name), counted_s) for name in FLOWS}
    period_s = stretched(
        msgspec.structs.replace(demands[flow], every_s=usual_s),
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


def _demand(flow: str, settings: ConnectionSettings, cost: Cost | None, counted_s: float) -> Demand:
    """What a flow costs, whose runs were counted for so long.

    Orders run when there are some: they are as dear as they have been, not as if there were some at every moment. What
    one run sent is not saved by waiting, so it holds up nobody's next order.
    """
    every_s, may_spend_reserve = settings.schedule.period_s(flow), FLOWS[flow].may_spend_reserve
    if cost is not None and may_spend_reserve:
        every_s = max(every_s, counted_s / cost.runs)
    return Demand(every_s, cost.per_run if cost else 0.0, may_spend_reserve)


def _counted_s(one: Connection, now: datetime) -> float:
    """For how long its runs have been counted: since yesterday began, or since it was connected; an hour at least."""
    yesterday = datetime.combine((now - DAY).date(), time.min, UTC)
    return max(HOUR_S, (now - max(yesterday, one.connected_at)).total_seconds())
