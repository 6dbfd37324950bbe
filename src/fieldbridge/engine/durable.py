"""Durable runs on DBOS Transact: one workflow per run, the connection as partition key, coarse steps.

Source: DBOS 3.4, measured: pin the application version and the executor id, use the portable serializer, never its
own schedules (one thread each), keep two lanes of one run per connection.
"""

import logging
import math
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from fieldbridge.engine.stages import Program, Programs, RunRef, Stop, is_outage
from fieldbridge.store.database import SQLITE_PRAGMAS

APPLICATION = "fieldbridge"
# A constant on purpose: by default the version is a hash of the code, and a restart after an update would leave
# unfinished runs, and everything queued behind them, waiting for the old code.
APPLICATION_VERSION = "1"
LANES = ("transactions", "bulk")
RUNS_PER_PROCESS = 50
# Who asks for one run waits for it; one that stays looks for ever, and each look costs three milliseconds a lane.
POLL_S, STAYING_POLL_S = 0.1, 0.5
POOL_SIZE = 20
# A run that kills its process is not taken up for ever.
RESTARTS_MAX = 100
LONGEST_WAIT_S = 120.0
GRACE_S = 10.0
LOOK_S = 1.0
GOODBYE_LOOKS, GOODBYE_LOOK_S = 20, 0.02
# Waiting out an outage of the database: 20 times, from one second to two minutes, eight minutes in all.
PATIENT: Any = {"retries_allowed": True, "max_attempts": 20, "interval_seconds": 1.0, "backoff_rate": 1.3}


class _Leaving(BaseException):
    """The process ends before the run does. No outcome is noted, so the run goes on elsewhere or later."""


class _Here:
    """What runs find in the process that carries them out."""

    programs = Programs()
    under_way: ClassVar[set[str]] = set()
    left: ClassVar[set[str]] = set()


@DBOS.step(name="begin", should_retry=is_outage, **PATIENT)
def _begin(ref: dict[str, Any]) -> None:
    _Here.programs.by_flow[ref["flow"]].begin(RunRef(**ref))


def _turn(stage: str, ref: dict[str, Any]) -> dict[str, Any]:
    return asdict(_Here.programs.turn(stage, RunRef(**ref)))


@DBOS.step(name="settle", should_retry=is_outage, **PATIENT)
def _settle(ref: dict[str, Any], stop: dict[str, Any] | None) -> None:
    _Here.programs.by_flow[ref["flow"]].settle(RunRef(**ref), Stop(**stop) if stop else None)


@DBOS.step(name="until")
def _until(wait_s: float) -> float:
    """When a wait is over, so that a run that is resumed waits no longer. Units: seconds since 1970."""
    return _Here.programs.now().timestamp() + wait_s


@DBOS.workflow(name="run_flow", max_recovery_attempts=RESTARTS_MAX)
def run_flow(connection_id: str, flow: str, run_id: int) -> None:
    """One run: its stages in order, each until it is done. The last step frees the schedule."""
    ref: dict[str, Any] = {"connection_id": connection_id, "flow": flow, "run_id": run_id}
    _stay(ref)
    name = workflow_id(RunRef(**ref))
    _Here.under_way.add(name)
    try:
        _carry_out(ref)
    finally:
        _Here.under_way.discard(name)


def _carry_out(ref: dict[str, Any]) -> None:
    _begin(ref)
    stop: dict[str, Any] | None = None
    for name, _ in _Here.programs.by_flow[ref["flow"]].stages:
        stop = _repeat(name, ref)
        if stop is not None:
            break
    _settle(ref, stop)


def _repeat(stage: str, ref: dict[str, Any]) -> dict[str, Any] | None:
    while True:
        _stay(ref)
        # Under its stage's name, so that a run begun by a version with other stages is noticed, and begun anew.
        turn = DBOS.run_step({"name": stage}, _turn, stage, ref)
        stop: dict[str, Any] | None = turn["stop"]
        if stop is None and not turn["again"]:
            return None
        wait_s = turn["wait_s"]
        may_wait = stop is None or stop["then"] == "wait"
        if not may_wait or wait_s > LONGEST_WAIT_S:
            return stop or asdict(_too_long(stage))
        if wait_s > 0:
            _wait(_until(wait_s), ref)


