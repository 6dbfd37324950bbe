"""The engine with stages of a test's own, over a real ledger. No Xero: the connection is only a row."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from dbos import DBOS

from fieldbridge.app import installation, workshop
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.app.workshop import Workshop
from fieldbridge.cli.runs import leave, until_stopped
from fieldbridge.engine.dispatch import Dispatcher
from fieldbridge.engine.durable import open_client, open_system_engine
from fieldbridge.engine.stages import Program, RunRef, Stage, Turn
from fieldbridge.flows import FLOWS, TRANSACTIONS
from fieldbridge.store.database import normalised, upsert
from fieldbridge.store.ledger import schedules
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.runs import Run
from fieldbridge.store.schema import connection, schedule

EVERY_S = 60.0
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Stages = Mapping[str, Stage]


@dataclass(frozen=True)
class Bench:
    """An installation whose flows are a test's stages."""

    installation: Installation

    def connection(self, name: str) -> str:
        """Add a connection whose transactions are due. Shape: its name."""
        self.connections([name])
        return name

    def connections(self, names: Sequence[str]) -> None:
        """Add many at once."""
        for name in names:
            self.folder(name).mkdir(exist_ok=True)
        with self.installation.database.write() as tx:
            upsert(tx, connection, [msgspec.structs.asdict(self._made(name)) for name in names])
            for name, flow in product(names, FLOWS):
                schedules.keep(tx, name, flow, EVERY_S, LONG_AGO if flow == TRANSACTIONS else FAR_AHEAD)

    def folder(self, name: str) -> Path:
        """Where a connection's files arrive."""
        return self.installation.settings.home / f"site-{name}"

    def _made(self, name: str) -> Connection:
        return Connection(
            id=name,
            sign_in="private-app",
            xero_url="http://127.0.0.1:1",
            identity_url="http://127.0.0.1:1",
            organisation_id="none",
            organisation_name=name,
            short_code="",
            folder=str(self.folder(name)),
            settings="",
            connected_at=LONG_AGO,
            renewed_at=LONG_AGO,
        )

    def programs(self, stages: Stages, **changes: object) -> dict[str, Program]:
        """Both flows with these stages; they begin and end as the product's flows do, unless changed."""
        mine = {"stages": tuple(stages.items()), "with_work": lambda _, names: names, **changes}
        return {name: replace(one, **mine) for name, one in Flows(self.installation).programs().items()}

    @contextmanager
    def dispatcher(self, programs: Mapping[str, Program]) -> Iterator[Dispatcher]:
        """Somebody who starts runs and carries none out."""
        with ExitStack() as stack:
            system = open_system_engine(self.url)
            stack.callback(system.dispose)
            client = open_client(system)
            stack.callback(client.destroy)
            yield Dispatcher(self.installation.database, client, programs, self.installation.now)

    @contextmanager
    def working(self, programs: Mapping[str, Program], **how: Any) -> Iterator[Workshop]:
        """A worker, as `fieldbridge run` opens it. Shape: how is as for workshop.opened."""
        with workshop.opened(self.installation, programs=programs, **{"stays": True, **how}) as work:
            yield work

    @property
    def url(self) -> str:
        return normalised(self.installation.settings.url)

    def schedule(self, name: str) -> sa.RowMapping:
        with self.installation.database.read() as tx:
            mine = sa.select(schedule).where(schedule.c.connection_id == name, schedule.c.flow == TRANSACTIONS)
            return tx.execute(mine).mappings().one()


def ended(work: Workshop, run_id: int) -> Run:
    """A run when it has ended."""
    *_, last = work.watch(run_id)
    return last


@contextmanager
def opened(home: Path, database_url: str) -> Iterator[Bench]:
    """A bench on an empty database."""
    with installation.opened(Settings(home=home, database_url=database_url, key="")) as made:
        yield Bench(made)


def journalling(journal: Path, die_in: str = "") -> dict[str, Stage]:
    """Three stages that write their names down; the one named kills its process."""
    return {name: _writer(journal, name, dies=name == die_in) for name in ("first", "second", "third")}


def _writer(journal: Path, name: str, *, dies: bool) -> Callable[[RunRef], Turn]:
    def stage(_: RunRef) -> Turn:
        with journal.open("a") as file:
            file.write(f"{name}\n")
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return Turn()

    return stage


def die(home: Path, database_url: str, journal: Path) -> None:
    """The script: a process of another code version that dies in its second stage."""

    @DBOS.workflow(name="not_in_the_next_version")
    def _other() -> None:
        """Would change the version DBOS works out from the code."""

    with opened(home, database_url) as bench:
        programs = bench.programs(journalling(journal, die_in="second"))
        with bench.working(programs) as work:
            ended(work, work.dispatcher.start("kauri", TRANSACTIONS))


def hold(home: Path, database_url: str, journal: Path) -> None:
    """The script: a worker whose own run stays in its stage until a line comes in, and that ends with that run."""

    def held(ref: RunRef) -> Turn:
        if ref.connection_id != "kauri":
            return Turn()
        with journal.open("a") as file:
            file.write("held\n")
        sys.stdin.readline()
        return Turn()

    quick = workshop.Rhythm(beat_s=0.2)
    with opened(home, database_url) as bench, bench.working(bench.programs({"held": held}), rhythm=quick) as work:
        ended(work, work.dispatcher.start("kauri", TRANSACTIONS))


def stay(home: Path, database_url: str, journal: Path, grace_s: str) -> None:
    """The script: what `fieldbridge run` does. Its run stays in its first stage until a file lets it go on."""
    usual, pause = journalling(journal), threading.Event()

    def first(ref: RunRef) -> Turn:
        turn = usual["first"](ref)
        while not journal.with_suffix(".go").exists():
            pause.wait(0.05)
        return turn

    with opened(home, database_url) as bench:
        with bench.working(bench.programs({**usual, "first": first}), grace_s=float(grace_s)) as work:
            until_stopped(work)
            journal.with_suffix(".told").touch()
        leave(work)


def ask(home: Path, database_url: str) -> None:
    """The script: a second process of a home that has a worker already."""
    with opened(home, database_url) as bench, workshop.opened(bench.installation) as work:
        run = ended(work, work.dispatcher.start("kauri", TRANSACTIONS))
        sys.stdout.write(json.dumps({"works_here": work.works_here, "state": run.state, "exit_code": run.exit_code}))


if __name__ == "__main__":
    SCRIPTS: dict[str, Callable[..., None]] = {"die": die, "hold": hold, "stay": stay, "ask": ask}
    script, own_home, url, *more = sys.argv[1:]
    SCRIPTS[script](Path(own_home), url, *(Path(one) for one in more[:1]), *more[1:])
