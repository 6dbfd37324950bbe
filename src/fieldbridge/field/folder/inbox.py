"""The folder order files arrive in: which are finished, and their bytes.

Nobody tells us when a writer is done, so a file is ready when it stopped changing. Source: field-sales facts §12.
"""

import os
import stat
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.field.folder.disk import reaching
from fieldbridge.field.folder.profile import Profile

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")
_HIDDEN = (".", "~", "$")
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Sight(msgspec.Struct, frozen=True):
    """A file as a look found it. Units: since is when it was first seen like this, in seconds of the caller's clock."""

    size: int
    mtime_ns: int
    since: float


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be read. Shape: looks_whole is false when it stopped changing without a line end."""

    folder: Path
    name: str
    size: int
    mtime_ns: int
    looks_whole: bool


def look(
    folder: Path, profile: Profile, now: float, seen: Mapping[str, Sight], *, people: bool = False
) -> tuple[list[Ready], dict[str, Sight]]:
    """The order files that may be read now, or those about people, oldest first; and what to pass as seen next time.

    A finished-looking file is ready when the previous look found it the same; any file is, when nothing has changed
    for settle_s. What is no regular file of this folder is ready at once, for `read` to refuse with a reason.
    Units: now in seconds since 1970. Errors: OutageError.
    """
    with reaching(folder), os.scandir(folder) as entries:
        names = [entry.name for entry in entries if _is_wanted(entry.name, profile, people=people)]
    ready: list[Ready] = []
    sights: dict[str, Sight] = {}
    for name in names:
        if (sight := _sight(folder / name, seen.get(name), now)) is None:
            continue
        sights[name] = sight
        is_odd, looks_whole = _is_odd(folder, name), _ends_with_line_end(folder / name)
        is_settled = now - min(sight.mtime_ns / 1e9, sight.since) >= profile.settle_s
        if is_odd or is_settled or (looks_whole and sight == seen.get(name)):
            found = Ready(folder=folder, name=name, size=sight.size, mtime_ns=sight.mtime_ns, looks_whole=looks_whole)
            ready.append(found)
    return sorted(ready, key=lambda found: (found.mtime_ns, found.name)), sights


def read(ready: Ready, profile: Profile) -> bytes | None:
    """The file's bytes; None when it has gone or changed since the look, and the next look will tell.

    Errors: RefusedError file.too_large, file.not_regular or file.unreadable; OutageError.
    """
    if _is_odd(ready.folder, ready.name):
        remedy = "Remove it, or put the file itself here."
        raise _refusal(ready, "not_regular", "is not a regular file of this folder", remedy)
    with reaching(ready.folder):
        try:
            with open(ready.folder / ready.name, "rb", opener=_open) as handle:
                status = os.fstat(handle.fileno())
                if not _is_same(status, ready):
                    return None
                if status.st_size > profile.max_file_bytes:
                    limit = f"is larger than {profile.max_file_bytes} bytes"
                    raise _refusal(ready, "too_large", limit, "Split it, or raise max_file_bytes in the profile.")
                data = handle.read(ready.size + 1)
                return data if len(data) == ready.size and _is_same(os.fstat(handle.fileno()), ready) else None
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise _refusal(ready, "unreadable", "may not be read", "Let the Bridge's user read it.") from error


def _is_wanted(name: str, profile: Profile, *, people: bool) -> bool:
    plain = name.casefold()
    if plain.startswith(_HIDDEN) or plain.endswith(_UNFINISHED):
        return False
    if plain in profile.own_names:
        return False  # both directions may share one folder
    if _fits(plain, profile.people_patterns):
        return people
    return not people and _fits(plain, profile.order_patterns)


def _fits(plain: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(plain, pattern.casefold()) for pattern in patterns)


def _sight(path: Path, before: Sight | None, now: float) -> Sight | None:
    with reaching(path.parent):
        status = _status(path)
    if status is None or stat.S_ISDIR(status.st_mode):
        return None
    is_same = before is not None and (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns)
    return before if is_same else Sight(status.st_size, status.st_mtime_ns, now)


def _status(path: Path) -> os.stat_result | None:
    """What a name stands for; None when it is gone. Of a link that cannot be followed, the link: others lie beside."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except OSError:
        if not path.is_symlink():
            raise
        return path.lstat()


def _ends_with_line_end(path: Path) -> bool:
    """A cheap look at the last byte. A file that cannot be opened yet is not finished yet."""
    try:
        with open(path, "rb", opener=_open) as handle:
            handle.seek(-1, os.SEEK_END)
            return handle.read(1) == b"\n"
    except OSError:
        return False


def _open(path: str, flags: int) -> int:
    """Open without waiting, or a pipe would hold the Bridge for ever."""
    return os.open(path, flags | _NO_WAITING)


def _is_odd(folder: Path, name: str) -> bool:
    path = folder / name
    with reaching(folder):
        status = _status(path)
        if status is None:
            return False
        return not stat.S_ISREG(status.st_mode) or not path.resolve().is_relative_to(folder.resolve())


def _is_same(status: os.stat_result, ready: Ready) -> bool:
    return stat.S_ISREG(status.st_mode) and (status.st_size, status.st_mtime_ns) == (ready.size, ready.mtime_ns)


def _refusal(ready: Ready, code: str, told: str, remedy: str) -> RefusedError:
    return RefusedError(f"file.{code}", f"The file {ready.name} in {ready.folder} {told}.", remedy=remedy)
