"""A database as the product leaves it at its first start: schemas made, no rows. Made once, copied for each test.

Migrating a database and opening the durable engine on it takes a second; a copy takes milliseconds. What has to start
from nothing asks for `empty_database_url`.
"""

import tempfile
from functools import cache
from pathlib import Path

from fieldbridge.app import installation, workshop
from fieldbridge.app.settings import Settings
from support.databases import Cluster

FILE = "fieldbridge.sqlite"


def lay(file: Path) -> None:
    """Put one where a SQLite database is expected, unless one is there."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(_sqlite())


def create(cluster: Cluster) -> str:
    """One on PostgreSQL. Shape: its name."""
    return cluster.create(_postgresql(cluster))


@cache
def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        _start(Path(folder), "")
        return (Path(folder) / FILE).read_bytes()


@cache
def _postgresql(cluster: Cluster) -> str:
    name = cluster.create()
    with tempfile.TemporaryDirectory() as folder:
        _start(Path(folder), cluster.url(name))
    return name


def _start(home: Path, database_url: str) -> None:
    """Open everything once, and close it. Nothing may be left behind but tables."""
    settings = Settings(home=home, database_url=database_url, key="")
    with installation.opened(settings) as opened, workshop.opened(opened):
        pass
