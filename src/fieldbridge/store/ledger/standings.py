"""Standings: how every connection stands, in a handful of queries however many there are."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from fieldbridge.core.pacing import Budget
from fieldbridge.core.standing import FlowStanding, FlowState, Spending, Standing
from fieldbridge.store.schema import (
    UNSENT,
    WENT_WELL,
    budget,
    call_count,
    connection,
    delivery,
    intake,
    intake_file,
    problem,
    run,
    schedule,
    webhook_event,
)

DONE_WITH_PROBLEMS = 1
Value = TypeVar("Value")


def every(tx: sa.Connection, day: date, some: Collection[str] | None = None) -> list[Standing]:
    """All connections by name, or those named. day: the UTC day whose calls are counted."""

    def rows(query: sa.Select[Any], owner: sa.Column[str]) -> Iterable[Any]:
        return tx.execute(query if some is None else query.where(owner.in_(some)))

    by_flow = _gathered(rows(flows(), schedule.c.connection_id), _flow)
    found = _gathered(rows(_problems(), problem.c.connection_id), tuple)
    unsent = {row[0]: row[1:] for row in rows(_unsent(), intake.c.connection_id)}
    spent = _gathered(rows(_spent(day), call_count.c.connection_id), tuple)
    budgets = {
        row[0]: msgspec.json.decode(row[1], type=Budget) for row in rows(sa.select(budget), budget.c.connection_id)
    }
    return [
        Standing(
            connection=one.id,
            organisation=one.organisation_name,
            folder=one.folder,
            settings=one.settings,
            connected_at=one.connected_at,
            paused_because=one.paused_because,
            flows=tuple(by_flow[one.id]),
            problems={code: count for code, count, _ in found[one.id]},
            oldest_problem_at=min((oldest for _, _, oldest in found[one.id]), default=None),
            unsent=unsent[one.id][0] if one.id in unsent else 0,
            oldest_unsent_at=unsent[one.id][1] if one.id in unsent else None,
            spent={flow: Spending(int(calls), int(size)) for flow, calls, size in spent[one.id]},
            budget=budgets.get(one.id, Budget()),
        )
        for one in rows(sa.select(connection).order_by(connection.c.id), connection.c.id)
    ]


def on_their_way(tx: sa.Connection) -> dict[str, int]:
    """How many Deliveries are not settled, by state."""
    query = sa.select(delivery.c.state, sa.func.count()).where(delivery.c.settled_at.is_(None))
    return {row[0]: row[1] for row in tx.execute(query.group_by(delivery.c.state))}


def unheeded(tx: sa.Connection) -> int:
    """How many webhook events nobody has looked at yet."""
    query = sa.select(sa.func.count()).where(webhook_event.c.heeded_at.is_(None), webhook_event.c.read_at.is_(None))
    return int(tx.execute(query).scalar_one())


def _gathered(rows: Iterable[Any], made: Callable[[Any], Value]) -> defaultdict[str, list[Value]]:
    found: defaultdict[str, list[Value]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(made(row[1:]))
    return found


def flows() -> sa.Select[Any]:
    """Each schedule with its flow's last run, the last that went well and the one after that: steps into an index."""
    mine = (run.c.connection_id == schedule.c.connection_id, run.c.flow == schedule.c.flow)
    newest = run.select().with_only_columns(sa.func.max(run.c.id)).where(*mine).correlate(schedule).scalar_subquery()
    good, well = run.alias("good"), run.alias("well")
    of_well = (well.c.connection_id == schedule.c.connection_id, well.c.flow == schedule.c.flow)
    ended_well = sa.select(well.c.id).where(*of_well, WENT_WELL)
    best = ended_well.order_by(well.c.id.desc()).limit(1).correlate(schedule).scalar_subquery()
    since = sa.select(run.c.queued_at).where(*mine, run.c.id > sa.func.coalesce(good.c.id, 0)).order_by(run.c.id)
    tried = since.limit(1).correlate(schedule, good).scalar_subquery()
    last = run.alias("last")
    columns = (last.c[name] for name in ("state", "exit_code", "queued_at", "ended_at", "doing", "error", "counts"))
    when = (schedule.c.next_due_at, schedule.c.held_until, schedule.c.held_because)
    query = sa.select(schedule.c.connection_id, schedule.c.flow, *when, good.c.ended_at, tried, *columns)
    joined = schedule.outerjoin(last, last.c.id == newest).outerjoin(good, good.c.id == best)
    return query.select_from(joined).order_by(schedule.c.flow)


def _flow(row: Any) -> FlowStanding:
    flow, due_at, held_until, held_because, good_at, trying_since, *last = row
    state, exit_code, queued_at, ended_at, doing, error, counts = last
    seen: FlowState = state or "never"
    return FlowStanding(
        flow=flow,
        due_at=due_at,
        held_until=held_until,
        held_because=held_because,
        good_at=good_at,
        trying_since=trying_since,
        state="problems" if seen == "done" and exit_code == DONE_WITH_PROBLEMS else seen,
        exit_code=exit_code,
        queued_at=queued_at,
        ended_at=ended_at,
        doing=doing or "",
        error=error or "",
        counts=counts or {},
    )


def _problems() -> sa.Select[Any]:
    columns = (problem.c.connection_id, problem.c.code)
    query = sa.select(*columns, sa.func.count(), sa.func.min(problem.c.opened_at))
    return query.where(problem.c.closed_at.is_(None)).group_by(*columns).order_by(*columns)


def _unsent() -> sa.Select[Any]:
    query = sa.select(intake.c.connection_id, sa.func.count(), sa.func.min(intake_file.c.taken_at))
    return query.join(intake_file, intake_file.c.id == intake.c.file_id).where(UNSENT).group_by(intake.c.connection_id)


def _spent(day: date) -> sa.Select[Any]:
    columns = (call_count.c.connection_id, call_count.c.flow, call_count.c.calls, call_count.c.wire_bytes)
    return sa.select(*columns).where(call_count.c.day == day)
