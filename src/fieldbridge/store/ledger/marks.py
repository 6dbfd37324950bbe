"""Marks: what is to be remembered about the installation itself, each under a name."""

from datetime import datetime

import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import installation

CERTIFICATE = "certificate"
RESTORED_AT = "restored_at"
BACKED_UP_AT = "backed_up_at"
MOVED_TO = "moved_to"
KEPT_SINCE = "evidence_kept_since"


def keep(tx: sa.Connection, name: str, value: str) -> None:
    """Remember something, in the place of what was remembered under the name."""
    upsert(tx, installation, [{"name": name, "value": value}])


def find(tx: sa.Connection, name: str) -> str | None:
    """What is remembered under a name."""
    return tx.execute(sa.select(installation.c.value).where(installation.c.name == name)).scalar()


def forget(tx: sa.Connection, name: str) -> None:
    """Remember it no more."""
    tx.execute(installation.delete().where(installation.c.name == name))


def restored_at(tx: sa.Connection) -> datetime | None:
    """When this ledger last came out of a backup or another database, if it ever did."""
    return _moment(tx, RESTORED_AT)


def kept_since(tx: sa.Connection) -> datetime | None:
    """From when on evidence is whole; None while nothing was forgotten."""
    return _moment(tx, KEPT_SINCE)


def _moment(tx: sa.Connection, name: str) -> datetime | None:
    found = find(tx, name)
    return datetime.fromisoformat(found) if found else None
