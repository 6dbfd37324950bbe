"""Hearing from the system that something changed in a folder, where the system tells.

A share tells only what this machine itself changed there, so shares are looked at instead.
"""

import os
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from watchfiles._rust_notify import RustNotify

MOUNTS = Path("/proc/self/mountinfo")
# What other machines change on these is not told here.
_REMOTE = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "lustre", "fuse", "vboxsf", "virtiofs", "davfs", "ncp")
_QUIET_MS, _LONGEST_MS, _LOOK_UP_MS = 100, 300, 1000
Place = tuple[Path, int, int]


class FolderWatch:
    """Calls `tell` with each folder in which something changed, from a thread of its own."""

    def __init__(self, tell: Callable[[Path], None]) -> None:
        self._tell = tell
        self._places: frozenset[Place] = frozenset()
        self._stop = threading.Event()
        self.watched: frozenset[Path] = frozenset()

    def watch(self, folders: Collection[Path]) -> frozenset[Path]:
        """Watch these folders and no others. Shape: those newly watched, which nobody has heard of yet.

        A folder that is not there is left out; one that was made anew counts as another. Where the system refuses to
        watch so many, some are left out.
        """
        places = frozenset(place for folder in folders if (place := _place(folder)))
        if places == self._places:
            return frozenset()
        before, after = self.watched, _begin(sorted(str(path) for path, _, _ in places))
        moved = {path for path, *_ in places - self._places}
        self._stop.set()
        self._places, self._stop = places, threading.Event()
        notify, self.watched = after
        if notify is not None:
            threading.Thread(target=self._hear, args=(notify, self._stop), name="folders", daemon=True).start()
        return self.watched & (moved | (self.watched - before))

    def close(self) -> None:
        """Hear no more."""
        self._stop.set()

    def _hear(self, notify: RustNotify, stop: threading.Event) -> None:
        with notify:
            while not stop.is_set():
                heard = notify.watch(_LONGEST_MS, _QUIET_MS, _LOOK_UP_MS, stop)
                if isinstance(heard, set):
                    for folder in {Path(path).parent for _, path in heard}:
                        self._tell(folder)


def _place(folder: Path) -> Place | None:
    with suppress(OSError):
        status = folder.stat()
        return folder, status.st_dev, status.st_ino
    return None


def _begin(paths: list[str]) -> tuple[RustNotify | None, frozenset[Path]]:
    """Watch as many as the system lets us."""
    while paths:
        try:
            notify = RustNotify(paths, False, False, 0, False, False)
        except OSError:
            paths = paths[: len(paths) // 2]
        else:
            return notify, frozenset(Path(path) for path in paths)
    return None, frozenset()


def local(folders: Iterable[Path]) -> set[Path]:
    """Those folders whose changes the system can tell, as far as one can know: not the ones on a share."""
    mounts = _mounts(MOUNTS.read_text(encoding="utf-8")) if MOUNTS.exists() else {}
    return {folder for folder in folders if not is_remote(folder, mounts)}


def is_remote(folder: Path, mounts: dict[str, str]) -> bool:
    """Whether a folder lies on a share. Shape: mounts is the kind of file system by mount point."""
    text = str(folder)
    if text.startswith("\\\\"):
        return True
    point = next((parent for parent in (text, *map(str, folder.parents)) if parent in mounts), "")
    return mounts.get(point, "").startswith(_REMOTE)


def _mounts(text: str) -> dict[str, str]:
    """Source: proc(5), mountinfo: the mount point is the fifth field; the kind follows a lone hyphen."""
    found = {}
    for line in text.splitlines():
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4]
        found[os.fsdecode(point.encode().decode("unicode_escape").encode("latin-1"))] = right.split(" ")[0]
    return found
