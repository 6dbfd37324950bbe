"""A worker that is told to stop: a real process, a real signal."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from fieldbridge.core.errors import PacedError
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.store.schema import run
from support import bench as benches
from support.bench import Bench, ended, journalling

SCRIPT = benches.__file__
WITHIN_S = 60.0
LOOK_S = 0.05
UNFINISHED = 4


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        opened.connection("kauri")
        yield opened


def until(true: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + WITHIN_S, Event()
    while not true():
        assert time.monotonic() < deadline
        pause.wait(LOOK_S)


@contextmanager
def staying(bench: Bench, journal: Path, grace_s: float) -> Iterator[subprocess.Popen[bytes]]:
    """A `fieldbridge run` whose run is in its first stage, and stays there until a file lets it go on."""
    settings = bench.installation.settings
    script = [sys.executable, SCRIPT, "stay", settings.home, settings.url, journal, str(grace_s)]
    with subprocess.Popen(script) as process:
        try:
            until(lambda: journal.exists() and journal.read_text().split() == ["first"])
            yield process
        finally:
            process.kill()


def goes_on(bench: Bench, journal: Path) -> list[str]:
    """The next start, to the end of the run. Shape: the stages ever entered."""
    with bench.working(bench.programs(journalling(journal))) as work:
        with bench.installation.database.read() as tx:
            run_id = tx.execute(sa.select(run.c.id)).scalar_one()
        assert ended(work, run_id).state == "done"
    return journal.read_text().split()


def test_a_run_stops_between_two_steps_and_goes_on_with_the_next(bench: Bench, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with staying(bench, journal, grace_s=WITHIN_S) as process:
        process.send_signal(signal.SIGTERM)
        until(journal.with_suffix(".told").exists)
        assert process.poll() is None
        journal.with_suffix(".go").touch()
        assert process.wait(WITHIN_S) == 0
    assert journal.read_text().split() == ["first"]
    assert goes_on(bench, journal) == ["first", "second", "third"]


def test_a_step_that_lasts_longer_than_the_grace_is_cut_short_and_done_again(bench: Bench, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with staying(bench, journal, grace_s=1.0) as process:
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(WITHIN_S) == UNFINISHED
        assert time.monotonic() - began < WITHIN_S / 2
    assert goes_on(bench, journal) == ["first", "first", "second", "third"]


def test_a_second_signal_ends_it_at_once(bench: Bench, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with staying(bench, journal, grace_s=600.0) as process:
        process.send_signal(signal.SIGINT)
        until(journal.with_suffix(".told").exists)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == UNFINISHED
    assert goes_on(bench, journal) == ["first", "first", "second", "third"]


def test_a_run_that_waits_is_left_waiting(bench: Bench) -> None:
    entered = Event()

    def waits(_: RunRef) -> Turn:
        entered.set()
        return Turn(again=True, wait_s=100.0)

    with bench.working(bench.programs({"waits": waits})) as work:
        run_id = work.dispatcher.start("kauri", "transactions")
        assert entered.wait(WITHIN_S)
        began = time.monotonic()
    assert time.monotonic() - began < WITHIN_S / 2
    assert work.run(run_id).state == "running"


def test_who_waits_for_a_limit_gives_up_when_the_process_ends(bench: Bench) -> None:
    entered, woken = Event(), Event()

    def waits(_: RunRef) -> Turn:
        entered.set()
        if not bench.installation.rest(WITHIN_S * 10):
            woken.set()
            raise PacedError("xero.rate_limit", "Later.")
        return Turn()

    with bench.working(bench.programs({"waits": waits})) as work:
        work.dispatcher.start("kauri", "transactions")
        assert entered.wait(WITHIN_S)
    assert woken.is_set()
    assert not bench.installation.stopping.is_set()
