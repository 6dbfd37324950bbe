"""Published files as they were: listed, compared, written out again."""

import shutil
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.field.folder.compare import Difference, differences
from fieldbridge.field.folder.profile import FileLayout, Profile
from fieldbridge.store import versions
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.versions import Version

Which = int | datetime | None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions of a file, and the rows that differ."""

    connection: str
    name: str
    before: Version
    after: Version
    differences: list[Difference]


def listed(
    installation: Installation, one: Connection, name: str | None, until: datetime | None = None
) -> list[Version]:
    """What was published, the newest first; until leaves out what came later."""
    with installation.database.read() as tx:
        return versions.listed(tx, one.id, name, until)


def compare(installation: Installation, one: Connection, name: str, before: Which, after: Which) -> Compared:
    """Two versions, by number or as the file stood at a moment; without them the last two, or one and the last.

    Errors: SetupError when there are no such versions, or no such file.
    """
    profile = parse(one.settings).profile
    layout = _layout(profile, name)
    with installation.database.read() as tx:
        newest = _chosen(tx, one, name, installation.now() if after is None else after)
        oldest = (
            _chosen(tx, one, name, before) if before is not None else newest and versions.before(tx, one.id, newest)
        )
    if oldest is None or newest is None:
        raise SetupError(
            "version.unknown",
            f"{one.id} has not two versions of {name} to compare.",
            remedy="fieldbridge versions lists them.",
        )
    with closing(_opened(installation, one.id, oldest)) as old, closing(_opened(installation, one.id, newest)) as new:
        found = list(differences(old.read(), new.read(), layout, profile.encoding))
    return Compared(connection=one.id, name=name, before=oldest, after=newest, differences=found)


def _chosen(tx: sa.Connection, one: Connection, name: str, which: int | datetime) -> Version | None:
    if isinstance(which, datetime):
        return next(iter(versions.listed(tx, one.id, name, which, limit=1)), None)
    found = versions.numbered(tx, one.id, name, which)
    if found is None:
        raise SetupError(
            "version.unknown", f"{name} has no version {which}.", remedy="fieldbridge versions lists them."
        )
    return found


def write(installation: Installation, one: Connection, name: str, at: datetime, target: Path) -> Version:
    """Write a file as it stood at a moment. Errors: SetupError when nothing was published by then, or target exists."""
    with installation.database.read() as tx:
        found = next(iter(versions.listed(tx, one.id, name, at, limit=1)), None)
    if found is None:
        raise SetupError(
            "version.unknown", f"{one.id} has no version of {name} of {at:%Y-%m-%d %H:%M} UTC or before.",
            remedy="fieldbridge versions lists them.",
        )  # fmt: skip
    _copy(installation, one.id, found, target)
    return found


def write_all(installation: Installation, one: Connection, at: datetime, folder: Path) -> list[Version]:
    """Write every file as it stood at a moment into a new folder, or an empty one.

    Errors: SetupError when nothing was published by then, or something is there.
    """
    with installation.database.read() as tx:
        found = versions.standing(tx, one.id, at)
    if not found:
        raise SetupError(
            "version.unknown", f"{one.id} had published nothing by {at:%Y-%m-%d %H:%M} UTC.",
            remedy="fieldbridge versions lists them.",
        )  # fmt: skip
    folder.mkdir(exist_ok=True)
    for each in found:
        _copy(installation, one.id, each, folder / each.name)
    return found


def _copy(installation: Installation, connection_id: str, one: Version, target: Path) -> None:
    if target.exists():
        raise SetupError("version.target", f"{target} is there already.", remedy="Name another file or folder.")
    with closing(_opened(installation, connection_id, one)) as source, target.open("xb") as written:
        shutil.copyfileobj(source, written)


def _layout(profile: Profile, name: str) -> FileLayout:
    found = next((layout for layout in profile.master_files if layout.name == name), None)
    if found is None:
        names = ", ".join(layout.name for layout in profile.master_files)
        raise SetupError("version.file", f"{name} is none of the master files.", remedy=f"They are {names}.")
    return found


def _opened(installation: Installation, connection_id: str, one: Version) -> BinaryIO:
    content = installation.archive(connection_id).open(one.digest)
    if content is None:
        raise SetupError(
            "version.content",
            f"The content of version {one.id} of {one.name} is not in this home.",
            remedy="Look in the home of the installation that published it.",
        )
    return content
