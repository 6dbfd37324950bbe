"""The contract with the durable engine beneath: what we rely on, checked against the real one on both databases."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Lock

import pytest
import sqlalchemy as sa

from fieldbridge.app import workshop
from fieldbridge.app.flows.programs import MASTER_DATA, TRANSACTIONS
from fieldbridge.core.errors import (
    AccessError,
    GuardError,
    OutageError,
    PacedError,
    RefusedError,
    SetupError,
    SurpriseError,
)
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.store.schema import run
from support import bench as benches
from support.bench import Bench, ended, journalling

TOGETHER_WITHIN_S = 60
HOUR = timedelta(hours=1)
SCRIPT = benches.__file__


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        opened.connection("kauri")
        yield opened


class Overlap:
    """Notes which runs are under way at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now: Counter[tuple[str, str]] = Counter()
        self.most: Counter[tuple[str, str]] = Counter()

    def begin(self, ref: RunRef) -> None:
        with self._lock:
            key = (ref.connection_id, ref.flow)
            self._now[key] += 1
            self.most[key] = max(self.most[key], self._now[key])

    def end(self, ref: RunRef) -> None:
        with self._lock:
            self._now[ref.connection_id, ref.flow] -= 1


def test_runs_of_one_connection_never_overlap_and_those_of_two_do(bench: Bench) -> None:
    bench.connection("rata")
    overlap, together = Overlap(), Barrier(2)

    def stage(_: RunRef) -> Turn:
        together.wait(TOGETHER_WITHIN_S)
        return Turn()

    usual = bench.programs({"meet": stage})[TRANSACTIONS]

    def settle(ref: RunRef, stop: object) -> None:
        usual.settle(ref, stop)
        overlap.end(ref)

    with bench.working(bench.programs({"begin": begins(overlap), "meet": stage}, settle=settle)) as work:
        started = [work.dispatcher.start(name, TRANSACTIONS) for name in ("kauri", "rata") for _ in range(3)]
        states = {ended(work, run_id).state for run_id in started}
    assert states == {"done"}
    assert overlap.most == {("kauri", TRANSACTIONS): 1, ("rata", TRANSACTIONS): 1}


def begins(overlap: Overlap):
    def stage(ref: RunRef) -> Turn:
        overlap.begin(ref)
        return Turn()

    return stage


def test_a_long_bulk_run_does_not_hold_up_the_transactions_of_its_connection(bench: Bench) -> None:
    together = Barrier(2)

    def stage(_: RunRef) -> Turn:
        together.wait(TOGETHER_WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"meet": stage})) as work:
        started = [work.dispatcher.start("kauri", flow) for flow in (MASTER_DATA, TRANSACTIONS)]
        assert [ended(work, run_id).state for run_id in started] == ["done", "done"]


def test_a_run_left_by_a_dead_process_of_another_version_resumes_at_its_stage(bench: Bench, tmp_path: Path) -> None:
    home, journal = bench.installation.settings.home, tmp_path / "journal"
    script = [sys.executable, SCRIPT, "die", home, bench.installation.settings.database_url, journal]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL
    assert journal.read_text().split() == ["first", "second"]
    with bench.working(bench.programs(journalling(journal))) as work:
        assert ended(work, only_run(bench)).state == "done"
    assert journal.read_text().split() == ["first", "second", "second", "third"]


def only_run(bench: Bench) -> int:
    with bench.installation.database.read() as tx:
        return tx.execute(sa.select(run.c.id)).scalar_one()


