"""Changing the settings of a connection: checked whole, kept as a version, in force from the next run on."""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import tomlkit

from fieldbridge.app import settings_file
from fieldbridge.app.connection_settings import parse
from fieldbridge.app.flows.reading import forget_what_rarely_changes
from fieldbridge.app.installation import Installation
from fieldbridge.app.scheduling import lay_down
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import connections, runs, settings
from fieldbridge.store.ledger.settings import SettingsVersion


def put(tx: sa.Connection, connection_id: str, text: str, because: str, now: datetime) -> bool:
    """Put settings in force, with their schedule and their file. Shape: false when nothing changed.

    They may name what Xero has had for a moment, so that is read at the next run.

    Errors: SetupError, also when the file holds an edit that was not taken yet; OutageError.
    """
    lay_down(tx, connection_id, parse(text), now)
    forget_what_rarely_changes(tx, connection_id)
    if parse(text).sheets.settings_file:
        _renew_file(tx, connection_id, text)
    return settings.put(tx, connection_id, text, because, now)


def _renew_file(tx: sa.Connection, connection_id: str, text: str) -> None:
    one = connections.find(tx, connection_id)
    before = next(iter(settings.listed(tx, connection_id, 1)), None)
    if one is not None:
        settings_file.renew(Path(one.folder), text, before.text if before else one.settings)


def export(installation: Installation, connection_id: str) -> Path:
    """Have the settings lie beside the sheets as a file from now on. Errors: SetupError; OutageError."""
    one = installation.connection(connection_id)
    document = tomlkit.parse(one.settings)
    document.setdefault("sheets", tomlkit.table())["settings_file"] = True
    change(installation, connection_id, tomlkit.dumps(document), "laid beside the sheets as a file")
    return settings_file.place(Path(one.folder))


def change(installation: Installation, connection_id: str, text: str, because: str) -> bool:
    """Replace all settings of a connection. Shape: false when they were so already. Errors: SetupError: all faults."""
    now = installation.now()
    with installation.database.write() as tx:
        changed = put(tx, connection_id, text, because, now)
        if changed:
            runs.record(tx, connection_id, None, now, "settings.changed", because=because)
    return changed


def history(installation: Installation, connection_id: str) -> list[SettingsVersion]:
    """Every version, the newest first."""
    with installation.database.read() as tx:
        return settings.listed(tx, connection_id)


def undo(installation: Installation, connection_id: str, number: int | None) -> SettingsVersion:
    """Put a version back, or without a number the one before. Errors: SetupError when there is none."""
    known = history(installation, connection_id)
    wanted = next((one for one in known[1:] if number in (None, one.id)), None)
    if wanted is None:
        which = "earlier version" if number is None else f"earlier version {number}"
        raise SetupError(
            "settings.version",
            f"{connection_id} has no {which} of its settings.",
            remedy=f"fieldbridge settings {connection_id} history",
        )
    change(installation, connection_id, wanted.text, f"back to version {wanted.id}")
    return wanted
