"""A connected installation with a folder, as an office has one after `fieldbridge connect`."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from fieldbridge.app import certificate, connect, installation, problems, workshop
from fieldbridge.app.connection_settings import ConnectionSettings, parse
from fieldbridge.app.demo.office import Office
from fieldbridge.app.demo.tablet import Tablet, export, synchronised
from fieldbridge.app.flows.programs import MASTER_DATA, TRANSACTIONS
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.app.workshop import Workshop
from fieldbridge.core.records.field import Order
from fieldbridge.store.ledger import marks
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.problems import OpenProblem
from fieldbridge.store.ledger.runs import Run
from support import blank
from support.xero import Xero

HOLD_S = 0.05
DESK = "Test service desk"
SETTLED_S = 60.0


@dataclass(frozen=True)
class Site:
    """One installation with one connection to the local Xero."""

    xero: Xero
    installation: Installation
    connection: Connection

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        return self.installation.settings

    @property
    def folder(self) -> Path:
        """The folder both sides of the field contract share."""
        return Path(self.connection.folder)

    @property
    def rules(self) -> ConnectionSettings:
        """The connection's settings, read."""
        return parse(self.connection.settings)

    def sync(self, flow: str = TRANSACTIONS, accept: str = "") -> Run:
        """What `fieldbridge sync` does: one run, in this process, to its end."""
        with workshop.opened(self.installation) as work:
            return self.ran(work, flow, accept)

    def ran(self, work: Workshop, flow: str = TRANSACTIONS, accept: str = "") -> Run:
        """One run in a workshop that is open already."""
        return list(work.watch(work.dispatcher.start(self.connection.id, flow, accept)))[-1]

    def publish(self) -> Tablet:
        """Run master data, and give a tablet that has synchronised with what was published."""
        ended = self.sync(MASTER_DATA)
        assert ended.error is None, ended.error
        return synchronised(self.folder, self.rules.profile)

    def put(self, name: str, orders: Sequence[Order], encoding: str = "utf-8") -> Path:
        """Lay an order file into the folder, old enough to be read at the first look."""
        export(self.folder, name, orders, self.rules.profile, encoding)
        return settled(self.folder / name)

    def problems(self) -> list[OpenProblem]:
        """What waits for a person."""
        return problems.still_open(self.installation)


def settled(file: Path) -> Path:
    """Make a file look as if its writer finished a minute ago. Keeps the order in which files were put."""
    stamp = time.time() - SETTLED_S
    os.utime(file, (stamp, stamp))
    return file


@cache
def _key_pair() -> tuple[bytes, str]:
    """One for all sites, made by the product: making one takes a tenth of a second. Shape: key and certificate."""
    with TemporaryDirectory() as home:
        blank.lay(Path(home) / blank.FILE)
        with installation.opened(Settings(home=Path(home), database_url="", key="")) as opened:
            public = certificate.ensure(opened, DESK)
            return certificate.private_key(opened).encode(), public


def _certified(opened: Installation) -> str:
    """Give an installation the key pair, as a restored backup would. Shape: the certificate."""
    key, public = _key_pair()
    with opened.database.write() as tx:
        opened.vault.put(tx, certificate.OWNER, certificate.SECRET, key)
        marks.keep(tx, marks.CERTIFICATE, public)
    return public


@contextmanager
def connected(home: Path, folder: Path, database_url: str, xero: Xero, name: str = "kauri") -> Iterator[Site]:
    """An installation with one connection, signed in as a private app."""
    folder.mkdir(parents=True, exist_ok=True)
    if not database_url:
        blank.lay(home / blank.FILE)
    settings = Settings(home=home, database_url=database_url, unsure_hold_s=HOLD_S, key="")
    office = Office(xero.url)
    try:
        with installation.opened(settings) as opened:
            app = office.add_private_app(f"Field {name}", _certified(opened))
            made = connect.connect(opened, connect.Request(name, connect.hosts_at(xero.url), folder), app)
            yield Site(xero, opened, made)
    finally:
        office.close()
