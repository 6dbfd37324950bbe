"""Files that lie beside order files: found by a plain name, of bounded size, judged by what they hold.

Source: Xero, attachments: at most 10 MB is safe; which kinds tablets send: photos and PDFs (field-sales facts §2).
"""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fieldbridge.core.errors import RefusedError
from fieldbridge.field.folder.disk import reaching
from fieldbridge.field.folder.profile import Profile

BYTES_MAX = 10 * 1024 * 1024
# What is put away is given a longer name, and a disk takes 255 bytes.
NAME_MAX_BYTES = 200
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LOOK_S = 0.2
_AGAIN = "then: fieldbridge retry"


class Content(NamedTuple):
    """The bytes of a file, what they are, and a name whose end says so too."""

    name: str
    mime_type: str
    data: bytes


class _Known(NamedTuple):
    mime_type: str
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


_KNOWN = (
    _Known("application/pdf", (".pdf",), lambda data: data.startswith(b"%PDF-")),
    _Known("image/jpeg", (".jpg", ".jpeg"), lambda data: data.startswith(b"\xff\xd8\xff")),
    _Known("image/png", (".png",), lambda data: data.startswith(b"\x89PNG\r\n\x1a\n")),
    _Known("image/gif", (".gif",), lambda data: data.startswith((b"GIF87a", b"GIF89a"))),
    _Known("image/webp", (".webp",), lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
    _Known("image/heic", (".heic", ".heif"), lambda data: data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1")),
    _Known("image/tiff", (".tif", ".tiff"), lambda data: data.startswith((b"II*\x00", b"MM\x00*"))),
)


def read_beside(folder: Path, profile: Profile, name: str, mark: str, pause: Callable[[float], None]) -> Content:
    """One file of the folder, once nobody writes to it any more; or the one put away before for the same mark.

    Errors: RefusedError attachment.name, attachment.missing, attachment.not_regular, attachment.size or
    attachment.content; OutageError.
    """
    _check_name(name)
    places = (folder / name, folder / profile.processed_folder / _marked(name, mark))
    with reaching(folder):
        place = next((one for one in places if os.path.lexists(one)), None)
        if place is None:
            raise _refused("missing", name, "does not lie beside the order file", f"Put it into {folder}, {_AGAIN}")
        _let_settle(place, profile.settle_s, pause)
        data = _bytes(place, name)
    return judged(name, data)


def put_away(folder: Path, profile: Profile, name: str, mark: str) -> None:
    """Move a file that was attached into the processed folder; safe to repeat. Errors: OutageError."""
    source = folder / name
    with reaching(folder):
        if source.is_file() and not source.is_symlink():
            target = folder / profile.processed_folder
            target.mkdir(exist_ok=True)
            source.replace(target / _marked(name, mark))


def _marked(name: str, mark: str) -> str:
    """Two tablets may call two photos the same."""
    path = Path(name)
    return f"{path.stem}-{mark}{path.suffix}"


def _let_settle(place: Path, settle_s: float, pause: Callable[[float], None]) -> None:
    """Wait until two looks find a fresh file the same, but no longer than a file may take to settle."""
    waited = 0.0
    while waited < settle_s:
        before = place.lstat()
        if time.time() - before.st_mtime >= settle_s:
            return
        pause(_LOOK_S)
        waited += _LOOK_S
        now = place.lstat()
        if (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns):
            return


def _check_name(name: str) -> None:
    is_plain = name == Path(name).name and not any(mark in name for mark in "/\\:\0") and name.strip(" .") == name
    if not is_plain or not name.isprintable() or len(name.encode()) > NAME_MAX_BYTES:
        raise _refused(
            "name", name[:NAME_MAX_BYTES], "is no plain file name", "Name a file that lies beside the order file."
        )


def _bytes(place: Path, name: str) -> bytes:
    try:
        handle = os.fdopen(os.open(place, os.O_RDONLY | _NO_WAITING | getattr(os, "O_NOFOLLOW", 0)), "rb")
    except PermissionError:
        raise _refused("unreadable", name, "may not be read", f"Let the Bridge's user read it, {_AGAIN}") from None
    except OSError as error:
        said = f"cannot be opened ({error.strerror})"
        raise _refused("not_regular", name, said, f"Put the file itself there, {_AGAIN}") from None
    with handle:
        status = os.fstat(handle.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _refused("not_regular", name, "is not a regular file", f"Put the file itself there, {_AGAIN}")
        if not 0 < status.st_size <= BYTES_MAX:
            said = "is empty" if not status.st_size else f"has {status.st_size} bytes, more than {BYTES_MAX}"
            raise _refused("size", name, said, f"Put one of 1 byte to 10 MB in its place, {_AGAIN}")
        return handle.read(BYTES_MAX)


def judged(name: str, data: bytes) -> Content:
    """What some bytes are, whatever the file is called. Errors: RefusedError attachment.content."""
    found = next((one for one in _KNOWN if one.fits(data)), None)
    if found is None:
        raise _refused(
            "content", name, "holds neither a PDF nor a picture", f"Put a PDF or a picture in its place, {_AGAIN}"
        )
    fits = name.casefold().endswith(found.endings)
    return Content(name if fits else f"{name}{found.endings[0]}", found.mime_type, data)


def _refused(what: str, name: str, said: str, remedy: str) -> RefusedError:
    shown = "".join(mark if mark.isprintable() else "?" for mark in name)
    return RefusedError(
        f"attachment.{what}", f"The file {shown!r} {said}; its document went without it.", remedy=remedy
    )
