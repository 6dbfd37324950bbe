"""Dispatching: what is due becomes a run and is handed to the workers, claim and hand-over in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from dbos import DBOSClient

from fieldbridge.core.calendar import opens
from fieldbridge.engine.durable import LANES, enqueue
from fieldbridge.engine.stages import Program, RunRef
from fieldbridge.store.database import Database
from fieldbridge.store.ledger import runs, schedules
from fieldbridge.store.ledger.schedules import Schedule

# SQLite lets nobody else write while a batch is claimed, so a batch takes a fraction of a second.
BATCH = 100
BATCHES_PER_LOOK = 10
# What each of the workers' sweeps of a lane costs grows with what waits in it.
DEPTH_MAX = 1000


@dataclass(frozen=True)
class Look:
    """What one look at the schedules came to. Shape: idle are the flows that were due and had nothing to do."""

    started: int = 0
    idle: tuple[Schedule, ...] = ()

    def __add__(self, other: "Look") -> "Look":
        return Look(self.started + other.started, self.idle + other.idle)


@dataclass(frozen=True)
class Dispatcher:
    """Starts runs, by hand or by schedule. Any number of them may share one database."""

    database: Database
    client: DBOSClient
    programs: Mapping[str, Program]
    now: Callable[[], datetime]
    depth_max: int = DEPTH_MAX

    def start(self, connection_id: str, flow: str, accepted: str = "") -> int:
        """Queue one run now. Shape: its id."""
        with self.database.write() as tx:
            run_id = runs.queue(tx, connection_id, flow, self.now(), accepted)
            enqueue(self.client, tx, self.programs[flow], RunRef(connection_id, flow, run_id))
        return run_id

    def dispatch(self) -> Look:
        """Queue every flow that is due and has something to do, as far as its lane has room."""
        total = Look()
        for lane in LANES:
            flows = [flow for flow, program in self.programs.items() if program.lane == lane]
            for _ in range(BATCHES_PER_LOOK):
                found, look = self._batch(flows)
                total += look
                if found < BATCH:
                    break
        return total

    def _batch(self, flows: Sequence[str]) -> tuple[int, Look]:
        """Shape: how many were due, and what came of them."""
        now = self.now()
        with self.database.write() as tx:
            room = self.depth_max - schedules.in_flight(tx, flows)
            due = schedules.hold_due(tx, flows, now, min(BATCH, room)) if room > 0 else []
            free = [one for one in due if _opens(one, now) <= now]
            worth_it = self._with_work(tx, free)
            started = [one for one in free if (one.connection_id, one.flow) in worth_it]
            idle = [one for one in free if (one.connection_id, one.flow) not in worth_it]
            self._start(tx, started, now)
            schedules.put_off(tx, [(one, one.slot_after(now)) for one in idle])
            schedules.put_off(tx, [(one, _opens(one, now)) for one in due if one not in free])
        return len(due), Look(len(started), tuple(idle))

    def _with_work(self, tx: sa.Connection, free: Sequence[Schedule]) -> set[tuple[str, str]]:
        found = {(one.connection_id, one.flow) for one in free if one.asked_at}
        for flow in {one.flow for one in free}:
            names = [one.connection_id for one in free if one.flow == flow and not one.asked_at]
            found |= {(name, flow) for name in self.programs[flow].with_work(tx, names)}
        return found

    def _start(self, tx: sa.Connection, chosen: Sequence[Schedule], now: datetime) -> None:
        ids = runs.queue_each(tx, [(one.connection_id, one.flow) for one in chosen], now)
        schedules.claim(tx, zip(chosen, ids, strict=True))
        for one, run_id in zip(chosen, ids, strict=True):
            enqueue(self.client, tx, self.programs[one.flow], RunRef(one.connection_id, one.flow, run_id))


def _opens(one: Schedule, now: datetime) -> datetime:
    """When a flow that is due may start: not while it is held, nor out of hours. What an event asked for waits too."""
    held = max(now, one.held_until) if one.held_until else now
    return opens(one.open_hours, held)
