"""Hearing of changes in folders from the system, and knowing which folders it cannot tell about."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from fieldbridge.field.folder import watch
from fieldbridge.field.folder.watch import FolderWatch, is_remote, local

WITHIN_S = 60.0
MOUNTS = r"""
22 27 0:21 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:22 / /mnt/sites rw,relatime shared:1 - cifs //server/sites rw
24 23 0:23 / /mnt/sites/local\040disk rw - xfs /dev/sdb1 rw
25 22 0:24 / /home/reps rw - fuse.sshfs reps@host: rw
""".strip()


@pytest.fixture
def heard() -> SimpleQueue:
    return SimpleQueue()


@pytest.fixture
def folders(heard) -> Iterator[FolderWatch]:
    made = FolderWatch(heard.put)
    yield made
    made.close()


def said(heard: SimpleQueue) -> Path | None:
    try:
        return heard.get(timeout=WITHIN_S)
    except Empty:
        return None


def quiet(heard: SimpleQueue) -> None:
    """Let go what was said while a change went on."""
    with suppress(Empty):
        while True:
            heard.get(timeout=0.6)


def told_before(heard: SimpleQueue, marker: Path) -> list[Path]:
    """Have everything told that happened before, and give what of it was not of the marker's folder.

    What happens is told in its order, but a look's folders in any: all was told when the marker's was, once more.
    """
    told = []
    for _ in range(2):
        marker.write_text(f"{len(told)}")
        while (folder := heard.get(timeout=WITHIN_S)) != marker.parent:
            told.append(folder)
    return told


def test_a_new_file_is_told_with_its_folder_and_reading_it_is_not(tmp_path, folders, heard):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    assert folders.watch([one, other]) == {one, other}
    (other / "orders.txt").write_text("H\n")
    assert said(heard) == other
    told_before(heard, one / "orders.txt")
    assert (other / "orders.txt").read_text() == "H\n"
    list(other.iterdir())
    assert told_before(heard, one / "orders.txt") == []


def test_a_folder_that_is_not_there_is_left_out_and_watched_once_it_is(tmp_path, folders, heard):
    here, later = tmp_path / "here", tmp_path / "later"
    here.mkdir()
    assert folders.watch([here, later]) == {here}
    later.mkdir()
    assert folders.watch([here, later]) == {later}
    (later / "orders.txt").touch()
    assert said(heard) == later


def test_a_folder_made_anew_is_watched_anew(tmp_path, folders, heard):
    site, keeps_the_number = tmp_path / "site", tmp_path / "other"
    site.mkdir()
    assert folders.watch([site]) == {site}
    assert folders.watch([site]) == frozenset()
    shutil.rmtree(site)
    keeps_the_number.mkdir()
    site.mkdir()
    assert folders.watch([site]) == {site}
    quiet(heard)
    (site / "orders.txt").touch()
    assert said(heard) == site


def test_where_the_system_refuses_so_many_some_are_still_watched(tmp_path, folders, heard, monkeypatch):
    sites = [tmp_path / f"site{number}" for number in range(8)]
    for site in sites:
        site.mkdir()
    real = watch.RustNotify

    def refusing(paths, *more):
        if len(paths) > 3:
            raise OSError(28, "no space left on device")
        return real(paths, *more)

    monkeypatch.setattr(watch, "RustNotify", refusing)
    assert folders.watch(sites) == set(sites[:2])
    assert folders.watched == set(sites[:2])
    (sites[1] / "orders.txt").touch()
    assert said(heard) == sites[1]


def test_shares_are_known_by_their_mount(tmp_path, monkeypatch):
    file = tmp_path / "mountinfo"
    file.write_text(MOUNTS)
    monkeypatch.setattr(watch, "MOUNTS", file)
    near, far = [Path("/srv/x"), Path("/mnt/sites/local disk/x")], [Path("/mnt/sites/kauri"), Path("/home/reps/a/b")]
    assert local([*near, *far]) == set(near)


def test_a_path_of_another_machine_is_a_share():
    assert is_remote(Path("\\\\server\\sites\\kauri"), {})
    assert not is_remote(Path("/srv/sites/kauri"), {})
