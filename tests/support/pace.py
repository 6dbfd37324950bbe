"""What every test would otherwise wait for, though nothing is proven by it."""

import gc
import os
import shutil
import sys
import tempfile
from functools import cache, wraps
from pathlib import Path
from threading import Event
from typing import Any

import sqlalchemy as sa
from dbos import _queue as queues
from dbos._schemas.system_database import SystemSchema
from dbos._sys_db import SystemDatabase
from httpx2._transports import default as transports
from hypothesis import HealthCheck, settings
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from fieldbridge.app import workshop
from fieldbridge.engine import durable
from fieldbridge.engine.dispatch import Dispatcher

MEMORY = Path("/dev/shm")
ROOM_GB = 4
WATCH_EVERY_S = 0.04
STATEMENTS_KEPT = 5000
AT_ONCE_S = 0.01
GARBAGE_OFTEN, GARBAGE_RARELY = 10_000, 20


def files_in_memory() -> None:
    """Have files lie in memory where there is room: each commit would wait for a disk, and no test is about one."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_GB * 1e9:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # asked anew


def hurry() -> None:
    """Look for runs more often than is good, read the list of authorities once, and judge no machine slow."""
    workshop.WATCH_EVERY_S = WATCH_EVERY_S
    durable.STAYING_POLL_S = durable.POLL_S
    transports.create_ssl_context = cache(transports.create_ssl_context)
    settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow], deadline=None)
    settings.load_profile("any machine")
    keep_bytecode()
    compile_once()
    look_before_taking()
    look_at_once()


def keep_bytecode() -> None:
    """Have the product compiled once and not by each process a test starts, whatever the environment says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def collect_rarely() -> None:
    """Never look through what was imported and collected, which stays to the end, for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OFTEN, GARBAGE_RARELY, GARBAGE_RARELY)


def compile_once() -> None:
    """Have all databases of this process share their compiled statements: each would take half a second for its own."""
    kept: LRUCache[Any, Any] = LRUCache(STATEMENTS_KEPT)
    make = sa.Engine.__init__

    def made(self: sa.Engine, *given: Any, **named: Any) -> None:
        make(self, *given, **named)
        self._compiled_cache = kept

    sa.Engine.__init__ = made
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda self, other: type(self) is type(other)
        kind.__hash__ = lambda self: hash(type(self))


def look_before_taking() -> None:
    """Ask whether anything is queued at all before the long statement that takes it: ten times a second, per queue."""
    row = SystemSchema.workflow_status.c
    queued = (row.queue_name == sa.bindparam("queue")) & (row.status == "ENQUEUED")
    asked = sa.select(row.workflow_uuid).where(queued).limit(1)
    take = SystemDatabase.start_queued_partitioned_workflows

    def taken(self: SystemDatabase, queue: Any, *given: Any, **named: Any) -> list[str]:
        with self.engine.connect() as tx:
            waits = tx.execute(asked, {"queue": queue.name}).first()
        return take(self, queue, *given, **named) if waits else []

    SystemDatabase.start_queued_partitioned_workflows = taken


class _Told:
    """A queue's event to stop by, whose waits end early when a run was queued in this process."""

    queued = 0

    def __init__(self, stop: Event) -> None:
        self._stop = stop
        self.is_set = stop.is_set

    def wait(self, timeout: float) -> bool:
        seen, looks = _Told.queued, max(1, round(timeout / AT_ONCE_S))
        return any(self._stop.wait(timeout / looks) or _Told.queued > seen for _ in range(looks)) and self.is_set()


def look_at_once() -> None:
    """Look for runs when one was queued: each would wait for the next look, most of a tenth of a second."""
    work = queues.queue_worker_thread

    def told(stop: Event, *given: Any) -> None:
        work(_Told(stop), *given)

    queues.queue_worker_thread = told
    for name in ("start", "dispatch"):
        setattr(Dispatcher, name, _telling(getattr(Dispatcher, name)))


def _telling(queue: Any) -> Any:
    @wraps(queue)
    def told(*given: Any) -> Any:
        found = queue(*given)
        _Told.queued += 1
        return found

    return told
