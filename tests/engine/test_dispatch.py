"""Starting what is due: at its slot, when something happens, in opening hours, as far as there is room, and cheaply."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from fieldbridge.core.calendar import Calendar
from fieldbridge.core.slots import phase
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.ledger import leases, notices, schedules
from fieldbridge.store.schema import schedule
from support import bench as benches
from support.bench import EVERY_S, LONG_AGO, Bench, ended
from support.clock import Clock

WITHIN_S = 60
HOUR = timedelta(hours=1)
CLOSED_NOW = Calendar(closed=("2020-01-01/2100-01-01",))
NOTHING = {"with_work": lambda _tx, _names: []}


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        yield opened


def nothing_to_do(_: RunRef) -> Turn:
    return Turn()


def last_run(bench: Bench, name: str) -> int:
    with bench.installation.database.read() as tx:
        run_id = tx.execute(sa.text("SELECT max(id) FROM run WHERE connection_id = :name"), {"name": name}).scalar()
    assert run_id is not None
    return run_id


def nudge(bench: Bench, name: str) -> None:
    with bench.installation.database.write() as tx:
        schedules.nudge(tx, name, TRANSACTIONS, datetime.now(UTC))


@contextmanager
def counted(bench: Bench) -> Iterator[list[str]]:
    """What is asked of the ledger meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        statements.append(statement)

    engine = bench.installation.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_after_its_run_a_flow_is_due_at_its_own_slot(bench: Bench) -> None:
    bench.connection("kauri")
    with bench.working(bench.programs({"work": nothing_to_do})) as work:
        assert work.dispatcher.dispatch().started == 1
        ended(work, last_run(bench, "kauri"))
    due = bench.schedule("kauri")["next_due_at"]
    assert due > datetime.now(UTC)
    assert due.timestamp() / EVERY_S % 1 == pytest.approx(phase("kauri", TRANSACTIONS), abs=1e-4)


def test_an_event_during_a_run_starts_another_right_after_and_only_one(bench: Bench) -> None:
    bench.connection("kauri")
    entered, go_on = Event(), Event()

    def stage(_: RunRef) -> Turn:
        entered.set()
        assert go_on.wait(WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"work": stage}, **NOTHING)) as work:
        nudge(bench, "kauri")
        assert work.dispatcher.dispatch().started == 1
        assert entered.wait(WITHIN_S)
        nudge(bench, "kauri")
        nudge(bench, "kauri")
        assert work.dispatcher.dispatch().started == 0
        go_on.set()
        ended(work, last_run(bench, "kauri"))
        assert work.dispatcher.dispatch().started == 1
        ended(work, last_run(bench, "kauri"))
        assert work.dispatcher.dispatch().started == 0


def test_out_of_hours_nothing_starts_by_itself_and_by_hand_it_does(bench: Bench) -> None:
    bench.connection("kauri")
    with bench.installation.database.write() as tx:
        schedules.keep(tx, "kauri", TRANSACTIONS, EVERY_S, LONG_AGO, CLOSED_NOW)
    with bench.working(bench.programs({"work": nothing_to_do})) as work:
        nudge(bench, "kauri")
        assert work.dispatcher.dispatch().started == 0
        assert bench.schedule("kauri")["next_due_at"] == datetime(2100, 1, 1, tzinfo=UTC)
        assert bench.schedule("kauri")["asked_at"] is not None
        assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"


def test_what_is_held_waits_though_an_event_asks(bench: Bench) -> None:
    bench.connection("kauri")
    until = datetime.now(UTC) + HOUR
    with bench.installation.database.write() as tx:
        tx.execute(sa.text("UPDATE schedule SET in_flight = 7"))
        schedules.rearm(tx, "kauri", TRANSACTIONS, 7, datetime.now(UTC), until, "Spent.")
    with bench.working(bench.programs({"work": nothing_to_do})) as work:
        nudge(bench, "kauri")
        assert work.dispatcher.dispatch().started == 0
    row = bench.schedule("kauri")
    assert (row["next_due_at"], row["held_because"]) == (until, "Spent.")


def test_when_the_clock_was_put_back_nothing_waits_for_what_it_said_before(bench: Bench) -> None:
    bench.connection("kauri")
    clock = Clock()
    set_by_it = replace(bench, installation=replace(bench.installation, now=clock.now))
    with set_by_it.working(set_by_it.programs({"work": nothing_to_do})) as work:
        with bench.installation.database.write() as tx:
            row = {"next_due_at": clock.now() + HOUR, "held_until": clock.now() + HOUR, "held_because": "Xero is away."}
            tx.execute(schedule.update().values(**row))
            notices.failed(tx, "mailto:office@x.example", 3, "away", clock.now() + HOUR)
            assert leases.take(tx, "of one that died", "one", clock.now(), 60)
        assert work.tick() == 0
        clock.ahead -= HOUR
        work.tick()
        with bench.installation.database.write() as tx:
            assert leases.take(tx, "of one that died", "another", clock.now(), 60)
            reach = notices.reach(tx, "mailto:office@x.example")
    seen = bench.schedule("kauri")
    assert (seen["held_until"], seen["held_because"]) == (None, "")
    assert seen["next_due_at"] <= clock.now() + timedelta(seconds=EVERY_S)
    assert reach
    assert reach.next_at <= clock.now()


def test_no_more_is_started_than_a_lane_has_room_for(bench: Bench) -> None:
    for number in range(8):
        bench.connection(f"site{number}")
    go_on = Event()

    def stage(_: RunRef) -> Turn:
        assert go_on.wait(WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"work": stage})) as work:
        dispatcher = replace(work.dispatcher, depth_max=3)
        assert [dispatcher.dispatch().started for _ in range(2)] == [3, 0]
        go_on.set()
        with bench.installation.database.read() as tx:
            ids = list(tx.execute(sa.text("SELECT id FROM run")).scalars())
        assert {ended(work, run_id).state for run_id in ids} == {"done"}
        assert dispatcher.dispatch().started == 3


def test_a_thousand_idle_connections_cost_a_few_statements_and_no_run(bench: Bench) -> None:
    bench.connections([f"site{number}" for number in range(1000)])
    programs = bench.programs({"work": nothing_to_do}, **NOTHING)
    with bench.working(programs):
        pass  # makes the engine's own tables
    with bench.dispatcher(programs) as opened, counted(bench) as statements:
        moment = datetime.now(UTC)
        dispatcher = replace(opened, now=lambda: moment)
        look = dispatcher.dispatch()
        assert (look.started, len(look.idle)) == (0, 1000)
        assert len(statements) < 50
        again = len(statements)
        assert dispatcher.dispatch().idle == ()
        assert len(statements) - again < 8
