"""Putting a finished order file away, as often as it takes, without ever losing one.

Source: field-sales facts §10 (consumed order file: moved after conversion, original bytes kept).
"""

from pathlib import Path

from fieldbridge.field.folder.disk import digest_of, reaching
from fieldbridge.field.folder.profile import Profile

_SHORT = 8


def move_to_processed(folder: Path, name: str, digest: str, profile: Profile) -> str:
    """Move a file that was read into the processed folder; safe to repeat after a crash.

    Shape: digest is the SHA-256 (hexadecimal) of the bytes that were read. Gives the name inside the processed
    folder, or "" when the file is nowhere. A file that now has other content is a new one and stays where it is.
    Errors: OutageError.
    """
    source, processed = folder / name, folder / profile.processed_folder
    with reaching(folder):
        names = _names(name, digest)
        if digest_of(source) != digest:
            return next((found for found in names if digest_of(processed / found) == digest), "")
        processed.mkdir(exist_ok=True)
        target = next(free for free in names if digest_of(processed / free) in (None, digest))
        source.replace(processed / target)
    return target


def _names(name: str, digest: str) -> list[str]:
    """The name itself, then names that say which content it is, for when another file of that name came before."""
    path = Path(name)
    return [name, f"{path.stem}-{digest[:_SHORT]}{path.suffix}", f"{path.stem}-{digest}{path.suffix}"]
