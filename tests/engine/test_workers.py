"""Several workers on one database: each is somebody, none robs the living, and the dead leave nothing undone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from dbos import DBOS

from fieldbridge.app.workshop import Rhythm
from fieldbridge.core.errors import OutageError
from fieldbridge.engine import membership, recovery
from fieldbridge.engine.durable import workflow_id
from fieldbridge.engine.membership import Membership, somebody_stays
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.ledger import workers
from fieldbridge.store.ledger.workers import Worker
from fieldbridge.store.schema import run
from support import bench as benches
from support.bench import Bench, ended, journalling

SCRIPT = benches.__file__
WITHIN_S = 60.0
LOOK_S = 0.05
QUICK = Rhythm(beat_s=0.2, dead_after_s=1.5, sweep_s=0.2, lost_after_s=0.0)
# Longer than a living worker is ever silent, however busy the machine.
PATIENT = Rhythm(beat_s=0.2, dead_after_s=5.0, sweep_s=0.2, lost_after_s=0.0)
SLOW = Rhythm(beat_s=0.2, dead_after_s=600.0, sweep_s=600.0)


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        opened.connection("kauri")
        yield opened


@pytest.fixture
def elsewhere(tmp_path: Path, bench: Bench) -> Iterator[Bench]:
    """The same database from another home, as another machine sees it."""
    with benches.opened(tmp_path / "elsewhere", bench.installation.settings.url) as opened:
        yield opened


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    pause = Event()
    while not true():
        assert time.monotonic() < deadline
        pause.wait(LOOK_S)


def known(bench: Bench) -> list[Worker]:
    with bench.installation.database.read() as tx:
        return workers.every(tx)


def dies_in_its_second_stage(bench: Bench, journal: Path) -> None:
    settings = bench.installation.settings
    script = [sys.executable, SCRIPT, "die", settings.home, settings.url, journal]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL
    assert journal.read_text().split() == ["first", "second"]


def only_run(bench: Bench) -> int:
    with bench.installation.database.read() as tx:
        return tx.execute(sa.select(run.c.id)).scalar_one()


def test_another_machine_goes_on_with_the_run_of_a_silent_worker(
    bench: Bench, elsewhere: Bench, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    dies_in_its_second_stage(bench, journal)
    with elsewhere.working(elsewhere.programs(journalling(journal)), rhythm=QUICK) as work:
        assert ended(work, only_run(bench)).state == "done"
        until(lambda: [one.stays for one in known(bench)] == [True])
    assert journal.read_text().split() == ["first", "second", "second", "third"]


def test_the_same_home_knows_at_once_that_its_worker_died(bench: Bench, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    dies_in_its_second_stage(bench, journal)
    with bench.working(bench.programs(journalling(journal)), rhythm=SLOW) as work:
        assert ended(work, only_run(bench)).state == "done"
        assert len(known(bench)) == 1
    assert journal.read_text().split() == ["first", "second", "second", "third"]
    assert known(bench) == []
    assert list((bench.installation.settings.home / "workers").iterdir()) == []


def test_by_public_means_alone_a_dead_workers_run_goes_on_too(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "journal"
    dies_in_its_second_stage(bench, journal)
    monkeypatch.delattr(DBOS, "_recover_pending_workflows")
    with bench.working(bench.programs(journalling(journal)), rhythm=SLOW) as work:
        assert ended(work, only_run(bench)).state == "done"
    assert journal.read_text().split() == ["first", "second", "second", "third"]


@contextmanager
def working_elsewhere(bench: Bench, journal: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with a run under way, until it is told to go on."""
    settings = bench.installation.settings
    script = [sys.executable, SCRIPT, "hold", settings.home, settings.url, journal]
    with subprocess.Popen(script, stdin=subprocess.PIPE) as process:
        try:
            until(lambda: journal.exists() and journal.read_text().split() == ["held"])
            yield process
        finally:
            process.kill()


def test_a_living_worker_is_not_robbed_and_both_work(bench: Bench, elsewhere: Bench, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    bench.connection("rata")
    with (
        working_elsewhere(bench, journal) as process,
        elsewhere.working(elsewhere.programs({"held": lambda _: Turn()}), rhythm=PATIENT) as work,
    ):
        assert len({one.id for one in known(bench)}) == 2
        assert ended(work, work.dispatcher.start("rata", TRANSACTIONS)).state == "done"
        held = only_held(bench)
        until(lambda: watched_for_s(bench) > PATIENT.dead_after_s)
        assert work.run(held).state == "running"
        assert process.stdin is not None
        process.stdin.write(b"go on\n")
        process.stdin.close()
        assert ended(work, held).state == "done"
        assert process.wait(WITHIN_S) == 0
    assert journal.read_text().split() == ["held"]


def only_held(bench: Bench) -> int:
    with bench.installation.database.read() as tx:
        return tx.execute(sa.select(run.c.id).where(run.c.connection_id == "kauri")).scalar_one()


def watched_for_s(bench: Bench) -> float:
    """For how long the second worker has had an eye on the first."""
    _, later = known(bench)
    return (later.beat_at - later.began_at).total_seconds()


def test_a_worker_that_hangs_is_taken_over_and_what_it_notes_later_is_refused(
    bench: Bench, elsewhere: Bench, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    with (
        working_elsewhere(bench, journal) as process,
        elsewhere.working(elsewhere.programs({"held": lambda _: Turn()}), rhythm=QUICK) as work,
    ):
        held = only_held(bench)
        os.kill(process.pid, signal.SIGSTOP)
        assert ended(work, held).state == "done"
        counted = work.run(held)
        os.kill(process.pid, signal.SIGCONT)
        assert process.stdin is not None
        process.stdin.write(b"go on\n")
        process.stdin.close()
        assert process.wait(WITHIN_S) == 0
        assert work.run(held) == counted


def test_what_is_left_by_a_worker_that_ended_in_order_goes_on_at_once_elsewhere(bench: Bench, elsewhere: Bench) -> None:
    entered, go_on = Event(), Event()

    def first(_: RunRef) -> Turn:
        entered.set()
        assert go_on.wait(WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"first": first, "second": lambda _: Turn()}), rhythm=SLOW) as work:
        run_id = work.dispatcher.start("kauri", TRANSACTIONS)
        assert entered.wait(WITHIN_S)
        go_on.set()
    stages = {"first": refuse, "second": lambda _: Turn()}
    with elsewhere.working(elsewhere.programs(stages), rhythm=SLOW) as work:
        assert ended(work, run_id).state == "done"


