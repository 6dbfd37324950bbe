"""Pages: sizes clamped without a word, and the pagination object beside the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fieldbridge.standin.wire.query import Query

DEFAULT_SIZE = 100
LARGEST_SIZE = 1000


@dataclass(frozen=True)
class Page:
    """Which page of how many rows. Source: Xero, pageSize is 1 to 1000 and out-of-range values are clamped."""

    number: int
    size: int

    @classmethod
    def asked(cls, query: Query) -> Page:
        """The page a query asks for, clamped."""
        size = query.whole("pageSize")
        wanted = DEFAULT_SIZE if size is None else size
        return cls(max(query.whole("page") or 1, 1), min(max(wanted, 1), LARGEST_SIZE))

    def cut(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows on this page."""
        return rows[(self.number - 1) * self.size : self.number * self.size]

    def count(self, rows: int) -> int:
        """How many pages so many rows fill."""
        return -(-rows // self.size)

    def pagination(self, rows: int) -> dict[str, Any]:
        """The object beside the list."""
        return {"page": self.number, "pageSize": self.size, "pageCount": self.count(rows), "itemCount": rows}
