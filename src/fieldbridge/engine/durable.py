"""Durable runs on DBOS Transact: one workflow per run, the connection as partition key, coarse steps.

Source: DBOS 3.4, measured: pin the application version and the executor id, use the portable serializer, never its
own schedules (one thread each), keep two lanes of one run per connection.
"""

import logging
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from fieldbridge.engine.stages import Program, Programs, RunRef, Stop, guarded
from fieldbridge.store.database import SQLITE_PRAGMAS

APPLICATION = "fieldbridge"
# A constant on purpose: by default the version is a hash of the code, and a restart after an update would leave
# unfinished runs, and everything queued behind them, waiting for the old code.
APPLICATION_VERSION = "1"
LANES = ("transactions", "bulk")
RUNS_PER_PROCESS = 50
POLL_S = 0.1
POOL_SIZE = 20
LONGEST_WAIT_S = 120.0
LONGEST_GOODBYE_S = 10
GOODBYE_LOOKS, GOODBYE_LOOK_S = 20, 0.02
_programs = Programs()


@DBOS.step(name="begin")
def _begin(ref: dict[str, Any]) -> None:
    _programs.by_flow[ref["flow"]].begin(RunRef(**ref))


@DBOS.step(name="turn")
def _turn(stage: str, ref: dict[str, Any]) -> dict[str, Any]:
    return asdict(guarded(_programs.stage(ref["flow"], stage), RunRef(**ref), _programs.now))


@DBOS.step(name="settle")
def _settle(ref: dict[str, Any], stop: dict[str, Any] | None) -> None:
    _programs.by_flow[ref["flow"]].settle(RunRef(**ref), Stop(**stop) if stop else None)


@DBOS.workflow(name="run_flow", max_recovery_attempts=1000)
def run_flow(connection_id: str, flow: str, run_id: int) -> None:
    """One run: its stages in order, each until it is done. The last step frees the schedule."""
    ref = {"connection_id": connection_id, "flow": flow, "run_id": run_id}
    _begin(ref)
    stop: dict[str, Any] | None = None
    for name, _ in _programs.by_flow[flow].stages:
        stop = _repeat(name, ref)
        if stop is not None:
            break
    _settle(ref, stop)


def _repeat(stage: str, ref: dict[str, Any]) -> dict[str, Any] | None:
    while True:
        turn = _turn(stage, ref)
        stop: dict[str, Any] | None = turn["stop"]
        if stop is None and not turn["again"]:
            return None
        wait_s = turn["wait_s"]
        may_wait = stop is None or stop["then"] == "wait"
        if not may_wait or wait_s > LONGEST_WAIT_S:
            return stop or asdict(_too_long(stage))
        if wait_s > 0:
            DBOS.sleep(wait_s)


def _too_long(stage: str) -> Stop:
    return Stop("run.waiting", f"The stage {stage} waits longer than a run may.", "retry", 4)


class Worker:
    """Executes runs in this process while it is open. Only one may be open for one executor id at a time."""

    def __init__(self, url: str, engine: sa.Engine, programs: Programs, executor_id: str) -> None:
        self._config: Any = {
            "name": APPLICATION,
            "system_database_url": url,
            "system_database_engine": engine,
            "executor_id": executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": POLL_S,
        }
        self._programs = programs

    def __enter__(self) -> Self:
        """Start: unfinished runs of this executor are resumed at the step they had reached."""
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        _programs.by_flow, _programs.now = self._programs.by_flow, self._programs.now
        DBOS(config=self._config)
        DBOS.launch()
        for lane in LANES:
            DBOS.register_queue(
                lane,
                partition_concurrency=1,
                worker_concurrency=RUNS_PER_PROCESS,
                polling_interval_sec=POLL_S,
                on_conflict="always_update",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop taking runs. One that is under way gets a moment; cut short, it resumes at the next start."""
        DBOS.destroy(workflow_completion_timeout_sec=LONGEST_GOODBYE_S if self._is_busy() else 0)

    def _is_busy(self) -> bool:
        """Whether a run is under way, after the moment DBOS needs to note that one has ended.

        Asked first because DBOS, told to wait at all, sleeps a second before it looks.
        """
        mine = self._config["executor_id"]
        for _ in range(GOODBYE_LOOKS):
            if not DBOS.list_workflows(status="PENDING", executor_id=mine, limit=1, load_input=False):
                return False
            time.sleep(GOODBYE_LOOK_S)
        return True


def open_system_engine(url: str) -> sa.Engine:
    """The durable engine's own pool on the same database.

    It expects SQLite's implicit transactions to be immediate, which the ledger's pool does in its own way.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=POOL_SIZE, max_overflow=0, pool_pre_ping=True)
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = "IMMEDIATE"
    for pragma in SQLITE_PRAGMAS:
        dbapi.execute(f"PRAGMA {pragma}")


def open_client(engine: sa.Engine) -> DBOSClient:
    """A client that enqueues runs for whichever worker is open."""
    return DBOSClient(
        system_database_engine=engine, application_name=APPLICATION, serializer=DBOSPortableJSONSerializer()
    )


def enqueue(client: DBOSClient, tx: sa.Connection, program: Program, ref: RunRef) -> None:
    """Hand a run to the workers in the caller's transaction: either both are committed or neither."""
    options: Any = {
        "workflow_name": "run_flow",
        "queue_name": program.lane,
        "queue_partition_key": ref.connection_id,
        "workflow_id": f"{ref.connection_id}:{ref.flow}:{ref.run_id}",
        "app_version": APPLICATION_VERSION,
    }
    client.enqueue_in_transaction(tx, options, ref.connection_id, ref.flow, ref.run_id)
