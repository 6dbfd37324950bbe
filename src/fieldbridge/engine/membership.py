"""Who is at work: every process has a name of its own, says often that it lives, and takes over from those that died.

Death is proven at once for a process of the same home, whose lock the operating system has freed; of others it is
believed after a long silence. A wrong belief harms nothing: the durable engine refuses what the old owner notes later,
and an order it sends all the same is found by look-up.
"""

import os
import socket
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from fieldbridge.engine import recovery
from fieldbridge.store.database import Database, clock
from fieldbridge.store.ledger import leases, workers
from fieldbridge.store.ledger.workers import Worker

RECOVERING_S = 10.0


def _new_id() -> str:
    return f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}"


@dataclass
class Membership:
    """One process among the workers of a database. Units: dead_after_s of silence, by the database's clock."""

    database: Database
    home: Path
    stays: bool
    dead_after_s: float
    id: str = field(default_factory=_new_id)
    _began_at: datetime | None = None
    _beat_at: datetime | None = None
    _judges_from: datetime | None = None

    def __enter__(self) -> Self:
        """Join. The lock is held before the name is known, so that nobody finds it free."""
        self._lock = FileLock(_lock_file(self.home, self.id))
        _lock_file(self.home, self.id).parent.mkdir(exist_ok=True)
        self._lock.acquire(timeout=0)
        self.beat()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave. What was not finished may be taken over at once."""
        try:
            with self.database.write() as tx:
                workers.leave(tx, self.id)
        finally:
            self._lock.release()
            _lock_file(self.home, self.id).unlink(missing_ok=True)

    def beat(self) -> None:
        """Say that this process lives. One that was silent itself gives the others time before it judges them."""
        with self.database.write() as tx:
            now = clock(tx)
            if self._beat_at and (now - self._beat_at).total_seconds() > self.dead_after_s / 2:
                self._judges_from = now + timedelta(seconds=self.dead_after_s)
            self._began_at, self._beat_at = self._began_at or now, now
            workers.beat(
                tx,
                Worker(
                    id=self.id,
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    stays=self.stays,
                    began_at=self._began_at,
                    beat_at=now,
                ),
            )

    def reap(self) -> set[str]:
        """Take over from the dead. Shape: whose runs were given back to their lanes."""
        owners = recovery.owners()
        with self.database.write() as tx:
            now = clock(tx)
            if self._judges_from and now < self._judges_from:
                return set()
            known = workers.every(tx)
            living = {one.id for one in living_among(known, self.home, now, self.dead_after_s, self.id)}
            for one in known:
                if one.id not in living:
                    workers.leave(tx, one.id)
                    _lock_file(self.home, one.id).unlink(missing_ok=True)
            dead = owners - living
            mine = {name for name in dead if leases.take(tx, f"recover {name}", self.id, now, RECOVERING_S)}
        if mine:
            recovery.recover(mine)
            with self.database.write() as tx:
                for name in mine:
                    leases.release(tx, f"recover {name}", self.id)
        return mine


def somebody_stays(database: Database, home: Path, dead_after_s: float) -> bool:
    """Whether a worker is there that will carry out what is queued."""
    with database.write() as tx:
        return any(one.stays for one in living_among(workers.every(tx), home, clock(tx), dead_after_s))


def living_among(known: list[Worker], home: Path, now: datetime, dead_after_s: float, me: str = "") -> list[Worker]:
    """Those workers that are not known to be dead."""
    heard = now - timedelta(seconds=dead_after_s)
    return [one for one in known if one.id == me or (one.beat_at > heard and not _is_free(_lock_file(home, one.id)))]


def _lock_file(home: Path, worker_id: str) -> Path:
    return home / "workers" / f"{worker_id}.lock"


def _is_free(file: Path) -> bool:
    """Whether a process of this home has died. Of a process of another home this says nothing."""
    if not file.exists():
        return False
    try:
        with FileLock(file, timeout=0):
            return True
    except Timeout:
        return False
