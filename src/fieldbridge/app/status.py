"""How things stand: each connection, its flows, what waits for a person, and what today has cost in calls."""

from datetime import datetime

import msgspec

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.flows import FLOWS
from fieldbridge.store.ledger import budgets, problems, runs, schedules, webhooks
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.runs import Run


class FlowStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One flow's last run."""

    flow: str
    state: str
    doing: str
    counts: dict[str, int]
    ended_at: datetime | None
    error: str | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One connection as it stands.

    Shape: held says of each flow that must wait, why; calls_per_day is what Xero allows as far as it was seen,
    calls_per_day_set what the settings say.
    Units: bytes on the wire, of the UTC day.
    """

    connection: str
    organisation: str
    folder: str
    paused_because: str | None
    flows: list[FlowStatus]
    held: dict[str, str]
    open_problems: int
    calls_today: int
    calls_left_today: int
    calls_per_day: int
    calls_per_day_set: int
    bytes_today: int
    changes_by_webhook: int
    changes_by_polling: int


def statuses(installation: Installation, only: str | None = None) -> list[Status]:
    """How every connection stands, or the one named."""
    return [_status(installation, one) for one in installation.connections(only)]


def _status(installation: Installation, one: Connection) -> Status:
    now, set_to = installation.now(), parse(one.settings).calls_per_day
    today = now.date()
    with installation.database.read() as tx:
        last = [runs.latest(tx, one.id, flow) for flow in FLOWS]
        held = {row.flow: row.held_because for row in schedules.of_connection(tx, one.id) if row.held_because}
        spent = budgets.spent(tx, one.id, today, today).values()
        budget = budgets.look(tx, one.id, set_to, now.timestamp())
        by_webhook, by_polling = webhooks.tallied(tx, one.id)
        waiting = len(problems.still_open(tx, one.id))
    return Status(
        connection=one.id,
        organisation=one.organisation_name,
        folder=one.folder,
        paused_because=one.paused_because,
        flows=[_flow(run) for run in last if run],
        held=held,
        open_problems=waiting,
        calls_today=sum(each.calls for each in spent),
        calls_left_today=budget.left_today,
        calls_per_day=budget.day_limit,
        calls_per_day_set=set_to,
        changes_by_webhook=by_webhook,
        changes_by_polling=by_polling,
        bytes_today=sum(each.wire_bytes for each in spent),
    )


def _flow(run: Run) -> FlowStatus:
    return FlowStatus(
        flow=run.flow,
        state=run.state,
        doing=run.doing,
        counts=run.counts,
        ended_at=run.ended_at,
        error=run.error,
    )
