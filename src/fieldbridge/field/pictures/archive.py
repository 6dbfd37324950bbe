"""A zip archive of pictures, which anybody may have made: judged by what it states before anything is unpacked.

What an archive states of a file is also where unpacking stops, so a lie cannot make it larger.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import ZipFile, ZipInfo

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.rules import ImageRules

# The end of an archive, and how long its comment may be. Source: APPNOTE 4.3.16.
_END, _END_FORM, _COMMENT_MAX = b"PK\x05\x06", struct.Struct("<4s4H2LH"), 0xFFFF
# A file's row in the list at the end is rarely longer; the list is read whole.
_BYTES_PER_ROW = 256
_SMALL = 1_000_000
_HAS_PASSWORD = 1
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, struct.error, zlib.error)


def opened(path: Path, rules: ImageRules) -> ZipFile:
    """An archive whose list is short enough to be held. Errors: RefusedError picture.archive; OSError."""
    if _list_bytes(path) > rules.archive_files * _BYTES_PER_ROW:
        raise _unusable(path.name, f"lists more than {rules.archive_files} files")
    try:
        archive = ZipFile(path)
    except _BROKEN as error:
        raise _unusable(path.name, "is not a whole zip archive") from error
    files = archive.infolist()
    size = sum(one.file_size for one in files)
    if len(files) <= rules.archive_files and size <= rules.archive_bytes:
        return archive
    archive.close()
    if len(files) > rules.archive_files:
        raise _unusable(path.name, f"holds {len(files)} files, more than {rules.archive_files}")
    raise _unusable(path.name, f"would unpack to {size} bytes, more than {rules.archive_bytes}")


def _list_bytes(path: Path) -> int:
    """How long the archive's list of files is; nought when there is no end to be found."""
    with path.open("rb") as handle:
        handle.seek(0, 2)
        handle.seek(max(0, handle.tell() - _END_FORM.size - _COMMENT_MAX))
        tail = handle.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_FORM.size:
        return 0
    # A list of 4 GiB or more is stated elsewhere; here stands the most there can be, which is too much anyway.
    return int(_END_FORM.unpack_from(tail, at)[5])


def members(archive: ZipFile) -> Iterator[tuple[str, ZipInfo]]:
    """Each file with its name. One folder around all of them, as when a folder was packed, is looked through."""
    files = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    around = {PurePosixPath(one.filename).parts[0] for one in files if one.filename}
    top = f"{around.pop()}/" if len(around) == 1 else "/"
    is_plain = top not in ("/", "//", "./", "../") and all(one.filename.startswith(top) for one in files)
    for one in files:
        yield one.filename.removeprefix(top) if is_plain else one.filename, one


def check(member: ZipInfo, name: str, rules: ImageRules) -> None:
    """Errors: RefusedError picture.archive when a file has a password, or would become far larger than it is."""
    if member.flag_bits & _HAS_PASSWORD:
        raise _unusable(name, "has a password")
    if member.file_size > max(_SMALL, member.compress_size * rules.archive_ratio):
        ratio = member.file_size // max(1, member.compress_size)
        raise _unusable(name, f"would unpack to {ratio} times its size, as no picture does")


def read(archive: ZipFile, member: ZipInfo, name: str, max_bytes: int) -> bytes:
    """A file's content, or the beginning of one that is too large. Errors: RefusedError picture.archive; OSError."""
    try:
        with archive.open(member) as part:
            return part.read(max_bytes + 1)
    except _BROKEN as error:
        raise _unusable(name, "is damaged and cannot be unpacked") from error


def _unusable(name: str, said: str) -> RefusedError:
    return RefusedError(
        "picture.archive", f"{name} {said}.", remedy="Put the pictures into the folder as they are, or pack them anew."
    )
