"""The image catalogue: a folder of JPEGs the cloud reads, each put in place whole, and the rows of Images.csv."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from fieldbridge.core.records.pictures import Picture
from fieldbridge.field.folder.disk import digest_of, reaching, sync_folder, write_synced
from fieldbridge.field.folder.master_files import Row


def put(folder: Path, name: str, content: bytes) -> None:
    """Put a picture in place: whole or not at all. Errors: OutageError."""
    half_done = folder / f".{name}.{secrets.token_hex(4)}.tmp"
    with reaching(folder):
        folder.mkdir(exist_ok=True)
        try:
            write_synced(half_done, [content])
            half_done.replace(folder / name)
        finally:
            half_done.unlink(missing_ok=True)
        sync_folder(folder)


def remove(folder: Path, name: str, digest: str) -> None:
    """Take a picture away, unless somebody has put another in its place. Errors: OutageError."""
    with reaching(folder):
        if digest_of(folder / name) == digest:
            (folder / name).unlink(missing_ok=True)


def sizes(folder: Path) -> dict[str, int]:
    """What lies there, by name, without what a killed process left. Units: bytes. Errors: OutageError."""
    if not folder.is_dir():
        return {}
    with reaching(folder), os.scandir(folder) as entries:
        return {one.name: one.stat().st_size for one in entries if one.is_file() and not one.name.startswith(".")}


def sweep(folder: Path) -> None:
    """Remove what a killed process left half done."""
    with suppress(OSError):
        for one in folder.glob(".*.tmp"):
            one.unlink(missing_ok=True)


def image_rows(pictures: Iterable[Picture]) -> Iterator[Row]:
    """Rows of Images.csv."""
    for one in pictures:
        yield Row(
            one.name,
            {
                "SKUCode": one.product,
                "Position": str(one.position),
                "FileName": one.name,
                "Width": str(one.width),
                "Height": str(one.height),
                "Bytes": str(one.size),
                "SHA256": one.digest,
            },
        )
