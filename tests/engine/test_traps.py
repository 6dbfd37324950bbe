"""What the durable engine does unless told otherwise, and must not do here. Source: its traps, as measured."""

import ast
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import DBOS
from dbos._sys_db import SystemDatabase

from fieldbridge.engine import durable
from fieldbridge.engine.dispatch import Dispatcher
from fieldbridge.engine.durable import LANES, RUNS_PER_PROCESS, enqueue, open_system_engine
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.engine.upkeep import Keep, Upkeep
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.database import normalised, open_engine
from fieldbridge.store.ledger import runs
from fieldbridge.store.schema import call_count, log, run
from support import bench as benches
from support.bench import Bench, ended

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 7, 14, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        opened.connection("kauri")
        yield opened


def done(bench: Bench, *, times: int = 1) -> None:
    with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
        for _ in range(times):
            assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"


@pytest.mark.parametrize("opened", [open_engine, open_system_engine], ids=["ledger", "engine"])
def test_sqlite_is_durable_and_readers_hold_up_no_writer(tmp_path, opened):
    """Without WAL it is up to three times slower; without full sync a power cut could un-record a post."""
    engine = opened(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.connect() as tx:
        found = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    engine.dispose()
    assert found == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000, "foreign_keys": 1}


def test_a_version_of_the_code_does_not_keep_runs_of_another_waiting(bench: Bench) -> None:
    done(bench)
    with bench.working(bench.programs({})):
        (found,) = DBOS.list_workflows()
    assert found.app_version == durable.APPLICATION_VERSION == "1"


def test_lanes_have_one_limit_only_so_that_one_sweep_serves_them_all(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limiter more, and each partition costs a transaction of its own at every look."""
    sweeps: list[str] = []
    real = SystemDatabase.start_queued_partitioned_workflows

    def noted(self, queue, *more, **named):
        sweeps.append(queue.name)
        return real(self, queue, *more, **named)

    monkeypatch.setattr(SystemDatabase, "start_queued_partitioned_workflows", noted)
    with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
        assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"
        for queue in map(DBOS.retrieve_queue, LANES):
            assert (queue.partition_concurrency, queue.worker_concurrency) == (1, RUNS_PER_PROCESS)
            assert queue.limiter is queue.partition_limiter is queue.global_concurrency is None
    assert TRANSACTIONS in sweeps


def test_a_run_is_one_workflow_however_many_stages_it_has(bench: Bench) -> None:
    stages = {str(number): lambda _: Turn() for number in range(10)}
    with bench.working(bench.programs(stages)) as work:
        assert ended(work, work.dispatcher.start("kauri", TRANSACTIONS)).state == "done"
        assert len(DBOS.list_workflows()) == 1


def test_nothing_is_pickled_and_steps_note_only_how_to_go_on(bench: Bench) -> None:
    done(bench)
    with bench.working(bench.programs({})):
        (found,) = DBOS.list_workflows()
        steps = DBOS.list_workflow_steps(found.workflow_id)
    assert [step["function_name"] for step in steps] == ["begin", "work", "settle"]
    system = open_system_engine(normalised(bench.installation.settings.url))
    schema = "" if system.dialect.name == "sqlite" else "dbos."
    with system.connect() as tx:
        rows = tx.execute(sa.text(f"SELECT output, serialization FROM {schema}operation_outputs")).all()
    system.dispose()
    assert {row.serialization for row in rows} == {"portable_json"}
    assert all(len(row.output) < 200 and (json.loads(row.output) or True) for row in rows)


def test_a_run_handed_over_twice_is_carried_out_once(bench: Bench) -> None:
    programs = bench.programs({"work": lambda _: Turn()})
    with bench.working(programs) as work:
        run_id = work.dispatcher.start("kauri", TRANSACTIONS)
        with bench.installation.database.write() as tx:
            enqueue(work.dispatcher.client, tx, programs[TRANSACTIONS], RunRef("kauri", TRANSACTIONS, run_id))
        assert ended(work, run_id).state == "done"
        assert len(DBOS.list_workflows()) == 1


def test_only_the_engine_knows_it_and_its_minor_version_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "dbos>=3.4,<3.5" in project["dependencies"]
    for file in (ROOT / "src").rglob("*.py"):
        if "dbos" in imported(file):
            assert file.parent.name == "engine"


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_the_old_is_forgotten_and_what_says_how_a_flow_stands_is_kept(bench: Bench) -> None:
    done(bench, times=3)
    later = datetime.now(UTC) + 100 * DAY
    with bench.installation.database.write() as tx:
        tx.execute(call_count.insert().values(connection_id="kauri", day=NOW.date(), flow=TRANSACTIONS, **NO_CALLS))
        unended = runs.queue(tx, "kauri", TRANSACTIONS, NOW)
    with bench.working(bench.programs({"work": lambda _: Turn()})) as work:
        Upkeep(replaced(work.dispatcher, later), "me", Keep(200, 800, 200), 0).forget()
        assert (len(DBOS.list_workflows()), held(bench)) == (3, (4, 6, 2))
        Upkeep(replaced(work.dispatcher, later), "me", Keep(90, 99, 7), 0).forget()
        assert len(DBOS.list_workflows()) == 0
    runs_left, lines_left, counts_left = held(bench)
    assert (runs_left, lines_left, counts_left) == (1, 0, 0)
    with bench.installation.database.read() as tx:
        assert runs.find(tx, unended).state == "queued"


NO_CALLS = {"calls": 1, "wire_bytes": 0, "unpacked_bytes": 0, "egress_bytes": 0}


def replaced(dispatcher: Dispatcher, moment: datetime) -> Dispatcher:
    return replace(dispatcher, now=lambda: moment)


def held(bench: Bench) -> tuple[int, ...]:
    """Shape: runs, lines of the log, days of calls."""
    with bench.installation.database.read() as tx:
        return tuple(
            tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in (run, log, call_count)
        )