@pytest.mark.parametrize(
    ("error", "state", "exit_code"),
    [
        (SetupError("a", "Wrong."), "halted", 2),
        (AccessError("a", "Locked out."), "halted", 3),
        (OutageError("a", "Silent."), "unfinished", 4),
        (RefusedError("a", "No."), "halted", 1),
        (SurpriseError("a", "Odd."), "halted", 5),
        (ValueError("a fault of ours"), "halted", 5),
        (GuardError("a", "Too much."), "halted", 6),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else str(one),
)
def test_a_failing_stage_ends_the_run_with_its_exit_code_and_frees_the_schedule(
    bench: Bench, error: Exception, state: str, exit_code: int
) -> None:
    entered: list[str] = []

    def fails(_: RunRef) -> Turn:
        raise error

    def after(_: RunRef) -> Turn:
        entered.append("after")
        return Turn()

    with bench.working(bench.programs({"fails": fails, "after": after})) as work:
        assert work.dispatcher.dispatch().started == 1
        assert bench.schedule("kauri")["in_flight"] == only_run(bench)
        last = ended(work, only_run(bench))
    assert (last.state, last.exit_code, entered) == (state, exit_code, [])
    assert str(error) in str(last.error)
    freed = bench.schedule("kauri")
    assert freed["in_flight"] is None
    assert last.ended_at is not None
    assert freed["next_due_at"] > last.ended_at
    paused = bench.installation.connection("kauri").paused_because
    assert paused == (str(error) if isinstance(error, AccessError) else None)


def test_a_limit_that_ends_soon_is_waited_for_and_the_run_goes_on(bench: Bench) -> None:
    until = datetime.now(UTC) + timedelta(seconds=2)
    entered: list[datetime] = []

    def stage(_: RunRef) -> Turn:
        entered.append(datetime.now(UTC))
        if len(entered) == 1:
            raise PacedError("xero.rate_limit", "Spent.", until=until)
        return Turn()

    with bench.working(bench.programs({"call": stage})) as work:
        last = ended(work, work.dispatcher.start("kauri", TRANSACTIONS))
    assert (last.state, last.exit_code, len(entered)) == ("done", 0, 2)
    assert entered[1] >= until


def test_a_limit_that_ends_late_ends_the_run_and_says_when_it_goes_on(bench: Bench) -> None:
    until = datetime.now(UTC) + HOUR

    def stage(_: RunRef) -> Turn:
        raise PacedError("xero.rate_limit", "Spent for today.", until=until)

    with bench.working(bench.programs({"call": stage})) as work:
        assert work.dispatcher.dispatch().started == 1
        last = ended(work, only_run(bench))
        assert work.dispatcher.dispatch().started == 0
    assert (last.state, last.exit_code) == ("unfinished", 4)
    assert bench.schedule("kauri")["next_due_at"] == until


def test_a_stage_that_asks_for_a_long_wait_ends_the_run_unfinished(bench: Bench) -> None:
    with bench.working(bench.programs({"holds": lambda _: Turn(again=True, wait_s=HOUR.total_seconds())})) as work:
        last = ended(work, work.dispatcher.start("kauri", TRANSACTIONS))
    assert (last.state, last.exit_code) == ("unfinished", 4)


def test_a_second_process_of_a_home_hands_its_run_to_the_first(bench: Bench) -> None:
    settings = bench.installation.settings
    with workshop.opened(bench.installation, stays=True) as work:
        script = [sys.executable, SCRIPT, "ask", settings.home, settings.database_url]
        said = json.loads(subprocess.run(script, check=True, capture_output=True).stdout)
        assert work.works_here
    assert said == {"works_here": False, "state": "done", "exit_code": 0}


def test_a_worker_may_be_opened_again_in_the_same_process(bench: Bench) -> None:
    for _ in range(3):
        with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
            assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"


def test_two_dispatchers_at_once_start_each_due_flow_once(bench: Bench) -> None:
    names = {"kauri", *(bench.connection(f"site{number}") for number in range(11))}
    programs = bench.programs({"work": lambda _: Turn()})
    with bench.working(programs):
        pass  # makes the engine's own tables
    together = Barrier(2)
    with bench.dispatcher(programs) as one, bench.dispatcher(programs) as other, ThreadPoolExecutor(2) as threads:

        def dispatch(dispatcher) -> int:
            together.wait(TOGETHER_WITHIN_S)
            return dispatcher.dispatch().started

        counts = list(threads.map(dispatch, [one, other]))
    assert sum(counts) == len(names)
    with bench.installation.database.read() as tx:
        assert Counter(tx.execute(sa.select(run.c.connection_id)).scalars()) == Counter(names)
    with bench.working(programs) as work, bench.installation.database.read() as tx:
        ids = list(tx.execute(sa.select(run.c.id)).scalars())
        tx.rollback()
        assert {ended(work, run_id).state for run_id in ids} == {"done"}


def test_a_due_flow_without_work_starts_no_run_and_is_due_later(bench: Bench) -> None:
    programs = bench.programs({"work": lambda _: Turn()}, with_work=lambda _, names: [])
    with bench.working(programs) as work:
        assert work.dispatcher.dispatch().started == 0
    assert bench.schedule("kauri")["next_due_at"] > datetime.now(UTC)
    assert bench.schedule("kauri")["in_flight"] is None
