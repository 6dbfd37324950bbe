"""Two versions of a master file compared row by row, by the key of each row."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

import msgspec

from fieldbridge.field.folder.csv_rows import split
from fieldbridge.field.folder.profile import FileLayout

Key = tuple[str, ...]
Row = dict[str, str]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One row that differs. Shape: columns are name to (before, after), those that differ."""

    what: Literal["added", "removed", "changed"]
    key: str
    columns: dict[str, tuple[str, str]]


def differences(before: bytes, after: bytes, layout: FileLayout, encoding: str) -> Iterator[Difference]:
    """What was added, removed and changed, in the order of the newer file and then of the older one."""
    old = dict(_keyed(before, layout, encoding))
    for key, row in _keyed(after, layout, encoding):
        was = old.pop(key, None)
        if was is None:
            yield Difference(what="added", key=_said(key), columns=_cells({}, row))
        elif cells := _cells(was, row):
            yield Difference(what="changed", key=_said(key), columns=cells)
    for key, row in old.items():
        yield Difference(what="removed", key=_said(key), columns=_cells(row, {}))


def _cells(was: Row, now: Row) -> dict[str, tuple[str, str]]:
    pairs = {name: (was.get(name, ""), now.get(name, "")) for name in {**was, **now}}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _keyed(content: bytes, layout: FileLayout, encoding: str) -> Iterator[tuple[Key, Row]]:
    """Rows by key; the second row of a key is told apart by its number."""
    names: tuple[str, ...] | None = None if layout.header else layout.columns
    seen: Counter[Key] = Counter()
    for record in split(content):
        fields = tuple(field.decode(encoding, "replace") for field in record.fields)
        if names is None:
            names = fields
            continue
        row = dict(zip(names, fields, strict=False))
        key = tuple(row.get(name, "") for name in layout.key)
        seen[key] += 1
        yield (*key, "" if seen[key] == 1 else f"#{seen[key]}"), row


def _said(key: Key) -> str:
    return " / ".join(part for part in key if part)
