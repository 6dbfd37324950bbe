"""Publishing a file whole or not at all: staged beside the old one, counted, then put in its place.

Source: field-sales facts §10 (temp name in the same folder, fsync, rename; refuse when a file shrinks too much).
"""

import csv
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from fieldbridge.field.folder.disk import digest_of, reaching, sync_folder, write_synced


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A file ready to be published, or found to be there already.

    Shape: digest is SHA-256 in hexadecimal; when changed is false there is no temp file and commit does nothing.
    Units: rows and rows_before count data rows, without the header; rows_before is 0 when there was no file.
    """

    path: Path
    path_tmp: Path
    digest: str
    rows: int
    rows_before: int
    changed: bool

    def commit(self) -> bool:
        """Put the file in place; true when its content changed. Errors: OutageError, the old file then stands."""
        if self.changed:
            with reaching(self.path.parent):
                self.path_tmp.replace(self.path)
                sync_folder(self.path.parent)
        return self.changed

    def discard(self) -> None:
        """Leave the old file as it is. Errors: OutageError."""
        with reaching(self.path.parent):
            self.path_tmp.unlink(missing_ok=True)


def stage(folder: Path, name: str, chunks: Iterable[bytes], *, header: bool = True) -> Staged:
    """Write a file beside the published one, in bounded memory, and compare the two.

    What a killed process left behind is removed first, so two writers of one file make the first one's commit fail
    and never publish what was not judged. Errors: OutageError; whatever chunks raises, with nothing left behind.
    """
    path, path_tmp = folder / name, folder / f".{name}.{secrets.token_hex(4)}.tmp"
    with reaching(folder):
        for leftover in _leftovers(folder, name):
            leftover.unlink(missing_ok=True)
    try:
        digest = write_synced(path_tmp, chunks)
        with reaching(folder):
            changed, rows = digest_of(path) != digest, _count_rows(path_tmp, header)
            rows_before = _count_rows(path, header) if changed else rows
    except BaseException:
        with suppress(OSError):
            path_tmp.unlink(missing_ok=True)
        raise
    staged = Staged(path=path, path_tmp=path_tmp, digest=digest, rows=rows, rows_before=rows_before, changed=changed)
    if not changed:
        staged.discard()
    return staged


def _leftovers(folder: Path, name: str) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(f".{name}.") and path.suffix == ".tmp"]


def _count_rows(path: Path, header: bool) -> int:
    """Records, not lines: a quoted field may hold a line end. A monstrous field ends the count."""
    count = 0
    try:
        with path.open(encoding="latin-1", newline="") as lines, suppress(csv.Error):
            for row in csv.reader(lines):
                count += bool(row)
    except FileNotFoundError:
        return 0
    return max(0, count - header)
