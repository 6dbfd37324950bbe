"""Publishing a file whole or not at all."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldbridge.core.errors import OutageError
from fieldbridge.field.folder.publish import stage

OLD = b'"Code"\r\n"A\r\n1"\r\n"B"\r\n"C"\r\n'
NEW = b'"Code"\r\n"A"\r\n'


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_first_file_is_published_on_commit_only(tmp_path: Path) -> None:
    staged = stage(tmp_path, "Tax.csv", [NEW[:5], NEW[5:]])
    assert not (tmp_path / "Tax.csv").exists()
    assert (staged.changed, staged.rows, staged.rows_before) == (True, 1, 0)
    assert staged.digest == hashlib.sha256(NEW).hexdigest()
    assert staged.commit()
    assert (tmp_path / "Tax.csv").read_bytes() == NEW
    assert listing(tmp_path) == ["Tax.csv"]


def test_how_much_a_file_shrinks_is_known_before_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "Tax.csv").write_bytes(OLD)
    staged = stage(tmp_path, "Tax.csv", [NEW])
    assert (staged.rows_before, staged.rows) == (3, 1)
    assert (tmp_path / "Tax.csv").read_bytes() == OLD


def test_a_file_without_a_header_counts_every_row(tmp_path: Path) -> None:
    (tmp_path / "Tax.csv").write_bytes(OLD)
    staged = stage(tmp_path, "Tax.csv", [], header=False)
    assert (staged.rows_before, staged.rows) == (4, 0)


def test_discarding_leaves_the_old_file_alone(tmp_path: Path) -> None:
    (tmp_path / "Tax.csv").write_bytes(OLD)
    stage(tmp_path, "Tax.csv", [NEW]).discard()
    assert listing(tmp_path) == ["Tax.csv"]
    assert (tmp_path / "Tax.csv").read_bytes() == OLD


def test_unchanged_content_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "Tax.csv"
    path.write_bytes(OLD)
    before = path.stat()
    staged = stage(tmp_path, "Tax.csv", [OLD])
    assert (staged.changed, staged.rows, staged.rows_before) == (False, 3, 3)
    assert not staged.commit()
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert listing(tmp_path) == ["Tax.csv"]


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "Tax.csv"
    path.write_bytes(OLD)
    seen: list[bytes] = []

    def chunks() -> Iterator[bytes]:
        for byte in NEW:
            seen.append(path.read_bytes())
            yield bytes([byte])

    with path.open("rb") as reader:
        stage(tmp_path, "Tax.csv", chunks()).commit()
        assert reader.read() == OLD
    assert set(seen) == {OLD}
    assert path.read_bytes() == NEW


def test_what_a_killed_process_left_is_cleaned(tmp_path: Path) -> None:
    (tmp_path / ".Tax.csv.0badf00d.tmp").write_bytes(b"half")
    (tmp_path / ".Staff.csv.0badf00d.tmp").write_bytes(b"another file's")
    stage(tmp_path, "Tax.csv", [NEW]).commit()
    assert listing(tmp_path) == [".Staff.csv.0badf00d.tmp", "Tax.csv"]


def test_a_source_that_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield NEW
        raise ConnectionError("the books went away")

    with pytest.raises(ConnectionError, match="the books went away"):
        stage(tmp_path, "Tax.csv", chunks())
    assert listing(tmp_path) == []


def test_of_two_writers_only_the_last_can_publish(tmp_path: Path) -> None:
    first = stage(tmp_path, "Tax.csv", [OLD])
    second = stage(tmp_path, "Tax.csv", [NEW])
    with pytest.raises(OutageError):
        first.commit()
    assert second.commit()
    assert (tmp_path / "Tax.csv").read_bytes() == NEW


def test_a_missing_folder_is_an_outage_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(OutageError, match="gone") as caught:
        stage(tmp_path / "gone", "Tax.csv", [NEW])
    assert caught.value.code == "folder.unreachable"
