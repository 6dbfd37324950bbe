"""Records of one kind, found by id or by any declared key without a scan, and undone together."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, overload

from fieldbridge.standin.wire.answers import Record

Key = Callable[[Record], str | None]


class Journal:
    """What was in each row before the current call, so that a refused element leaves no trace."""

    def __init__(self) -> None:
        self._before: list[tuple[Table, str, Record | None]] = []

    def note(self, table: Table, identity: str, before: Record | None) -> None:
        """Remember a row as it is before a change; None when there is none yet."""
        self._before.append((table, identity, before))

    def changes(self) -> Iterator[tuple[Table, str, Record | None]]:
        """Every row changed, once, with what was in it before the first change."""
        seen = set()
        for table, identity, before in self._before:
            if (id(table), identity) not in seen:
                seen.add((id(table), identity))
                yield table, identity, before

    def mark(self) -> int:
        """A point to come back to with `undo`."""
        return len(self._before)

    def undo(self, mark: int) -> None:
        """Put every row changed since `mark` back as it was."""
        while len(self._before) > mark:
            table, identity, before = self._before.pop()
            table.restore(identity, before)

    def forget(self) -> None:
        """Everything stands; there is nothing to undo."""
        self._before.clear()


class _Rows(Sequence[Record]):
    """Rows looked up as they are asked for: one page of many is as quick as one page of few."""

    def __init__(self, rows: dict[str, Record], order: list[tuple[datetime, str]]) -> None:
        self._rows = rows
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        if isinstance(at, slice):
            return [self._rows[identity] for _, identity in self._order[at]]
        return self._rows[self._order[at][1]]


class Table:
    """Rows by id. A row is never edited in place: `put` replaces it, which keeps keys and journal right."""

    def __init__(self, journal: Journal, id_field: str, **keys: Key) -> None:
        self.id_field = id_field
        self._journal = journal
        self._rows: dict[str, Record] = {}
        self._keys = keys
        self._found: dict[str, dict[str, dict[str, None]]] = {name: {} for name in keys}
        self._changes: list[tuple[datetime, str]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> Iterable[Record]:
        """Every row, oldest first."""
        return self._rows.values()

    def changed(self, since: datetime | None = None) -> Sequence[Record]:
        """The rows changed at `since` or later (None: ever), the longest ago first, the id breaking ties.

        Rows without UpdatedDateUTC are not among them.
        """
        start = bisect_left(self._changes, (since, "")) if since else 0
        return _Rows(self._rows, self._changes[start:])

    def get(self, identity: str) -> Record | None:
        """The row with this id."""
        return self._rows.get(identity)

    def __contains__(self, identity: str) -> bool:
        return identity in self._rows

    def __getitem__(self, identity: str) -> Record:
        return self._rows[identity]

    def find(self, key: str, value: str | None) -> list[Record]:
        """The rows whose `key` is `value`, oldest first."""
        return [self._rows[identity] for identity in self._found[key].get(value or "", ())]

    def first(self, key: str, value: str | None) -> Record | None:
        """The oldest row whose `key` is `value`."""
        return next(iter(self.find(key, value)), None)

    def put(self, row: Record) -> Record:
        """Add the row, or replace the one with its id."""
        identity = row[self.id_field]
        self._journal.note(self, identity, self._rows.get(identity))
        self.restore(identity, row)
        return row

    def remove(self, identity: str) -> None:
        """Take the row away."""
        self._journal.note(self, identity, self._rows[identity])
        self.restore(identity, None)

    def restore(self, identity: str, row: Record | None) -> None:
        """Make the row of `identity` be `row` (None: be gone) without noting it."""
        before = self._rows.get(identity)
        keys = [(name, key(before) if before else None, key(row) if row else None) for name, key in self._keys.items()]
        for name, old, new in keys:  # only now: a row without its keys has changed nothing
            if old != new:
                self._move(self._found[name], identity, old, new)
        self._reorder(identity, before, row)
        if row is None:
            self._rows.pop(identity, None)
        else:
            self._rows[identity] = row

    def _reorder(self, identity: str, before: Record | None, row: Record | None) -> None:
        """Keep the order of changes; a list is moved in one piece, which is quick at any size met here."""
        old, new = (one and one.get("UpdatedDateUTC") for one in (before, row))
        if old == new:
            return
        if old:
            del self._changes[bisect_left(self._changes, (old, identity))]
        if new:
            insort(self._changes, (new, identity))

    @staticmethod
    def _move(found: dict[str, dict[str, None]], identity: str, old: str | None, new: str | None) -> None:
        if old:
            found[old].pop(identity)
            if not found[old]:
                del found[old]
        if new:
            found.setdefault(new, {})[identity] = None


def folded_field(name: str) -> Key:
    """A key that is one text field without regard to case."""

    def key(row: Record) -> str | None:
        value: Any = row.get(name)
        return str(value).casefold() if value else None

    return key
