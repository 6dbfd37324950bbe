"""A connected site that has read its master data, kept so that a test can have as many copies as it likes."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from fieldbridge.app import installation
from fieldbridge.app.demo.tablet import Tablet
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.store.schema import connection
from support.databases import Cluster
from support.site import connected
from support.xero import Xero

TENDERS = '\n[transactions.tenders]\nCASH = "090"\nCARD = "090"\n'


@dataclass(frozen=True)
class Copy:
    """A site of its own: an empty folder, a home, and a database in which master data was read."""

    home: Path
    folder: Path
    database_url: str

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        with installation.opened(Settings(home=self.home, database_url=self.database_url, key="")) as opened:
            yield opened


@dataclass
class Template:
    """What copies are made of. Shape: cluster is None for SQLite, whose database is a file in the home."""

    xero: Xero
    home: Path
    tablet: Tablet
    cluster: Cluster | None
    database: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Copy]:
        """A fresh copy, and the local Xero's books as they were; the application it knows us by stays."""
        self.xero.reset(keep_applications=True)
        place = folder / str(next(self._numbers))
        shutil.copytree(self.home, place / "home")
        (place / "site").mkdir()
        name = self.cluster.create(self.database) if self.cluster else ""
        made = Copy(place / "home", place / "site", self.cluster.url(name) if self.cluster else "")
        with made.opened() as opened, opened.database.write() as tx:
            tx.execute(connection.update().values(folder=str(made.folder)))
        yield made
        if self.cluster:
            self.cluster.drop(name)
        shutil.rmtree(place)


@contextmanager
def prepared(folder: Path, xero: Xero, cluster: Cluster | None) -> Iterator[Template]:
    """Connect once and read master data once."""
    database = cluster.create() if cluster else ""
    url = cluster.url(database) if cluster else ""
    xero.reset()
    with connected(folder / "home", folder / "site", url, xero) as site:
        with site.installation.database.write() as tx:
            tx.execute(connection.update().values(settings=connection.c.settings + TENDERS))
        tablet = site.publish()
    yield Template(xero, folder / "home", tablet, cluster, database)
    if cluster:
        cluster.drop(database)


def rows(tx: sa.Connection, table: sa.Table) -> list[sa.RowMapping]:
    """A whole table, oldest row first."""
    return list(tx.execute(sa.select(table).order_by(table.c.id)).mappings())
