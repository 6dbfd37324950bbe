"""Dispatching: what is due becomes a run and is handed to the workers, claim and hand-over in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dbos import DBOSClient

from fieldbridge.engine.durable import enqueue
from fieldbridge.engine.stages import Program, RunRef
from fieldbridge.store.database import Database
from fieldbridge.store.ledger import runs, schedules
from fieldbridge.store.ledger.schedules import Due

CLAIMS_PER_TICK = 200


@dataclass(frozen=True)
class Dispatcher:
    """Starts runs, by hand or by schedule."""

    database: Database
    client: DBOSClient
    programs: Mapping[str, Program]
    now: Callable[[], datetime]

    def start(self, connection_id: str, flow: str, accepted: str = "") -> int:
        """Queue one run now. Shape: its id."""
        with self.database.write() as tx:
            run_id = runs.queue(tx, connection_id, flow, self.now(), accepted)
            enqueue(self.client, tx, self.programs[flow], RunRef(connection_id, flow, run_id))
        return run_id

    def dispatch(self) -> int:
        """Queue every flow that is due and has something to do. Shape: how many."""
        with self.database.read() as tx:
            due = schedules.due(tx, self.now(), CLAIMS_PER_TICK)
        return sum(self._claim(one) for one in due)

    def _claim(self, one: Due) -> bool:
        program = self.programs[one.flow]
        worth_it = program.has_work(one.connection_id)
        with self.database.write() as tx:
            if not schedules.hold(tx, one, self.now()):
                return False
            if not worth_it:
                schedules.postpone(tx, one, self.now())
                return False
            run_id = runs.queue(tx, one.connection_id, one.flow, self.now())
            schedules.claim(tx, one, run_id)
            enqueue(self.client, tx, program, RunRef(one.connection_id, one.flow, run_id))
        return True
