"""How things stand: each connection, its flows, what waits for a person, and what today has cost in calls."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.core.alerts.watch import Key
from fieldbridge.core.pacing import rolled
from fieldbridge.core.standing import FlowStanding, Standing
from fieldbridge.store.ledger import alerts, connections, problems, standings, webhooks

# A dispatcher looks every second; what is due for longer is waiting for something.
OVERDUE = timedelta(seconds=10)


class FlowStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One flow's last run, and its next. Shape: waits_because is empty when nothing holds it up."""

    flow: str
    state: str
    doing: str
    counts: dict[str, int]
    queued_at: datetime | None
    ended_at: datetime | None
    error: str | None
    next_due_at: datetime
    waits_because: str
    open_problems: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One connection as it stands.

    Shape: held says of each flow that must wait, why; alerts are (kind, about) of those that stand; calls_per_day is
    what Xero allows as far as it was seen, calls_per_day_set what the settings say.
    Units: bytes on the wire, of the UTC day.
    """

    connection: str
    organisation: str
    folder: str
    paused_because: str | None
    flows: list[FlowStatus]
    held: dict[str, str]
    open_problems: int
    orders_unsent: int
    alerts: list[Key]
    calls_today: int
    calls_left_today: int
    calls_per_day: int
    calls_per_day_set: int
    bytes_today: int
    changes_by_webhook: int
    changes_by_polling: int


def chosen(
    installation: Installation, some: Sequence[str] | None = None, *, like: str = "", attention: bool = False
) -> list[str]:
    """Names of connections: those named or all, with a text in their name, or that need somebody.

    Errors: SetupError when one that is named is not there, or when there is none at all.
    """
    known = [installation.connection(name).id for name in some] if some else None
    with installation.database.read() as tx:
        found = connections.named(tx, known, like=like, attention=attention)
    if not found:
        installation.connections()
    return found


def statuses(installation: Installation, some: Sequence[str] | None = None) -> list[Status]:
    """How those named stand, or all, by name."""
    now = installation.now()
    with installation.database.read() as tx:
        found = standings.every(tx, now.date(), some)
        stand = alerts.keys(tx, some)
        tallies = webhooks.tallied(tx, some)
        parked = problems.counted(tx, some)
    none = (0, 0)
    return [
        _status(one, now, stand.get(one.connection, ()), tallies.get(one.connection, none), parked) for one in found
    ]


def _status(
    one: Standing, now: datetime, stand: Collection[Key], tallied: tuple[int, int], parked: Mapping[Key, int]
) -> Status:
    set_to = parse(one.settings).calls_per_day
    budget = rolled(msgspec.structs.replace(one.budget, limit_per_day=set_to), now.timestamp())
    return Status(
        connection=one.connection,
        organisation=one.organisation,
        folder=one.folder,
        paused_because=one.paused_because,
        flows=[_flow(one, flow, now, parked.get((one.connection, flow.flow), 0)) for flow in one.flows],
        held={flow.flow: flow.held_because for flow in one.flows if flow.held_because},
        open_problems=one.open_problems,
        orders_unsent=one.unsent,
        alerts=sorted(stand),
        calls_today=one.calls_today,
        calls_left_today=budget.left_today,
        calls_per_day=budget.day_limit,
        calls_per_day_set=set_to,
        bytes_today=sum(each.wire_bytes for each in one.spent.values()),
        changes_by_webhook=tallied[0],
        changes_by_polling=tallied[1],
    )


def _flow(one: Standing, flow: FlowStanding, now: datetime, open_problems: int) -> FlowStatus:
    return FlowStatus(
        flow=flow.flow,
        state=flow.state,
        doing=flow.doing,
        counts=flow.counts,
        queued_at=flow.queued_at,
        ended_at=flow.ended_at,
        error=flow.error or None,
        next_due_at=flow.due_at,
        waits_because=_waits_because(one, flow, now),
        open_problems=open_problems,
    )


def _waits_because(one: Standing, flow: FlowStanding, now: datetime) -> str:
    """What holds a flow up, in words."""
    if flow.is_under_way:
        return flow.doing if flow.state == "running" else "for a worker, or for the flow before it"
    if one.paused_because:
        return one.paused_because
    if flow.held_because:
        return flow.held_because
    return "for a worker (is `fieldbridge run` at work?)" if now - flow.due_at > OVERDUE else ""
