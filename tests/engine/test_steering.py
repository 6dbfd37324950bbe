"""What a person may do to connections while they run, and how a flow spares the day's calls."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import msgspec
import pytest

from app.scene import order, posted
from fieldbridge.app import steering, workshop
from fieldbridge.app.connection_settings import ConnectionSettings, Schedule, parse
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.flows.sparing import spare
from fieldbridge.core.calendar import Calendar
from fieldbridge.core.errors import SetupError
from fieldbridge.core.pacing import Budget
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from fieldbridge.store.ledger import budgets, schedules
from fieldbridge.store.ledger.budgets import Spent
from fieldbridge.store.schema import connection
from support import bench as benches
from support.bench import Bench, ended
from support.site import Site

WITHIN_S = 60
HOUR = timedelta(hours=1)


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        opened.connection("kauri")
        yield opened


def some(bench: Bench, *names: str, everything: bool = False):
    return steering.chosen(bench.installation, names, everything=everything)


def cancel(bench: Bench) -> list[int]:
    return steering.cancel(bench.installation, some(bench, "kauri"), None)


def test_a_cancelled_run_ends_after_its_step_and_the_next_goes_on(bench: Bench) -> None:
    entered, go_on = Event(), Event()
    after: list[str] = []

    def first(_: RunRef) -> Turn:
        entered.set()
        assert go_on.wait(WITHIN_S)
        return Turn()

    def second(_: RunRef) -> Turn:
        after.append("second")
        return Turn()

    with bench.working(bench.programs({"first": first, "second": second})) as work:
        assert work.dispatcher.dispatch().started == 1
        assert entered.wait(WITHIN_S)
        (run_id,) = cancel(bench)
        assert cancel(bench) == []
        go_on.set()
        last = ended(work, run_id)
        assert (last.state, last.exit_code, after) == ("cancelled", 4, [])
        assert bench.schedule("kauri")["in_flight"] is None
        assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"
    assert after == ["second"]


def test_a_run_that_is_cancelled_while_it_waits_ends_at_once(bench: Bench) -> None:
    with bench.working(bench.programs({"waits": lambda _: Turn(again=True, wait_s=100.0)})) as work:
        run_id = work.dispatcher.start("kauri", TRANSACTIONS)
        next(seen for seen in work.watch(run_id) if seen.state == "running")
        began = time.monotonic()
        assert cancel(bench) == [run_id]
        assert ended(work, run_id).state == "cancelled"
        assert time.monotonic() - began < 50


def test_a_run_that_is_cancelled_before_it_begins_does_nothing(bench: Bench) -> None:
    entered: list[RunRef] = []

    def stage(ref: RunRef) -> Turn:
        entered.append(ref)
        return Turn()

    programs = bench.programs({"work": stage})
    with bench.working(programs):
        pass  # makes the engine's own tables
    with bench.dispatcher(programs) as dispatcher:
        run_id = dispatcher.start("kauri", TRANSACTIONS)
    assert cancel(bench) == [run_id]
    with bench.working(programs) as work:
        assert ended(work, run_id).state == "cancelled"
    assert entered == []


def test_a_run_cancelled_between_two_batches_leaves_nothing_half_done(sqlite_site: Site) -> None:
    site = sqlite_site
    site.publish()
    numbers = [f"{number:03}" for number in range(120)]
    site.put("orders.txt", [order(number) for number in numbers])
    programs = Flows(site.installation).programs()
    usual = programs[TRANSACTIONS]

    def deliver_once(ref: RunRef) -> Turn:
        turn = dict(usual.stages)["deliver"](ref)
        steering.cancel(site.installation, [site.connection], None)
        return turn

    stages = tuple((name, deliver_once if name == "deliver" else stage) for name, stage in usual.stages)
    with workshop.opened(site.installation, programs={**programs, TRANSACTIONS: replace(usual, stages=stages)}) as work:
        assert site.ran(work).state == "cancelled"
    first = posted(site)
    assert len(first) == 50
    assert site.sync().state == "done"
    assert len(posted(site)) == 120
    assert site.problems() == []


def test_a_paused_connection_rests_until_it_is_resumed(bench: Bench) -> None:
    bench.connection("rata")
    looked = Event()

    def wait(_: RunRef) -> Turn:
        assert looked.wait(WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"work": wait})) as work:
        steering.pause(bench.installation, some(bench, everything=True), "stock-take")
        assert work.dispatcher.dispatch().started == 0
        assert bench.installation.connection("rata").paused_because == "paused by a person: stock-take"
        steering.resume(bench.installation, some(bench, "rata"))
        assert work.dispatcher.dispatch().started == 1
        assert bench.schedule("rata")["in_flight"] is not None
        assert bench.schedule("kauri")["in_flight"] is None
        looked.set()


def test_nobody_pauses_everything_by_leaving_out_a_name(bench: Bench) -> None:
    for names, everything in (((), False), (("kauri",), True), (("kaury",), False)):
        with pytest.raises(SetupError):
            some(bench, *names, everything=everything)


def test_a_flow_can_be_run_at_other_times_while_it_works(bench: Bench) -> None:
    hours = Calendar(time_zone="Pacific/Auckland", hours=("mon-sun 00:00-24:00",))

    def change(old: Schedule) -> Schedule:
        return msgspec.structs.replace(old, every_s={TRANSACTIONS: 7200.0}, calendar=hours)

    with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
        steering.reschedule(bench.installation, some(bench, "kauri"), change)
        assert work.dispatcher.dispatch().started == 0
    found = {one.flow: one.every_s for one in steering.schedule(bench.installation, some(bench, "kauri"))}
    assert (found[TRANSACTIONS], found[MASTER_DATA]) == (7200.0, 900.0)
    assert parse(bench.installation.connection("kauri").settings).schedule.calendar == hours
    with bench.installation.database.read() as tx:
        assert {one.open_hours for one in schedules.of_connection(tx, "kauri")} == {hours}


def test_a_schedule_that_cannot_be_is_refused_and_nothing_is_changed(bench: Bench) -> None:
    def change(old: Schedule) -> Schedule:
        return msgspec.structs.replace(old, calendar=Calendar(hours=("always",)))

    with pytest.raises(SetupError, match="always"):
        steering.reschedule(bench.installation, some(bench, "kauri"), change)
    assert bench.installation.connection("kauri").settings == ""


def spend(bench: Bench, flow: str, *, calls: int, runs: int, used: int) -> None:
    now = datetime.now(UTC)
    with bench.installation.database.write() as tx:
        tx.execute(connection.update().values(connected_at=now - HOUR))
        budgets.count(tx, "kauri", now.date(), flow, Spent(calls=calls))
        for _ in range(runs):
            budgets.ran(tx, "kauri", now.date(), flow)
        budgets.save(tx, "kauri", Budget(day_from=(now - HOUR).timestamp(), day_used=used))


def test_a_flow_that_would_run_out_of_calls_runs_less_often_and_says_so(bench: Bench) -> None:
    spend(bench, TRANSACTIONS, calls=594, runs=59, used=2000)
    with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
        assert work.dispatcher.dispatch().started == 1
        (run_id,) = [bench.schedule("kauri")["in_flight"]]
        ended(work, run_id)
        row = bench.schedule("kauri")
        # One a minute for an hour, each of 9.9 calls, and 3,000 are left for 23 hours: one run in 273 seconds.
        wait_s = (row["next_due_at"] - datetime.now(UTC)).total_seconds()
        assert 240 < wait_s < 280
        (told,) = [
            one for one in steering.schedule(bench.installation, some(bench, "kauri")) if one.flow == TRANSACTIONS
        ]
        assert told.waits_because.startswith("Every 5 minutes instead of 60 seconds")
        with bench.installation.database.write() as tx:
            schedules.nudge(tx, "kauri", TRANSACTIONS, datetime.now(UTC))
        assert work.dispatcher.dispatch().started == 0
        assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"


def test_a_few_runs_with_orders_do_not_count_as_one_every_minute(bench: Bench) -> None:
    spend(bench, TRANSACTIONS, calls=40, runs=10, used=300)
    spend(bench, MASTER_DATA, calls=9, runs=1, used=300)
    one, now = bench.installation.connection("kauri"), datetime.now(UTC)
    with bench.installation.database.write() as tx:
        assert spare(tx, one, MASTER_DATA, ConnectionSettings(), now) is None
        # The same orders' runs all day long would leave the others too little.
        budgets.count(tx, "kauri", now.date(), TRANSACTIONS, Spent(calls=30_000))
        assert spare(tx, one, MASTER_DATA, ConnectionSettings(), now) is not None


def test_orders_go_at_once_after_a_run_with_very_many(bench: Bench) -> None:
    spend(bench, TRANSACTIONS, calls=210, runs=1, used=300)
    one = bench.installation.connection("kauri")
    with bench.installation.database.write() as tx:
        assert spare(tx, one, TRANSACTIONS, ConnectionSettings(), datetime.now(UTC) + HOUR) is None


def test_a_flow_that_has_calls_enough_keeps_its_pace(bench: Bench) -> None:
    spend(bench, TRANSACTIONS, calls=9, runs=9, used=2000)
    with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
        assert work.dispatcher.dispatch().started == 1
        ended(work, bench.schedule("kauri")["in_flight"])
    row = bench.schedule("kauri")
    assert row["next_due_at"] - datetime.now(UTC) < timedelta(seconds=61)
    assert row["held_because"] == ""
