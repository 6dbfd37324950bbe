"""Touching a folder that may be a network share: failures in plain words, digests in bounded memory."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
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