def _wait(until: float, ref: dict[str, Any]) -> None:
    """Wait, but leave when the process must, and go on at once when the run is to end.

    More left than any wait lasts means that the clock was put back meanwhile: the stage then says anew how long.
    """
    while 0 < (left_s := until - _Here.programs.now().timestamp()) <= LONGEST_WAIT_S and not _is_to_end(RunRef(**ref)):
        _Here.programs.rest(min(left_s, LOOK_S))
        _stay(ref)


def _is_to_end(ref: RunRef) -> bool:
    try:
        return _Here.programs.by_flow[ref.flow].ends_early(ref) is not None
    except sa.exc.SQLAlchemyError:
        return False  # the next turn asks again, and tells what is wrong


def _stay(ref: dict[str, Any]) -> None:
    """Errors: leaves the run where it is, between two steps, when this process is about to end."""
    if _Here.programs.stopping.is_set():
        _Here.left.add(workflow_id(RunRef(**ref)))
        raise _Leaving


def _too_long(stage: str) -> Stop:
    return Stop("run.waiting", f"The stage {stage} waits longer than a run may.", "retry", 4)


class Worker:
    """Executes runs in this process while it is open. Only one may be open for one executor id at a time.

    Units: grace_s is how long runs may take, once it closes, to end or to come to the end of their step. cut_short is
    true when one of them did not, and is still in it.
    """

    def __init__(
        self,
        url: str,
        engine: sa.Engine,
        programs: Programs,
        executor_id: str,
        *,
        stays: bool = False,
        grace_s: float = GRACE_S,
    ) -> None:
        self._poll_s = STAYING_POLL_S if stays else POLL_S
        self._config: Any = {
            "name": APPLICATION,
            "system_database_url": url,
            "system_database_engine": engine,
            "executor_id": executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": self._poll_s,
        }
        self._programs = programs
        self.grace_s = grace_s
        self.cut_short = False
        self._silent: set[str] = set()

    def __enter__(self) -> Self:
        """Start: unfinished runs of this executor are resumed at the step they had reached."""
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        _Here.programs, _Here.under_way, _Here.left = self._programs, set(), set()
        DBOS(config=self._config)
        DBOS.launch()
        for lane in LANES:
            DBOS.register_queue(
                lane,
                partition_concurrency=1,
                worker_concurrency=RUNS_PER_PROCESS,
                polling_interval_sec=self._poll_s,
                on_conflict="always_update",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop taking runs. Those under way end, or stop between two steps, and go on at the next start."""
        self._programs.stopping.set()
        DBOS.destroy(workflow_completion_timeout_sec=math.ceil(self.grace_s) if self.is_busy() else 0)
        self.cut_short = bool(_Here.under_way)
        self._programs.stopping.clear()

    def take_up(self) -> int:
        """Give runs back to their lanes whose thread has ended without a word: its end could not be noted.

        Shape: how many. Only what is silent at two looks: at the first it may just have been taken from its lane.
        """
        mine = self._config["executor_id"]
        held = DBOS.list_workflows(status="PENDING", executor_id=mine, load_input=False, load_output=False)
        silent = {one.workflow_id for one in held} - _Here.under_way
        lost, self._silent = silent & self._silent, silent - self._silent
        for lane in LANES if lost else ():
            left = [one.workflow_id for one in held if one.workflow_id in lost and one.queue_name == lane]
            DBOS.resume_workflows(left, queue_name=lane)
        return len(lost)

    def is_busy(self) -> bool:
        """Whether a run is under way, after the moment DBOS needs to note that one has ended.

        Asked first because DBOS, told to wait at all, sleeps a second before it looks.
        """
        mine = self._config["executor_id"]
        for _ in range(GOODBYE_LOOKS):
            held = DBOS.list_workflows(status="PENDING", executor_id=mine, load_input=False, load_output=False)
            if all(one.workflow_id in _Here.left for one in held):
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


def workflow_id(ref: RunRef) -> str:
    """A run's name at the durable engine. It begins with the connection, so that those of one can be listed."""
    return f"{ref.connection_id}:{ref.flow}:{ref.run_id}"


def enqueue(client: DBOSClient, tx: sa.Connection, program: Program, ref: RunRef) -> None:
    """Hand a run to the workers in the caller's transaction: either both are committed or neither."""
    options: Any = {
        "workflow_name": "run_flow",
        "queue_name": program.lane,
        "queue_partition_key": ref.connection_id,
        "workflow_id": workflow_id(ref),
        "app_version": APPLICATION_VERSION,
    }
    client.enqueue_in_transaction(tx, options, ref.connection_id, ref.flow, ref.run_id)
