"""Collections: lists read as streams of pages, one record by its key. An endpoint is a declaration of one.

Source: Xero, requests and responses: a list has pages when asked for one, and then says how many there are; some
lists have pages and do not say.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from fieldbridge.core.records.books import Record
from fieldbridge.xero.codec import Wire, decode, elements, members, read_at
from fieldbridge.xero.session import NO_QUERY, Session, segment

W = TypeVar("W", bound=Wire)
R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)
PAGE_SIZE = 1000


class Pagination(Wire, frozen=True, kw_only=True, rename="camel"):
    """How many pages a list has, the one part of an answer that Xero spells in camel case."""

    page_count: int = 1


@dataclass(frozen=True)
class Page(Generic[R_co]):
    """One page of records. read_at is Xero's own clock, the watermark of the next read."""

    records: tuple[R_co, ...]
    read_at: datetime
    is_last: bool = True


@dataclass(frozen=True)
class Collection(Generic[W, R]):
    """One list at Xero: how an element looks, and the record it becomes.

    Shape: page_size 0 means that everything comes at once; sees_changes, that Xero can say what changed since a
    moment. query goes with every call, list_query with reads of the list alone.
    """

    name: str
    shape: type[W]
    record: Callable[[W], R]
    page_size: int = 0
    names_page_size: bool = True
    sees_changes: bool = True
    query: Mapping[str, str] = field(default_factory=dict)
    list_query: Mapping[str, str] = field(default_factory=dict)

    def pages(
        self, session: Session, since: datetime | None = None, narrowed: Mapping[str, str] = NO_QUERY
    ) -> Iterator[Page[R]]:
        """The list, oldest change first, one page at a time. Nothing at all when Xero says that nothing changed.

        Shape: narrowed are the list's own filters. Only one page is held here at any moment.
        """
        number = 1
        while number:
            page = self._page(session, number, since if self.sees_changes else None, narrowed)
            if page is None:
                return
            number = 0 if page.is_last else number + 1
            yield page
            del page

    def every(self, session: Session, narrowed: Mapping[str, str] = NO_QUERY) -> Iterator[R]:
        """The records of the list, one by one."""
        for page in self.pages(session, None, narrowed):
            yield from page.records

    def one(self, session: Session, key: str) -> R | None:
        """The record of that id or number, or None when there is none."""
        body = session.find(f"{self.name}/{segment(key)}", self.query)
        return None if body is None else next(iter(self.records(body)), None)

    def records(self, body: bytes) -> list[R]:
        """The records of an answer."""
        return [self.record(one) for one in elements(members(body, self.name), self.name, self.shape)]

    def _page(
        self, session: Session, number: int, since: datetime | None, narrowed: Mapping[str, str]
    ) -> Page[R] | None:
        body = session.read(self.name, {**self._paging(number), **self.query, **self.list_query, **narrowed}, since)
        if body is None:
            return None
        envelope = members(body, self.name)
        found = elements(envelope, self.name, self.shape)
        if "pagination" in envelope:
            told = decode(envelope["pagination"], Pagination, self.name)
            is_last = number >= told.page_count
        else:
            is_last = not self.page_size or len(found) < self.page_size
        return Page(tuple(self.record(one) for one in found), read_at(envelope, self.name), is_last)

    def _paging(self, number: int) -> Mapping[str, str]:
        if not self.page_size:
            return NO_QUERY
        size = {"pageSize": str(self.page_size)} if self.names_page_size else {}
        return {"page": str(number), **size}
