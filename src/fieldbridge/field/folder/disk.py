"""Touching a folder that may be a network share: failures in plain words, digests in bounded memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fieldbridge.core.errors import OutageError


@contextmanager
def reaching(folder: Path) -> Iterator[None]:
    """Turn a failing disk or share into an outage that names the folder. Errors: OutageError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutageError(
            "folder.unreachable",
            f"The folder {folder} could not be used: {reason}.",
            remedy="Check that it exists, is connected and may be read and written; the Bridge tries again by itself.",
        ) from error


def digest_of(path: Path) -> str | None:
    """The file's SHA-256 in hexadecimal; None when there is no such file."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def write_synced(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a new file, down to the disk. Shape: its SHA-256. Errors: OutageError; whatever chunks raises."""
    digest = hashlib.sha256()
    with reaching(path.parent):
        handle = path.open("xb")
    with handle:
        for chunk in chunks:
            digest.update(chunk)
            with reaching(path.parent):
                handle.write(chunk)
        with reaching(path.parent):
            handle.flush()
            os.fsync(handle.fileno())
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable itself; some file systems and Windows cannot, and need not."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
