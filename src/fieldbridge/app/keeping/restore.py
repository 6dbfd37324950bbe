"""Restoring a backup into an empty place, so that nothing is lost and nothing is sent twice."""

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from fieldbridge.app.keeping.taking_over import take_over
from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError
from fieldbridge.store import archive
from fieldbridge.store.database import open_engine, unreachable
from fieldbridge.store.ledger import connections, marks
from fieldbridge.store.migrating import migrating, upgrade
from fieldbridge.store.schema import secret
from fieldbridge.store.vault import Vault, load_key

NO_CREDENTIALS = "It was restored without its credentials. Connect it again."


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Shape: rows by table; to_look_up are Deliveries that may have been posted since."""

    made_at: datetime
    made_by: str
    rows: dict[str, int]
    to_look_up: int


def restore(settings: Settings, file: Path, now: datetime, *, with_secrets: bool = True) -> Restored:
    """Restore into the empty database the settings name; all of it or nothing.

    Errors: SetupError when the place is not empty, the file is no whole backup, or the vault's key is not the one.
    """
    if not file.is_file():
        raise SetupError("restore.unusable", f"{file} is not there.", remedy="Name a file `fieldbridge backup` made.")
    vault = _vault(settings) if with_secrets else None
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(settings.url)
    try:
        with migrating(engine) as tx:
            header, end = archive.load(tx, _lines(file))
            upgrade(tx)
            if vault:
                vault.check(tx)
            else:
                _forget_secrets(tx)
            to_look_up = take_over(tx, header.made_at, now)
    except sa.exc.DatabaseError as error:
        raise unreachable(engine, error) from error
    finally:
        engine.dispose()
    return Restored(made_at=header.made_at, made_by=header.fieldbridge, rows=end.rows, to_look_up=to_look_up)


def _vault(settings: Settings) -> Vault:
    """The vault with the key that is here. A new key could not open what was sealed with the old."""
    key = settings.key.get_secret_value()
    if not key and not settings.key_file.exists():
        raise SetupError(
            "restore.no_key",
            f"The key that opens the backup's secrets is not here: neither {settings.key_file} nor FIELDBRIDGE_KEY.",
            remedy="Put the key there. If it is lost, restore with --without-secrets and connect each client again.",
        )
    return Vault(load_key(key, settings.key_file))


def _forget_secrets(tx: sa.Connection) -> None:
    tx.execute(secret.delete())
    marks.forget(tx, marks.CERTIFICATE)
    for one in connections.every(tx):
        connections.pause(tx, one.id, NO_CREDENTIALS)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file) as unpacked:
            yield from unpacked
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise archive.unusable(f"{file} is damaged ({error})") from error
