"""A backup: one file with everything the database holds, made while work goes on.

Secrets are in it only as the vault has sealed them, and the key is not.
"""

import gzip
import os
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.store import archive
from fieldbridge.store.ledger import marks


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. Units: bytes of the file."""

    file: str
    bytes: int
    made_at: datetime


def backup(installation: Installation, file: Path) -> Backup:
    """Write a backup. The file appears when it is complete. Errors: SetupError when there is one of that name."""
    if file.exists():
        raise SetupError("backup.exists", f"{file} is there already.", remedy="Give each backup a name of its own.")
    if not file.absolute().parent.is_dir():
        raise SetupError("backup.folder", f"The folder of {file} is not there.", remedy="Make it first.")
    now = installation.now()
    partial = file.with_name(f"{file.name}.partial")
    try:
        _write(installation, partial, now)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    with installation.database.write() as tx:
        marks.keep(tx, marks.BACKED_UP_AT, now.isoformat())
    return Backup(file=str(file), bytes=file.stat().st_size, made_at=now)


def _write(installation: Installation, partial: Path, now: datetime) -> None:
    # Customers and orders are in it: only its owner may read it.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as disk:
        with gzip.GzipFile(fileobj=disk, mode="wb") as packed, installation.database.snapshot() as tx:
            for line in archive.written(tx, version("fieldbridge"), now):
                packed.write(line + b"\n")
        disk.flush()
        os.fsync(disk.fileno())
