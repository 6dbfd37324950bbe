"""How a new order file is noticed: told by the system within a moment, or found when its flow is due."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

from fieldbridge.app import folders as watching
from fieldbridge.app.workshop import Workshop
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder import inbox
from fieldbridge.flows import FLOWS, MASTER_DATA, TRANSACTIONS
from fieldbridge.store.ledger import intake, schedules, webhooks
from fieldbridge.store.schema import run
from support import bench as benches
from support import blank
from support.bench import EVERY_S, Bench

WITHIN_S = 60.0
LATER = timedelta(hours=1)
QUIET_TICKS = 3


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_bench(tmp_path: Path) -> Iterator[Bench]:
    blank.lay(tmp_path / "home" / blank.FILE)
    with benches.opened(tmp_path / "home", "") as opened:
        yield opened


@contextmanager
def working(bench: Bench) -> Iterator[Workshop]:
    """A workshop that has looked round once, and whose flows are due in an hour."""
    programs = bench.programs({"work": lambda _: Turn()}, with_work=intake.with_open)
    with bench.working(programs) as work:
        work.tick()
        yield work


def due_later(bench: Bench, name: str, *, polls: bool = False, at: timedelta = LATER) -> None:
    with bench.installation.database.write() as tx:
        schedules.keep(tx, name, TRANSACTIONS, EVERY_S, datetime.now(UTC) + at, polls=polls)


def starts(work: Workshop) -> bool:
    """Tick until a run starts, which by its slot it would in an hour."""
    ends_at = time.monotonic() + WITHIN_S
    while time.monotonic() < ends_at:
        if work.tick():
            return True
        work.rest()
    return False


def test_a_finished_file_starts_a_run_at_once_and_not_at_its_slot(bench: Bench) -> None:
    bench.connection("kauri")
    due_later(bench, "kauri")
    with working(bench) as work:
        (bench.folder("kauri") / "orders.txt").write_text("H\n")
        assert starts(work)


def test_a_file_that_is_still_written_starts_a_run_when_it_is_finished(bench: Bench) -> None:
    bench.connection("kauri")
    due_later(bench, "kauri")
    with working(bench) as work:
        with (bench.folder("kauri") / "orders.txt").open("w") as file:
            for part in ("H,1", ",2", ",3"):
                file.write(part)
                file.flush()
                work.rest()
                assert work.tick() == 0
            file.write("\n")
        assert starts(work)


def test_a_file_that_came_while_nobody_watched_is_found_at_the_start(bench: Bench) -> None:
    bench.connection("kauri")
    due_later(bench, "kauri")
    (bench.folder("kauri") / "orders.txt").write_text("H\n")
    with bench.working(bench.programs({"work": lambda _: Turn()}, with_work=intake.with_open)) as work:
        assert starts(work)


def test_a_connection_made_later_is_watched_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.connection("kauri")
    due_later(bench, "kauri")
    with working(bench) as work:
        monkeypatch.setattr("fieldbridge.app.workshop.UPKEEP_EVERY_S", 0.0)
        bench.connection("rata")
        due_later(bench, "rata")
        assert work.tick() == 0
        (bench.folder("rata") / "orders.txt").write_text("H\n")
        assert starts(work)


@pytest.mark.parametrize(
    ("category", "woken"),
    [("CONTACT", ["contacts", "master-data"]), ("INVOICE", ["sales-history"]), ("PAYMENT", [])],
)
def test_what_xero_announces_starts_the_flows_that_read_it(
    sqlite_bench: Bench, category: str, woken: list[str]
) -> None:
    assert announced(sqlite_bench, category) == woken


def test_a_flow_that_does_not_run_by_itself_is_not_woken(sqlite_bench: Bench) -> None:
    assert announced(sqlite_bench, "CONTACT", flows=[MASTER_DATA, TRANSACTIONS]) == ["master-data"]


def announced(bench: Bench, category: str, flows: Sequence[str] = tuple(FLOWS)) -> list[str]:
    """Have Xero announce a change. Shape: the flows that started."""
    bench.connection("kauri")
    due_later(bench, "kauri")
    made = {"resource_id": "r1", "event_at": "2026-05-30T00:44:09.923", "kind": "UPDATE"}
    with working(bench) as work:
        with bench.installation.database.write() as tx:
            schedules.keep_only(tx, "kauri", flows)
            webhooks.keep(tx, [webhooks.Event(tenant_id="none", category=category, **made)], datetime.now(UTC))
        work.tick()
    with bench.installation.database.read() as tx:
        return sorted(tx.execute(sa.select(run.c.flow)).scalars())


def test_a_share_is_looked_at_when_its_flow_is_due_and_not_before(bench: Bench) -> None:
    bench.connection("kauri")
    due_later(bench, "kauri", polls=True)
    with working(bench) as work:
        (bench.folder("kauri") / "orders.txt").write_text("H\n")
        for _ in range(QUIET_TICKS):
            assert work.tick() == 0
            work.rest()
        due_later(bench, "kauri", polls=True, at=timedelta(0))
        assert starts(work)


def test_a_watched_folder_is_not_looked_at_while_nothing_happens(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.connection("kauri")
    with working(bench) as work:
        looks: list[Path] = []
        real = inbox.look

        def look(folder: Path, *more):
            looks.append(folder)
            return real(folder, *more)

        monkeypatch.setattr(watching.inbox, "look", look)
        for _ in range(QUIET_TICKS):
            due_later(bench, "kauri", at=timedelta(0))
            assert work.tick() == 0
        assert looks == []
        assert bench.schedule("kauri")["next_due_at"] > datetime.now(UTC)


def test_a_share_that_hangs_holds_up_nobody_else(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("kauri", "rata"):
        bench.connection(name)
        due_later(bench, name, polls=True)
        (bench.folder(name) / "orders.txt").write_text("H\n")
    with working(bench) as work:
        real, answers = inbox.look, Event()

        def look(folder: Path, *more):
            if folder == bench.folder("kauri"):
                assert answers.wait(WITHIN_S)
            return real(folder, *more)

        monkeypatch.setattr(watching.inbox, "look", look)
        monkeypatch.setattr(watching, "LOOK_S", 0.2)
        for name in ("kauri", "rata"):
            due_later(bench, name, polls=True, at=timedelta(0))
        assert starts(work)
        assert bench.schedule("kauri")["in_flight"] is None
        answers.set()
        assert starts(work)
        assert bench.schedule("kauri")["asked_at"] is None
