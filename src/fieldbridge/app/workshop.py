"""Where runs are started, watched and carried out: one worker for a home, and any number of clients beside it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec
import sqlalchemy as sa

from fieldbridge.app import scheduling
from fieldbridge.app.alerts.lookout import Lookout
from fieldbridge.app.alerts.teller import Teller
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.folders import Folders
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in.heartbeat import Heartbeat
from fieldbridge.app.traces.spans import traced
from fieldbridge.core.errors import OutageError
from fieldbridge.engine.dispatch import Dispatcher, Look
from fieldbridge.engine.durable import GRACE_S, Worker, open_client, open_system_engine
from fieldbridge.engine.membership import Membership, somebody_stays
from fieldbridge.engine.rounds import Rounds
from fieldbridge.engine.stages import Program, Programs, is_outage
from fieldbridge.engine.upkeep import Keep, Upkeep
from fieldbridge.flows import CONTACTS, MASTER_DATA, SALES_HISTORY, TRANSACTIONS
from fieldbridge.store.database import normalised
from fieldbridge.store.ledger import notices, runs, schedules, webhooks
from fieldbridge.store.ledger.runs import Run

WATCH_EVERY_S = 0.1
UPKEEP_EVERY_S = 10.0
WORKER_LOOK_S = 5.0
TICK_S, SETTLING_TICK_S = 1.0, 0.3
CLOCK_PUT_BACK = timedelta(minutes=1)
FLOWS_OF_CATEGORY = {
    "CONTACT": (MASTER_DATA, CONTACTS), "INVOICE": (SALES_HISTORY,), "CREDITNOTE": (SALES_HISTORY,),
}  # fmt: skip


@dataclass(frozen=True)
class Rhythm:
    """How often a worker does what. Units: seconds. lost_after_s: a run that young is not looked for."""

    beat_s: float = 5.0
    dead_after_s: float = 20.0
    sweep_s: float = 10.0
    lost_after_s: float = 60.0
    forget_s: float = 300.0
    sign_ins_s: float = 60.0
    alerts_s: float = 60.0
    telling_s: float = 10.0


RHYTHM = Rhythm()


@dataclass
class Workshop:
    """Starts runs and watches them. works_here: this process carries them out itself."""

    installation: Installation
    dispatcher: Dispatcher
    works_here: bool
    dead_after_s: float = RHYTHM.dead_after_s
    worker: Worker | None = None
    _news: SimpleQueue[Path | None] = field(default_factory=SimpleQueue)
    _heard: set[Path] = field(default_factory=set)
    _due: set[str] = field(default_factory=set)
    _found: set[str] = field(default_factory=set)
    _kept_up_at: float = -UPKEEP_EVERY_S
    _looked_at: datetime | None = None

    def __post_init__(self) -> None:
        self.folders = Folders(self.installation, self._news.put)

    def run(self, run_id: int) -> Run:
        """A run as it stands."""
        with self.installation.database.read() as tx:
            return runs.find(tx, run_id)

    def watch(self, run_id: int) -> Iterator[Run]:
        """A run again and again, until it has ended. Errors: OutageError when nobody is left to carry it out."""
        looked_at = time.monotonic()
        while True:
            seen = self.run(run_id)
            yield seen
            if seen.state in runs.ENDED:
                return
            if not self.works_here and time.monotonic() - looked_at > WORKER_LOOK_S:
                self._expect_somebody(run_id)
                looked_at = time.monotonic()
            self.installation.pause(WATCH_EVERY_S)

    def _expect_somebody(self, run_id: int) -> None:
        if not somebody_stays(self.installation.database, self.installation.settings.home, self.dead_after_s):
            raise OutageError(
                "run.nobody",
                f"Run {run_id} waits: the worker that was to carry it out has gone.",
                remedy="It goes on with the next `fieldbridge run`.",
            )

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

    def keep_going(self, stopped: Callable[[], bool]) -> None:
        """Tick until told to stop. An outage of the database is waited out."""
        while not stopped():
            try:
                self.tick()
            except sa.exc.SQLAlchemyError as error:
                if not is_outage(error):
                    raise
            self.rest()

    def tick(self) -> int:
        """One look at what was heard, and at what is due. Shape: runs started.

        What the database could not be told for an outage is kept for the next tick.
        """
        self._heed_clock()
        if time.monotonic() - self._kept_up_at >= UPKEEP_EVERY_S:
            self._upkeep()
        self._nudge(self.folders.look(heard_of=self.folders.at(self._heard) | self.folders.unsettled))
        self._heard = set()
        self._heed_webhooks()
        look = self.dispatcher.dispatch()
        if self._nudge(self.folders.look(due=self._untold(look))):
            look += self.dispatcher.dispatch()
        return look.started

    def _upkeep(self) -> None:
        """What needs no hurry: who is connected now, and which folders nobody has looked at for long."""
        self._due |= self.folders.renew() | self.folders.overdue()
        self._kept_up_at = time.monotonic()
        self._nudge(self.folders.look(due=self._due))
        self._due = set()

    def _heed_clock(self) -> None:
        """When the clock was put back, nothing waits for the hours that come a second time."""
        now = self.installation.now()
        if self._looked_at is not None and now < self._looked_at - CLOCK_PUT_BACK:
            with self.installation.database.write() as tx:
                schedules.bring_back(tx, now)
                notices.bring_back(tx, now)
        self._looked_at = now

    def _untold(self, look: Look) -> set[str]:
        """Idle connections whose folder tells nothing: nobody watches it, or what lies there was told of before."""
        idle = {one.connection_id for one in look.idle if one.flow == TRANSACTIONS}
        lying = self.folders.lying(idle)
        with self.installation.database.read() as tx:
            last = {name: runs.latest(tx, name, TRANSACTIONS) for name in lying}
        return self.folders.unwatched(idle) | {name for name, run in last.items() if run and run.state != "done"}

    def _nudge(self, names: set[str]) -> bool:
        self._found |= names
        if not self._found:
            return False
        with self.installation.database.write() as tx:
            for name in sorted(self._found):
                schedules.nudge(tx, name, TRANSACTIONS, self.installation.now())
        self._found = set()
        return True

    def _heed_webhooks(self) -> None:
        """What Xero announced is read now rather than at the next poll, by the flows that run by themselves."""
        with self.installation.database.read() as tx:
            announced = webhooks.announced(tx)
        for connection_id, category in announced:
            with self.installation.database.write() as tx:
                webhooks.heed(tx, connection_id, self.installation.now())
                for flow in FLOWS_OF_CATEGORY.get(category, ()):
                    schedules.nudge(tx, connection_id, flow, self.installation.now())


def build_types() -> None:
    """Have msgspec build what it keeps of each type while there are no threads yet.

    It does so when a type is first decoded. A thread that meets a type another is still building crashes the process.
    """
    known = list(msgspec.Struct.__subclasses__())
    for one in known:
        known += one.__subclasses__()
        msgspec.json.Decoder(one)


@contextmanager
def opened(
    installation: Installation,
    *,
    stays: bool = False,
    rhythm: Rhythm = RHYTHM,
    grace_s: float = GRACE_S,
    programs: Mapping[str, Program] | None = None,
) -> Iterator[Workshop]:
    """Open the engine; as a worker, unless this process would soon leave and another is there that stays.

    Shape: programs are the installation's own flows unless others are given. Units: grace_s is how long runs may take
    to come to a good place when it is closed.
    """
    build_types()
    url = normalised(installation.settings.url)
    with ExitStack() as stack:
        system = open_system_engine(url)
        stack.callback(system.dispose)
        client = open_client(system)
        stack.callback(client.destroy)
        programs = _observed(installation, programs or Flows(installation).programs())
        dispatcher = Dispatcher(installation.database, client, programs, installation.now)
        home = installation.settings.home
        works_here = stays or not somebody_stays(installation.database, home, rhythm.dead_after_s)
        work = Workshop(installation, dispatcher, works_here, rhythm.dead_after_s)
        stack.callback(work.folders.close)
        if works_here:
            member = stack.enter_context(Membership(installation.database, home, stays, rhythm.dead_after_s))
            # From here on nobody moves the ledger; it may have been moved since it was opened.
            installation.check_here()
            # It beats until the last run has ended.
            stack.enter_context(Rounds("heart", (rhythm.beat_s, member.beat)))
            mine = Programs(programs, installation.now, installation.stopping, installation.rest)
            work.worker = Worker(url, system, mine, member.id, stays=stays, grace_s=grace_s)
            stack.enter_context(work.worker)
            member.reap()
            if stays:
                scheduling.complete(installation)
                stack.enter_context(Rounds("reaper", (rhythm.beat_s, member.reap)))
                stack.enter_context(_keeping_up(installation, work, member.id, rhythm))
                stack.enter_context(Rounds("lookout", (rhythm.alerts_s, Lookout(installation, member.id).look)))
                # Apart from all else: a mail server that is slow to answer holds up nothing but mail.
                stack.enter_context(_telling(Teller(installation, member.id), rhythm))
        yield work


def _keeping_up(installation: Installation, work: Workshop, me: str, rhythm: Rhythm) -> Rounds:
    settings, dispatcher = installation.settings, work.dispatcher
    keep = Keep(
        history_days=settings.keep_history_days,
        usage_days=settings.keep_usage_days,
        workflows_days=settings.keep_workflows_days,
        evidence_days=settings.keep_evidence_days,
    )
    upkeep = Upkeep(dispatcher, me, keep, rhythm.lost_after_s)
    assert work.worker is not None
    return Rounds(
        "upkeep",
        (rhythm.sweep_s, upkeep.sweep),
        (rhythm.sweep_s, work.worker.take_up),
        (rhythm.forget_s, upkeep.forget),
        (rhythm.sign_ins_s, Heartbeat(installation).beat_all),
    )


def _observed(installation: Installation, programs: Mapping[str, Program]) -> Mapping[str, Program]:
    def run_of(run_id: int) -> Run:
        with installation.database.read() as tx:
            return runs.find(tx, run_id)

    return traced(programs, installation.traces, run_of)


def _telling(teller: Teller, rhythm: Rhythm) -> Rounds:
    return Rounds("teller", (rhythm.telling_s, teller.tell), (rhythm.forget_s, teller.give_up))
