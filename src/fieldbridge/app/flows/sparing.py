"""Making a day's calls last: a flow that costs more than is left runs less often until the limit is lifted."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from fieldbridge.app.connection_settings import ConnectionSettings
from fieldbridge.core.calendar import open_s
from fieldbridge.core.pacing import DAY_S
from fieldbridge.core.slots import Demand, stretched
from fieldbridge.flows import FLOWS
from fieldbridge.store.ledger import budgets

DAY = timedelta(days=1)


def spare(
    tx: sa.Connection, connection_id: str, flow: str, settings: ConnectionSettings, now: datetime
) -> tuple[datetime, str] | None:
    """Until when a flow waits after a run, and why. None while its usual period is right."""
    budget = budgets.look(tx, connection_id, settings.calls_per_day, now.timestamp())
    lifted_at = datetime.fromtimestamp(budget.day_from + DAY_S, UTC)
    costs = budgets.calls_per_run(tx, connection_id, (now - DAY).date(), now.date())
    demands = {
        name: Demand(settings.schedule.period_s(name), costs.get(name, 0.0), kind.may_spend_reserve)
        for name, kind in FLOWS.items()
    }
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
    said = f"Every {period_s / 60:.0f} minutes instead of {usual_s / 60:.0f}, so that the day's calls last until "
    return now + timedelta(seconds=period_s), f"{said}{lifted_at:%Y-%m-%d %H:%M} UTC."
