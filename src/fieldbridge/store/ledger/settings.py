"""The settings of each connection, as they were and are: the newest version is in force."""

from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.store.schema import connection, settings_version


class SettingsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a connection's settings. Shape: text is TOML as it was written, with its comments."""

    id: int
    text: str
    because: str
    set_at: datetime


def put(tx: sa.Connection, connection_id: str, text: str, because: str, at: datetime) -> bool:
    """Put settings in force. Shape: false when they were already, and then nothing is noted."""
    known = connection.c.id == connection_id
    before = tx.execute(sa.select(connection.c.settings).where(known)).scalar_one()
    newest = next(iter(listed(tx, connection_id, 1)), None)
    if newest is None and before not in ("", text):
        _note(tx, connection_id, before, "as it was before", at)
    tx.execute(connection.update().where(known).values(settings=text))
    if newest is not None and newest.text == text:
        return False
    _note(tx, connection_id, text, because, at)
    return True


def _note(tx: sa.Connection, connection_id: str, text: str, because: str, at: datetime) -> None:
    row = {"connection_id": connection_id, "text": text, "because": because, "set_at": at}
    tx.execute(settings_version.insert(), row)


def listed(tx: sa.Connection, connection_id: str, limit: int = 100) -> list[SettingsVersion]:
    """The versions, the newest first."""
    query = sa.select(*(settings_version.c[name] for name in SettingsVersion.__struct_fields__)).where(
        settings_version.c.connection_id == connection_id
    )
    return [
        SettingsVersion(**row)
        for row in tx.execute(query.order_by(settings_version.c.id.desc()).limit(limit)).mappings()
    ]
