"""Checks of the machine, the home and the database, from outside: they open nothing and make nothing."""

import os
import platform
import shutil
import sqlite3
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from fieldbridge.app.doctor.finding import Check, Finding, fail, ok, warn
from fieldbridge.app.readiness import SPENT_BYTES
from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError
from fieldbridge.store.database import open_engine, unreachable
from fieldbridge.store.migrating import check, revision, revisions
from fieldbridge.store.vault import load_key

LOW_BYTES = 1_000_000_000
UPDATE = "Make a backup; any command that works with connections then brings it forward."


def versions(_: Settings) -> Finding:
    """What runs here."""
    python = ".".join(map(str, sys.version_info[:3]))
    return ok(
        f"fieldbridge {version('fieldbridge')}, Python {python}, {platform.system()} {platform.machine()}, "
        f"SQLite {sqlite3.sqlite_version}, {ssl.OPENSSL_VERSION}"
    )


def home(settings: Settings) -> Finding:
    """The folder everything is kept in."""
    place = settings.home
    if not place.is_dir():
        return fail(f"The home {place} is not there.", "Name another with --home, or begin with `fieldbridge connect`.")
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return fail(f"The home {place} cannot be written: {error.strerror}.", "Give it to the user who runs this.")
    if os.name == "posix" and place.stat().st_mode & 0o077:
        return warn(f"Others on this machine may look into {place}.", f"Run: chmod 700 {place}")
    return ok(f"{place} can be written, and only by its owner.")


def key(settings: Settings) -> Finding:
    """The vault's key."""
    given = settings.key.get_secret_value()
    if not given and not settings.key_file.exists():
        return fail(
            f"The vault's key {settings.key_file} is not there.", "Give back the key this database was made with."
        )
    load_key(given, settings.key_file)
    return ok(
        "The vault's key is there, from FIELDBRIDGE_KEY." if given else "The vault's key is there, for its owner."
    )


def disk(settings: Settings) -> Finding:
    """Room to work in."""
    free = shutil.disk_usage(settings.home).free
    said = f"{free / 1e9:.1f} GB are free where the home is."
    if free < SPENT_BYTES:
        return fail(said, "Make room at once: a full disk stops everything.")
    return warn(said, "Make room.") if free < LOW_BYTES else ok(said)


def database(settings: Settings) -> Finding:
    """Whether the database answers, and is sound."""
    with _reached(settings) as tx:
        if tx.dialect.name == "postgresql":
            return ok(f"PostgreSQL {tx.execute(sa.text('SHOW server_version')).scalar_one()} answers.")
        said = tx.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if said != "ok":
        return fail(f"The database file is damaged: {said}.", "Stop everything, and restore the last backup.")
    return ok("SQLite answers, and its file is sound.")


def schema(settings: Settings) -> Finding:
    """Whether the database is of this version."""
    with _reached(settings) as tx:
        stands = revision(tx)
    check(stands, "The database")
    newest = revisions()[-1]
    if not stands:
        return fail("The database is empty.", "Begin with `fieldbridge connect`, or `fieldbridge restore` a backup.")
    return (
        ok(f"The schema is {newest}.") if stands == newest else fail(f"The schema is {stands}, not {newest}.", UPDATE)
    )


@contextmanager
def _reached(settings: Settings) -> Iterator[sa.Connection]:
    """A look at the database, without making one."""
    engine = open_engine(settings.url)
    file = engine.url.database
    if engine.dialect.name == "sqlite" and not (file and Path(file).exists()):
        raise SetupError("database.unreachable", f"The database file {file} is not there.", remedy="Check the home.")
    try:
        with engine.connect().execution_options(reads_only=True) as tx:
            yield tx
    except sa.exc.DatabaseError as error:
        raise unreachable(engine, error) from error
    finally:
        engine.dispose()


CHECKS: tuple[Check[Settings], ...] = (versions, home, key, disk, database, schema)
