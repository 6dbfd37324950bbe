"""Where runs are started, watched and carried out: one worker for a home, and any number of clients beside it."""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

from filelock import FileLock, Timeout

from fieldbridge.app import scheduling
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.folders import Folders
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in.heartbeat import Heartbeat
from fieldbridge.engine.dispatch import Dispatcher, Look
from fieldbridge.engine.durable import Worker, open_client, open_system_engine
from fieldbridge.engine.stages import Programs
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from fieldbridge.store.database import normalised
from fieldbridge.store.ledger import runs, schedules, webhooks
from fieldbridge.store.ledger.runs import Run

WATCH_EVERY_S = 0.1
UPKEEP_EVERY_S = 10.0
TICK_S, SETTLING_TICK_S = 1.0, 0.3
FLOW_OF_CATEGORY = {"CONTACT": MASTER_DATA}


@dataclass
class Workshop:
    """Starts runs and watches them. works_here: this process carries them out itself."""

    installation: Installation
    dispatcher: Dispatcher
    works_here: bool
    _news: SimpleQueue[Path | None] = field(default_factory=SimpleQueue)
    _heard: set[Path] = field(default_factory=set)
    _kept_up_at: float = -UPKEEP_EVERY_S

    def __post_init__(self) -> None:
        self.folders = Folders(self.installation, self._news.put)
        self.heartbeat = Heartbeat(self.installation)

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

    def wake(self) -> None:
        """End a `rest` at once. May be called from a signal handler."""
        self._news.put(None)

    def rest(self) -> None:
        """Wait for the next tick: a moment, or until something is heard of a folder."""
        timeout_s: float | None = SETTLING_TICK_S if self.folders.unsettled else TICK_S
        try:
            while True:
                heard = self._news.get(timeout=timeout_s)
                timeout_s = 0.0
                if heard is not None:
                    self._heard.add(heard)
        except Empty:
            return

    def tick(self) -> int:
        """One look at what was heard, and at what is due. Shape: runs started."""
        heard, self._heard = self._heard, set()
        if time.monotonic() - self._kept_up_at >= UPKEEP_EVERY_S:
            self._upkeep()
        self._nudge(self.folders.look(heard_of=self.folders.at(heard) | self.folders.unsettled))
        self._heed_webhooks()
        look = self.dispatcher.dispatch()
        if self._nudge(self.folders.look(due=self._unwatched(look))):
            look += self.dispatcher.dispatch()
        return look.started

    def _upkeep(self) -> None:
        """What needs no hurry: who is connected now, and whose sign-in would end for lack of use."""
        self._kept_up_at = time.monotonic()
        self._nudge(self.folders.look(due=self.folders.renew() | self.folders.overdue()))
        self.heartbeat.beat_all()

    def _unwatched(self, look: Look) -> set[str]:
        return self.folders.unwatched({one.connection_id for one in look.idle if one.flow == TRANSACTIONS})

    def _nudge(self, names: set[str]) -> bool:
        if names:
            with self.installation.database.write() as tx:
                for name in sorted(names):
                    schedules.nudge(tx, name, TRANSACTIONS, self.installation.now())
        return bool(names)

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
    programs = Flows(installation).programs()
    with ExitStack() as stack:
        system = open_system_engine(url)
        stack.callback(system.dispose)
        works_here = _lock(home, stack)
        if works_here:
            stack.enter_context(Worker(url, system, Programs(programs, installation.now), _executor_id(home)))
            scheduling.complete(installation)
        client = open_client(system)
        stack.callback(client.destroy)
        dispatcher = Dispatcher(installation.database, client, programs, installation.now)
        work = Workshop(installation, dispatcher, works_here)
        stack.callback(work.folders.close)
        yield work


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
