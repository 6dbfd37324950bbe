"""fieldbridge itself, as an office runs it: connected once, then one run after another by a clock that is passed in."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from fieldbridge.app import connect, installation, problems, workshop
from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.app.sign_in import CUSTOM_CONNECTION, granting
from fieldbridge.app.sign_in.scopes import beyond_flows, wanted
from fieldbridge.app.workshop import Workshop
from fieldbridge.engine import durable
from fieldbridge.flows import FLOWS
from fieldbridge.net.oauth2 import Application
from fieldbridge.store.ledger import runs
from fieldbridge.store.ledger.runs import Run
from simulation.office import Office

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NAME, HOLD_S = "kauri", 1.0
Row = dict[str, Any]


@dataclass
class Clock:
    """The product's present: the moment it was told, and no later, so that the same acts come to the same files.

    To wait moves it on, and Xero's with it.
    """

    url: str
    _present: datetime = LONG_AGO

    def set(self, moment: str) -> None:
        """Make a moment the present."""
        self._present = datetime.fromisoformat(moment)

    def now(self) -> datetime:
        """The present."""
        return self._present

    def pause(self, wait_s: float) -> None:
        """Wait in no time, unless it is to look at a run again, which another thread carries out."""
        if wait_s == workshop.WATCH_EVERY_S:
            time.sleep(wait_s)
            return
        self._present += timedelta(seconds=wait_s)
        httpx2.post(f"{self.url}/standin/clock", json={"advance_s": wait_s})


@dataclass(frozen=True)
class Product:
    """One installation with one connection. Every answer is plain data."""

    installation: Installation
    clock: Clock
    work: Workshop

    def run(self, at: str, flow: str) -> Row:
        """What `fieldbridge sync` does: one run to its end."""
        self.clock.set(at)
        return _told(self._watched(self.work.dispatcher.start(NAME, flow)))

    def retry(self, at: str) -> Row:
        """What `fieldbridge retry --all` does."""
        self.clock.set(at)
        return {"retried": problems.retry(self.installation, problems.still_open(self.installation))}

    def go_on(self, at: str) -> Row:
        """See to the end what an earlier process left unfinished."""
        self.clock.set(at)
        with self.installation.database.read() as tx:
            last = [runs.latest(tx, NAME, flow) for flow in FLOWS]
        unfinished = [one.id for one in last if one and one.state not in runs.ENDED]
        return {"unfinished": [_told(self._watched(run_id)) for run_id in unfinished]}

    def problems(self, at: str) -> Row:
        """What waits for a person."""
        self.clock.set(at)
        found = problems.still_open(self.installation)
        shown = [{"kind": one.kind, "key": one.key, "code": one.code, "message": one.message} for one in found]
        return {"problems": sorted(shown, key=lambda one: (one["kind"], one["key"], one["code"]))}

    def _watched(self, run_id: int) -> Run:
        *_, ended = self.work.watch(run_id)
        return ended


def _told(run: Run) -> Row:
    return {"flow": run.flow, "state": run.state, "exit_code": run.exit_code, "error": str(run.error or "")}


def hurry() -> None:
    """Look for a run, and for its end, more often than is good."""
    durable.POLL_S = workshop.WATCH_EVERY_S = 0.05


@contextmanager
def opened(home: Path, url: str) -> Iterator[Product]:
    """The product's process, at work on a home whose connection is made."""
    clock = Clock(url)
    with ExitStack() as stack:
        plain = stack.enter_context(installation.opened(_settings(home)))
        mine = replace(plain, now=clock.now, pause=clock.pause)
        yield Product(mine, clock, stack.enter_context(workshop.opened(mine)))


def connected(home: Path, office: Office, folder: Path, settings: str | None) -> None:
    """Make the connection, as a service desk does, with a folder that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    more = beyond_flows(parse(settings or ""))
    hosts, scopes = connect.hosts_at(office.url), " ".join(wanted(FLOWS, broad=False, offline=False, more=more))
    client_id, secret = office.custom_connection("Field", scopes)
    wish = granting.Wish(CUSTOM_CONNECTION, Application(client_id=client_id, client_secret=secret), "", more=more)
    clock = Clock(office.url)
    clock.set(office.control("GET", "clock")["now"])
    with installation.opened(_settings(home)) as plain:
        mine = replace(plain, now=clock.now, pause=clock.pause)
        grant = granting.custom_connection(mine, hosts, wish)
        connect.connect(mine, connect.Request(NAME, hosts, folder, settings), grant)


def _settings(home: Path) -> Settings:
    return Settings(home=home, database_url="", unsure_hold_s=HOLD_S, key="")
