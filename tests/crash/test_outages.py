"""The database stopped hard, a disk that is full, a clock that jumps, a share that vanishes: work resumes by itself."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldbridge.app import workshop
from fieldbridge.app.flows.programs import MASTER_DATA, TRANSACTIONS
from fieldbridge.app.installation import utc_now
from fieldbridge.app.workshop import Workshop
from fieldbridge.engine import membership
from fieldbridge.store.ledger import runs, schedules
from support import databases
from support.clock import Clock
from support.company import NAMES, Company, company
from support.crew import RHYTHM
from support.site import HOLD_S

DOWN_S = float(os.environ.get("FIELDBRIDGE_TEST_DOWN_S", "1"))
WITHIN_S = 120.0
ROOMY_PAGES = 1_000_000
LOOKED_UP_AFTER_S = 1.0


def go_on(work: Workshop, true: Callable[[], bool]) -> None:
    """What `fieldbridge run` does, until something is true."""
    deadline = time.monotonic() + WITHIN_S
    work.keep_going(lambda: true() or time.monotonic() > deadline)
    assert true()


if "postgresql" in databases.kinds():

    def test_a_database_stopped_hard_under_load_is_waited_for_and_nothing_is_lost(tmp_path: Path) -> None:
        with (
            databases.cluster(databases.KEEPS_COMMITS) as own,
            company(tmp_path, 2, own, "stopped hard") as at_work,
        ):
            at_work.crew.begin()
            while not at_work.xero.invoices():
                at_work.trade(0.1)
            own.stop_hard()
            at_work.trade(DOWN_S)
            own.start()
            at_work.trade(0.2)
            at_work.drain()
            assert at_work.crew.living() == at_work.crew.pids
            at_work.crew.end()
            at_work.check()


class Disk:
    """Where SQLite files of this process lie: when it is full, none may grow."""

    def __init__(self) -> None:
        self.full = False
        self.refused = 0

    def checked_out(self, dbapi: sqlite3.Connection, *_: Any) -> None:
        dbapi.execute(f"PRAGMA max_page_count = {1 if self.full else ROOMY_PAGES}")

    def failed(self, context: sa.engine.ExceptionContext) -> None:
        self.refused += "disk is full" in str(context.original_exception)


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    sa.event.listen(sa.pool.Pool, "checkout", made.checked_out)
    sa.event.listen(sa.Engine, "handle_error", made.failed)
    yield made
    sa.event.remove(sa.pool.Pool, "checkout", made.checked_out)
    sa.event.remove(sa.Engine, "handle_error", made.failed)


def test_when_a_full_disk_has_room_again_work_goes_on(tmp_path: Path, disk: Disk) -> None:
    with company(tmp_path, 0, None, "full disk") as at_work, working(at_work) as work:
        at_work.trade(0.3)
        go_on(work, at_work.is_drained)
        disk.full = True
        at_work.trade(0.5)
        go_on(work, lambda: disk.refused >= 10)
        disk.full = False
        go_on(work, at_work.is_drained)
        at_work.check()


@contextmanager
def working(at_work: Company, now: Callable[[], datetime] = utc_now, hold_s: float = HOLD_S) -> Iterator[Workshop]:
    """A worker in this process."""
    before = at_work.site.installation
    settings = before.settings.model_copy(update={"unsure_hold_s": hold_s})
    with workshop.opened(replace(before, settings=settings, now=now), stays=True, rhythm=RHYTHM) as work:
        yield work


def is_told(work: Workshop, what: str) -> bool:
    """Whether a run is at it now."""
    with work.installation.database.read() as tx:
        last = [runs.latest(tx, name, TRANSACTIONS) for name in NAMES]
    return any(what in one.doing for one in last if one)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_an_hour_delays_nothing_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    clock = Clock()
    monkeypatch.setattr(membership, "clock", lambda _: clock.now())
    with company(tmp_path, 0, None, "clock") as at_work, working(at_work, clock.now, LOOKED_UP_AFTER_S) as work:
        at_work.trade(0.3)
        go_on(work, at_work.is_drained)
        at_work.xero.fault("lost_after", "Invoices", "PUT")
        at_work.trade(0.3)
        go_on(work, lambda: is_told(work, "unsure; looking them up at"))
        clock.ahead = timedelta(hours=hours)
        at_work.trade(0.3)
        go_on(work, at_work.is_drained)
        with at_work.database.read() as tx:
            due = [schedules.find(tx, name, flow) for name in NAMES for flow in (MASTER_DATA, TRANSACTIONS)]
        assert all(one and one.next_due_at <= clock.now() + timedelta(seconds=one.every_s) for one in due)
        at_work.check()


def test_a_share_that_vanishes_and_comes_back_is_read_again(tmp_path: Path) -> None:
    with company(tmp_path, 0, None, "share") as at_work, working(at_work) as work:
        at_work.trade(0.3)
        go_on(work, at_work.is_drained)
        away = {folder: folder.rename(folder.with_name(f"{folder.name}-away")) for folder in at_work.folders.values()}
        at_work.folders = {name: away[folder] for name, folder in at_work.folders.items()}
        at_work.trade(0.3)  # other machines still see it
        said = work.dispatcher.start(NAMES[0], TRANSACTIONS)
        go_on(work, lambda: work.run(said).state in runs.ENDED)
        assert "folder.unreachable" in str(work.run(said).error)
        at_work.folders = {
            name: folder.rename(str(folder).removesuffix("-away")) for name, folder in at_work.folders.items()
        }
        go_on(work, at_work.is_drained)
        at_work.check()
