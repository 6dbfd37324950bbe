"""Where an office's pictures lie: a folder, a zip archive, or a folder that also holds archives.

Only names are trusted for what they are: a name, never a path. Folders inside a folder are left alone.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from zipfile import ZipFile, ZipInfo

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.identity import digest
from fieldbridge.core.rules import ImageRules
from fieldbridge.field.folder.disk import reaching
from fieldbridge.field.pictures import archive

_LEFT_ALONE = ("thumbs.db", "desktop.ini")
_HIDDEN = (".", "~", "$")
# Within the tick of its clock a file may change, and be as old and as large as before.
_TICK_NS = 2_000_000_000
_ARCHIVE = ".zip"


class Lying(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it lies there.

    Shape: archive is the archive it lies in, with the file's own name after it; just that when nobody could see what
    is inside. sight changes when the file does; is_fresh: it may yet change without a new sight. refused is why it is
    not read.
    """

    name: str
    archive: str = ""
    sight: str = ""
    is_fresh: bool = False
    refused: RefusedError | None = None


def place(shared: Path, rules: ImageRules) -> Path:
    """Where the pictures of a connection lie."""
    beside = shared.with_name(f"{shared.name}-pictures")
    packed = beside.with_name(f"{beside.name}{_ARCHIVE}")
    return Path(rules.source) if rules.source else packed if packed.is_file() and not beside.exists() else beside


class Source:
    """The pictures of one connection, while it is open. Errors: OutageError whenever the place cannot be reached."""

    def __init__(self, path: Path, rules: ImageRules, now_s: float) -> None:
        self._path, self._rules, self._now_ns = path, rules, int(now_s * 1e9)
        self._open = ExitStack()
        self._members: dict[str, tuple[ZipFile, ZipInfo]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def lying(self) -> list[Lying]:
        """Every file there is, by name. Shape: empty when the place is not there."""
        with reaching(self._path.parent):
            if self._path.is_file():
                return sorted(self._unpacked(self._path), key=lambda one: one.name)
            if not self._path.exists():
                return []
            with os.scandir(self._path) as entries:
                return sorted((one for entry in entries for one in self._of(entry)), key=lambda one: one.name)

    def read(self, name: str) -> bytes:
        """The content of a file `lying` has named, or the beginning of one that is too large.

        Errors: RefusedError picture.unreadable, picture.archive.
        """
        max_bytes = self._rules.max_file_bytes
        with reaching(self._path):
            if name in self._members:
                packed, member = self._members[name]
                return archive.read(packed, member, name, max_bytes)
            try:
                with (self._path / name).open("rb") as handle:
                    return handle.read(max_bytes + 1)
            except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
                raise _unreadable(name) from error

    def _of(self, entry: "os.DirEntry[str]") -> Iterator[Lying]:
        if _is_left_alone(entry.name) or entry.is_dir(follow_symlinks=False):
            return
        if not entry.is_file(follow_symlinks=False):
            yield Lying(name=entry.name, refused=_odd(entry.name))
        elif entry.name.lower().endswith(_ARCHIVE):
            yield from self._unpacked(Path(entry.path))
        else:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                yield Lying(
                    name=entry.name,
                    sight=f"{status.st_mtime_ns} {status.st_size} {self._limits()}",
                    is_fresh=self._now_ns - status.st_mtime_ns < _TICK_NS,
                    refused=self._too_large(entry.name, status.st_size),
                )

    def _unpacked(self, path: Path) -> Iterator[Lying]:
        try:
            packed = self._open.enter_context(archive.opened(path, self._rules))
        except (RefusedError, PermissionError) as error:
            refused = error if isinstance(error, RefusedError) else _unreadable(path.name)
            yield Lying(name=path.name, archive=path.name, refused=refused)
            return
        found = [(f"{path.name}/{name}", member) for name, member in archive.members(packed)]
        often = Counter(name for name, _ in found)
        for name, member in dict(found).items():
            if not _is_left_alone(name.rpartition("/")[2]):
                self._members[name] = packed, member
                sight = f"{member.CRC:08x} {member.file_size} {self._limits()}"
                unfit = self._unfit(name, member, twice=often[name] > 1)
                yield Lying(name=name, archive=path.name, sight=sight, refused=unfit)

    def _unfit(self, name: str, member: ZipInfo, *, twice: bool) -> RefusedError | None:
        if twice:
            return RefusedError("picture.two", f"{name} is in the archive twice.", remedy="Keep one of them.")
        try:
            archive.check(member, name, self._rules)
        except RefusedError as error:
            return error
        return self._too_large(name, member.file_size)

    def _too_large(self, name: str, size: int) -> RefusedError | None:
        if size <= self._rules.max_file_bytes:
            return None
        said = f"{name} has {size} bytes, more than {self._rules.max_file_bytes}."
        return RefusedError("picture.too_large", said, remedy="Save it smaller, or raise images.max_file_bytes.")

    def _limits(self) -> str:
        """What was found of a file holds only under the limits it was looked at with."""
        return digest(f"{self._rules.max_file_bytes} {self._rules.max_pixels}".encode())[:8]


def _is_left_alone(name: str) -> bool:
    plain = name.lower()
    return plain.startswith(_HIDDEN) or plain in _LEFT_ALONE


def _odd(name: str) -> RefusedError:
    said = f"{name} is not a regular file of this folder."
    return RefusedError("picture.not_regular", said, remedy="Put the picture itself there.")


def _unreadable(name: str) -> RefusedError:
    return RefusedError("picture.unreadable", f"{name} may not be read.", remedy="Let the Bridge's user read it.")
