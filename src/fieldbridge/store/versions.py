"""What was published when: a row for each version of each file, its content kept once, compressed, in the home."""

import gzip
import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import sqlalchemy as sa

from fieldbridge.store.schema import file_version


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was published. Shape: digest is the SHA-256 of its content, in hexadecimal."""

    id: int
    name: str
    digest: str
    rows: int
    published_at: datetime


def keep(tx: sa.Connection, connection_id: str, name: str, fingerprint: str, rows: int, at: datetime) -> None:
    """Note that a file was published with this content."""
    row = {"connection_id": connection_id, "name": name, "digest": fingerprint, "rows": rows, "published_at": at}
    tx.execute(file_version.insert(), row)


def listed(
    tx: sa.Connection, connection_id: str, name: str | None = None, until: datetime | None = None, limit: int = 1000
) -> list[Version]:
    """Versions of all files or of one, the newest first; until leaves out what was published later."""
    query = _versions(connection_id)
    if name is not None:
        query = query.where(file_version.c.name == name)
    if until is not None:
        query = query.where(file_version.c.published_at <= until)
    return [Version(**row) for row in tx.execute(query.order_by(file_version.c.id.desc()).limit(limit)).mappings()]


def numbered(tx: sa.Connection, connection_id: str, name: str, number: int) -> Version | None:
    """One version of a file."""
    query = _versions(connection_id).where(file_version.c.name == name, file_version.c.id == number)
    return next((Version(**row) for row in tx.execute(query).mappings()), None)


def before(tx: sa.Connection, connection_id: str, one: Version) -> Version | None:
    """The version of the same file before one."""
    query = _versions(connection_id).where(file_version.c.name == one.name, file_version.c.id < one.id)
    found = tx.execute(query.order_by(file_version.c.id.desc()).limit(1)).mappings()
    return next((Version(**row) for row in found), None)


def standing(tx: sa.Connection, connection_id: str, at: datetime) -> list[Version]:
    """Every file as it stood at a moment, by name."""
    last = (
        sa.select(sa.func.max(file_version.c.id))
        .where(file_version.c.connection_id == connection_id, file_version.c.published_at <= at)
        .group_by(file_version.c.name)
    )
    query = _versions(connection_id).where(file_version.c.id.in_(last)).order_by(file_version.c.name)
    return [Version(**row) for row in tx.execute(query).mappings()]


def _versions(connection_id: str) -> sa.Select[Any]:
    return sa.select(*(file_version.c[field] for field in Version.__struct_fields__)).where(
        file_version.c.connection_id == connection_id
    )


def prune(tx: sa.Connection, connection_id: str, before: datetime) -> set[str]:
    """Forget old versions, but never the newest of a file. Shape: digests whose content nobody needs any more."""
    newest = sa.select(sa.func.max(file_version.c.id)).group_by(file_version.c.connection_id, file_version.c.name)
    old = file_version.delete().where(
        file_version.c.connection_id == connection_id,
        file_version.c.published_at < before,
        file_version.c.id.not_in(newest),
    )
    gone = set(tx.execute(old.returning(file_version.c.digest)).scalars())
    needed = sa.select(file_version.c.digest).where(file_version.c.digest.in_(gone))
    return gone - set(tx.execute(needed).scalars())


class Archive:
    """The contents, by digest. Shape: files DIGEST.gz in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, source: Path, fingerprint: str) -> None:
        """Keep a file's content, once, in bounded memory."""
        target = self._of(fingerprint)
        if target.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        half_done = self.folder / f".{fingerprint}.{secrets.token_hex(4)}.tmp"
        try:
            # No name and no time inside: the same content is the same file.
            with source.open("rb") as read, half_done.open("xb") as raw:
                with gzip.GzipFile("", "wb", 6, raw, mtime=0) as write:
                    shutil.copyfileobj(read, write)
                raw.flush()
                os.fsync(raw.fileno())
            half_done.replace(target)
        finally:
            half_done.unlink(missing_ok=True)

    def open(self, fingerprint: str) -> BinaryIO | None:
        """A content to read; None when it is not here."""
        with suppress(FileNotFoundError):
            return cast("BinaryIO", gzip.open(self._of(fingerprint), "rb"))
        return None

    def discard(self, digests: Iterable[str]) -> None:
        """Forget contents."""
        for one in digests:
            self._of(one).unlink(missing_ok=True)

    def _of(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}.gz"
