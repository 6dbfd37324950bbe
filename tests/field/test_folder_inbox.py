"""The folder order files arrive in."""

import hashlib
import os
from pathlib import Path

import pytest

from fieldbridge.core.errors import OutageError, RefusedError
from fieldbridge.field.folder.inbox import Ready, Sight, look, read
from fieldbridge.field.folder.processed import move_to_processed
from fieldbridge.field.folder.profile import HD1, Profile

NOW = 1_800_000_000.0
WHOLE, HALF = b"H,1\r\nD,1\r\n", b"H,1\r\nD,"


def put(folder: Path, name: str, data: bytes, age_s: float = 1) -> Path:
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (NOW - age_s, NOW - age_s))
    return path


def names(ready: list[Ready]) -> list[str]:
    return [found.name for found in ready]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_fresh_file_waits_for_a_second_look(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", WHOLE)
    ready, seen = look(tmp_path, HD1, NOW, {})
    assert ready == []
    ready, again = look(tmp_path, HD1, NOW + 1, seen)
    assert (names(ready), ready[0].looks_whole, again) == (["a.csv"], True, seen)


def test_an_old_whole_file_is_ready_at_first_look(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", WHOLE, age_s=10)
    ready, _ = look(tmp_path, HD1, NOW, {})
    assert names(ready) == ["a.csv"]


def test_a_file_that_still_grows_is_not_ready(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", WHOLE)
    _, seen = look(tmp_path, HD1, NOW, {})
    put(tmp_path, "a.csv", WHOLE + WHOLE, age_s=0)
    ready, seen = look(tmp_path, HD1, NOW + 1, seen)
    assert ready == []
    assert seen["a.csv"] == Sight(len(WHOLE) * 2, int(NOW) * 10**9, NOW + 1)


@pytest.mark.parametrize("data", [HALF, b""])
def test_an_unfinished_file_is_read_as_it_is_once_it_has_settled(tmp_path: Path, data: bytes) -> None:
    put(tmp_path, "a.csv", data, age_s=0)
    ready, seen = look(tmp_path, HD1, NOW, {})
    assert ready == []
    ready, seen = look(tmp_path, HD1, NOW + 9, seen)
    assert ready == []
    (found,), _ = look(tmp_path, HD1, NOW + 10, seen)
    assert (found.looks_whole, read(found, HD1)) == (False, data)


def test_a_share_whose_clock_is_ahead_settles_by_ours(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", HALF, age_s=-3600)
    _, seen = look(tmp_path, HD1, NOW, {})
    ready, _ = look(tmp_path, HD1, NOW + 10, seen)
    assert names(ready) == ["a.csv"]


def test_only_order_files_are_seen_oldest_first(tmp_path: Path) -> None:
    for name in (".a.csv", "~a.csv", "$a.csv", "a.csv.tmp", "a.csv.part", "a.doc", "Customer.csv", "PRICING.CSV"):
        put(tmp_path, name, WHOLE, age_s=99)
    (tmp_path / "Processed.csv").mkdir()
    put(tmp_path, "B.CSV", WHOLE, age_s=60)
    put(tmp_path, "a.txt", WHOLE, age_s=50)
    put(tmp_path, "c.csv", WHOLE, age_s=70)
    ready, seen = look(tmp_path, HD1, NOW, {})
    assert names(ready) == ["c.csv", "B.CSV", "a.txt"]
    assert set(seen) == set(names(ready))


def test_patterns_come_from_the_profile_and_partial_names_never_match(tmp_path: Path) -> None:
    put(tmp_path, "a.HDT", WHOLE, age_s=99)
    put(tmp_path, "b.partial", WHOLE, age_s=99)
    ready, _ = look(tmp_path, Profile(order_patterns=("*",)), NOW, {})
    assert names(ready) == ["a.HDT"]


def test_a_missing_folder_is_an_outage_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(OutageError, match="gone"):
        look(tmp_path / "gone", HD1, NOW, {})


def test_a_file_gone_or_changed_since_the_look_is_left_for_the_next(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", WHOLE, age_s=99)
    (found,), _ = look(tmp_path, HD1, NOW, {})
    assert read(found, HD1) == WHOLE
    put(tmp_path, "a.csv", HALF, age_s=0)
    assert read(found, HD1) is None
    path.unlink()
    assert read(found, HD1) is None


def test_a_file_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", WHOLE, age_s=99)
    (found,), _ = look(tmp_path, HD1, NOW, {})
    with pytest.raises(RefusedError, match="larger than 5 bytes") as caught:
        read(found, Profile(max_file_bytes=5))
    assert caught.value.code == "file.too_large"


def test_a_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    (found,), _ = look(tmp_path, HD1, NOW, {})
    with pytest.raises(RefusedError, match="not a regular file") as caught:
        read(found, HD1)
    assert caught.value.code == "file.not_regular"


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "outside.csv").symlink_to(put(tmp_path, "secret.csv", WHOLE, age_s=99))
    put(folder, "real.dat", WHOLE, age_s=98)
    (folder / "inside.csv").symlink_to("real.dat")
    (folder / "dangling.csv").symlink_to("nothing")
    (outside, inside), _ = look(folder, HD1, NOW, {})
    with pytest.raises(RefusedError, match=r"outside\.csv"):
        read(outside, HD1)
    assert read(inside, HD1) == WHOLE


def test_a_link_that_cannot_be_followed_is_refused_alone(tmp_path: Path) -> None:
    put(tmp_path, "good.csv", WHOLE, age_s=99)
    (tmp_path / "round.csv").symlink_to("round.csv")
    (tmp_path / "through.csv").symlink_to("good.csv/inside")
    (tmp_path / "folder.csv").mkdir()
    found, _ = look(tmp_path, HD1, NOW, {})
    assert sorted(names(found)) == ["good.csv", "round.csv", "through.csv"]
    good, *links = sorted(found, key=lambda one: one.name)
    assert read(good, HD1) == WHOLE
    for link in links:
        with pytest.raises(RefusedError, match="not a regular file") as caught:
            read(link, HD1)
        assert caught.value.code == "file.not_regular"


def test_a_file_its_writer_still_locks_is_refused_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    put(tmp_path, "a.csv", WHOLE, age_s=1)
    monkeypatch.setattr("fieldbridge.field.folder.inbox._open", locked)
    ready, seen = look(tmp_path, HD1, NOW, {})
    assert ready == []
    (found,), _ = look(tmp_path, HD1, NOW + 10, seen)
    with pytest.raises(RefusedError, match="may not be read"):
        read(found, HD1)


def test_a_read_file_is_moved_and_moving_it_again_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", WHOLE)
    assert move_to_processed(tmp_path, "a.csv", digest(WHOLE), HD1) == "a.csv"
    assert move_to_processed(tmp_path, "a.csv", digest(WHOLE), HD1) == "a.csv"
    assert (tmp_path / "Processed" / "a.csv").read_bytes() == WHOLE
    assert not (tmp_path / "a.csv").exists()


def test_the_same_name_with_other_content_gets_its_digest(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", WHOLE)
    move_to_processed(tmp_path, "a.csv", digest(WHOLE), HD1)
    put(tmp_path, "a.csv", HALF)
    expected = f"a-{digest(HALF)[:8]}.csv"
    assert move_to_processed(tmp_path, "a.csv", digest(HALF), HD1) == expected
    assert move_to_processed(tmp_path, "a.csv", digest(HALF), HD1) == expected
    assert sorted(path.name for path in (tmp_path / "Processed").iterdir()) == [expected, "a.csv"]


def test_a_file_delivered_twice_is_kept_once(tmp_path: Path) -> None:
    for _ in range(2):
        put(tmp_path, "a.csv", WHOLE)
        assert move_to_processed(tmp_path, "a.csv", digest(WHOLE), HD1) == "a.csv"
    assert [path.name for path in (tmp_path / "Processed").iterdir()] == ["a.csv"]


def test_a_new_file_under_the_old_name_is_not_moved_unread(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", HALF)
    assert move_to_processed(tmp_path, "a.csv", digest(WHOLE), HD1) == ""
    assert (tmp_path / "a.csv").read_bytes() == HALF


def test_a_file_that_is_nowhere_is_told_apart(tmp_path: Path) -> None:
    assert move_to_processed(tmp_path, "a.csv", digest(WHOLE), HD1) == ""


def test_moving_in_a_missing_folder_finds_nothing(tmp_path: Path) -> None:
    assert move_to_processed(tmp_path / "gone", "a.csv", digest(WHOLE), HD1) == ""
