"""Where runs are carried out: one worker for a home folder, and any number of clients beside it."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in.heartbeat import Heartbeat
from fieldbridge.engine.dispatch import Dispatcher
from fieldbridge.engine.durable import Worker, open_client, open_system_engine
from fieldbridge.engine.stages import Programs
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from fieldbridge.store.database import normalised
from fieldbridge.store.ledger import runs, schedules, webhooks
from fieldbridge.store.ledger.runs import Run

WATCH_EVERY_S = 0.1
FLOW_OF_CATEGORY = {"CONTACT": MASTER_DATA}


@dataclass(frozen=True)
class Workshop:
    """Starts runs and watches them. works_here: this process carries them out itself."""

    installation: Installation
    flows: Flows
    dispatcher: Dispatcher
    works_here: bool
    heartbeat: Heartbeat

    def run(self, run_id: int) -> Run:
        """A run as it stands."""
        with self.installation.database.read() as tx:
            return runs.find(tx, run_id)

    def watch(self, run_id: int) -> Iterator[Run]:
        """A run again and again, until it has ended."""
        while True:
            seen = self.run(run_id)
            yield seen
            if seen.state in runs.ENDED:
                return
            self.installation.pause(WATCH_EVERY_S)

    def tick(self) -> int:
        """One look at the clock and the folders: a new order file makes its flow due now. Shape: runs started."""
        for connection in self.installation.connections():
            self.heartbeat.beat(connection)
            if connection.paused_because is None and self.flows.has_new_files(connection.id):
                with self.installation.database.write() as tx:
                    schedules.nudge(tx, connection.id, TRANSACTIONS, self.installation.now())
        self._heed_webhooks()
        return self.dispatcher.dispatch()

    def _heed_webhooks(self) -> None:
        """What Xero announced is read now rather than at the next poll."""
        with self.installation.database.read() as tx:
            announced = webhooks.announced(tx)
        for connection_id, category in announced:
            with self.installation.database.write() as tx:
                webhooks.heed(tx, connection_id, self.installation.now())
                if category in FLOW_OF_CATEGORY:
                    schedules.nudge(tx, connection_id, FLOW_OF_CATEGORY[category], self.installation.now())


@contextmanager
def opened(installation: Installation) -> Iterator[Workshop]:
    """Open the engine; as a worker unless another process of this home is one already."""
    home = installation.settings.home
    url = normalised(installation.settings.url)
    flows = Flows(installation)
    programs = flows.programs()
    with ExitStack() as stack:
        system = open_system_engine(url)
        stack.callback(system.dispose)
        works_here = _lock(home, stack)
        if works_here:
            stack.enter_context(Worker(url, system, Programs(programs, installation.now), _executor_id(home)))
        client = open_client(system)
        stack.callback(client.destroy)
        dispatcher = Dispatcher(installation.database, client, programs, installation.now)
        yield Workshop(installation, flows, dispatcher, works_here, Heartbeat(installation))


def _lock(home: Path, stack: ExitStack) -> bool:
    """Whether this process is the worker. The lock dies with the process, however it ends."""
    try:
        stack.enter_context(FileLock(home / "worker.lock", timeout=0))
    except Timeout:
        return False
    return True


def _executor_id(home: Path) -> str:
    """The worker's name, the same after every restart, so that it resumes what it left and nobody else's."""
    file = home / "worker.id"
    if not file.exists():
        file.write_text(uuid.uuid4().hex)
    return file.read_text()