def refuse(_: RunRef) -> Turn:
    raise AssertionError("this stage was done before")


def test_a_command_beside_a_worker_that_vanishes_says_so(bench: Bench, elsewhere: Bench) -> None:
    with bench.working(bench.programs({})):
        pass  # makes the engine's own tables
    with (
        Membership(bench.installation.database, bench.installation.settings.home, True, 600) as other,
        elsewhere.working(elsewhere.programs({}), stays=False) as work,
    ):
        assert not work.works_here
        run_id = work.dispatcher.start("kauri", TRANSACTIONS)
        watched = work.watch(run_id)
        assert next(watched).state == "queued"
        with bench.installation.database.write() as tx:
            workers.leave(tx, other.id)
        with pytest.raises(OutageError, match=f"Run {run_id} waits"):
            list(watched)


def test_who_leaves_with_his_own_run_is_nobody_to_hand_runs_to(bench: Bench) -> None:
    database, home = bench.installation.database, bench.installation.settings.home
    with Membership(database, home, False, 600):
        assert not somebody_stays(database, home, 600)
        with Membership(database, home, True, 600):
            assert somebody_stays(database, home, 600)
    assert not somebody_stays(database, home, 600)


def test_a_worker_that_was_silent_itself_gives_the_others_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an outage of the database: everybody was silent, and the first to beat must not judge the rest."""
    moment = [datetime.now(UTC)]
    monkeypatch.setattr(membership, "clock", lambda _: moment[0])
    monkeypatch.setattr(recovery, "owners", lambda: {"other"})
    recovered: list[set[str]] = []
    monkeypatch.setattr(recovery, "recover", recovered.append)
    with Membership(bench.installation.database, bench.installation.settings.home, True, 20) as me:
        other = Worker(id="other", host="x", pid=1, stays=True, began_at=moment[0], beat_at=moment[0])
        with bench.installation.database.write() as tx:
            workers.beat(tx, other)
        moment[0] += timedelta(seconds=60)
        me.beat()
        assert me.reap() == set()
        for _ in range(4):
            moment[0] += timedelta(seconds=5)
            me.beat()
        assert me.reap() == {"other"}
    assert recovered == [{"other"}]


def test_the_one_private_call_is_still_there_and_takes_names() -> None:
    assert callable(DBOS._recover_pending_workflows)
    recovery_code = DBOS._recover_pending_workflows.__func__.__code__
    assert recovery_code.co_varnames[: recovery_code.co_argcount] == ("cls", "executor_ids")


def test_a_run_the_engine_has_given_up_is_ended_and_its_schedule_freed(bench: Bench) -> None:
    entered, go_on = Event(), Event()

    def stage(_: RunRef) -> Turn:
        entered.set()
        assert go_on.wait(WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"held": stage}), rhythm=QUICK) as work:
        assert work.dispatcher.dispatch().started == 1
        assert entered.wait(WITHIN_S)
        DBOS.cancel_workflow(workflow_id(RunRef("kauri", TRANSACTIONS, only_run(bench))))
        last = ended(work, only_run(bench))
        go_on.set()
    assert (last.state, last.exit_code) == ("unfinished", 4)
    assert "run.lost" in str(last.error)
    assert bench.schedule("kauri")["in_flight"] is None


def test_a_schedule_whose_run_is_gone_is_freed(bench: Bench) -> None:
    with bench.installation.database.write() as tx:
        tx.execute(sa.text("UPDATE schedule SET in_flight = 4711 WHERE flow = 'transactions'"))
    with bench.working(bench.programs({"work": lambda _: Turn()}), rhythm=QUICK) as work:
        until(lambda: bench.schedule("kauri")["in_flight"] is None)
        assert work.dispatcher.dispatch().started == 1
        ended(work, only_run(bench))


def test_a_run_that_waits_for_a_worker_is_not_taken_for_lost(bench: Bench) -> None:
    entered, go_on = Event(), Event()

    def stage(_: RunRef) -> Turn:
        entered.set()
        assert go_on.wait(WITHIN_S)
        return Turn()

    with bench.working(bench.programs({"held": stage}), rhythm=QUICK) as work:
        first = work.dispatcher.start("kauri", TRANSACTIONS)
        second = work.dispatcher.start("kauri", TRANSACTIONS)
        assert entered.wait(WITHIN_S)
        swept_by = datetime.now(UTC) + timedelta(seconds=1)
        until(lambda: datetime.now(UTC) > swept_by)
        assert [work.run(one).state for one in (first, second)] == ["running", "queued"]
        go_on.set()
        assert {ended(work, one).state for one in (first, second)} == {"done"}


def test_every_worker_has_a_name_of_its_own(bench: Bench) -> None:
    made = [Membership(bench.installation.database, bench.installation.settings.home, True, 20).id for _ in range(50)]
    assert len(set(made)) == 50
