"""Reading one order file: every byte belongs to exactly one entry, and a bad entry leaves the others alone.

Source: field-sales facts §10 (UTF-8 with or without BOM, then cp1252), §12 and §14 (layouts).
"""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order
from fieldbridge.field.folder.csv_rows import BOM, CsvRow, plain, split
from fieldbridge.field.folder.order_csv import PlainCsv
from fieldbridge.field.folder.order_fields import CORRECT_IT, TextRow
from fieldbridge.field.folder.order_hd1 import Hd1
from fieldbridge.field.folder.order_kfi import Kfi
from fieldbridge.field.folder.order_layouts import LayoutName
from fieldbridge.field.folder.profile import Profile


class Fault(msgspec.Struct, frozen=True):
    """Why an entry is not an order, in plain words. Shape: code is stable; message names line, field and value."""

    code: str
    message: str
    remedy: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a file, read or not.

    Shape: exactly one of order and fault is set. position counts from 0. raw is the order's own bytes, untouched.
    key is the order's key; for a faulted entry what could be made out, perhaps empty, perhaps another entry's too.
    """

    position: int
    key: str
    raw: bytes
    order: Order | None = None
    fault: Fault | None = None


class OrderFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file's entries in order; their raw bytes, joined, are the file.

    Shape: entries is empty only for an empty file. complete is false when the end looks cut off: no line end, an open
    quote, too few fields on the last line, nothing ordered in the last order. A cut exactly between two lines of an
    order cannot be seen here, but in KFI; the order's total tells. encoding is utf-8-sig, utf-8, or cp1252 when any
    order needed it.
    """

    entries: tuple[Entry, ...]
    complete: bool
    encoding: str


class Layout(Protocol):
    """One way an order file may be laid out, for one file: what it learnt from the head of the file it keeps."""

    def blocks(self, rows: Iterable[CsvRow]) -> Iterator[list[CsvRow]]:
        """The rows of one order at a time; together they are all rows."""

    def order_of(self, rows: Sequence[TextRow]) -> tuple[Order | None, list[RefusedError]]:
        """One order from its rows that are not blank, at least one; or every reason why they are none."""

    def key_of(self, rows: Sequence[TextRow]) -> str:
        """The key of an order that could not be read, as far as it can be made out."""

    def is_whole(self, raw: bytes, rows: Sequence[TextRow]) -> bool:
        """Whether the file's last entry looks finished."""


LAYOUTS: Mapping[LayoutName, Callable[[Profile], Layout]] = {"hd-1": Hd1, "csv": PlainCsv, "kfi": Kfi}


def read_orders(data: bytes, profile: Profile) -> OrderFile:
    """Read a whole order file. Pure, and never refuses a file: what cannot be read is a faulted entry."""
    layout = LAYOUTS[profile.order_layout](profile)
    entries: list[Entry] = []
    encodings, complete = set(), False
    for block in layout.blocks(split(data)):
        raw = data[block[0].start : block[-1].end]
        encoding = "utf-8" if _is_utf8(raw) else "cp1252"
        encodings.add(encoding)
        rows = _text_rows(block, encoding)
        entries.append(_entry(len(entries), raw, rows, layout))
        complete = not rows or layout.is_whole(raw, rows)
    utf8_name = "utf-8-sig" if data.startswith(BOM) else "utf-8"
    encoding = "cp1252" if "cp1252" in encodings else utf8_name
    return OrderFile(entries=tuple(entries), complete=complete, encoding=encoding)


def _text_rows(block: Iterable[CsvRow], encoding: str) -> list[TextRow]:
    return [
        TextRow(row.line, tuple(plain(field.decode(encoding, "replace")) for field in row.fields), row.flaw)
        for row in block
        if not row.is_blank
    ]


def _is_utf8(raw: bytes) -> bool:
    """A character cut in two at the very end does not count: the rest of the order still reads as it was meant."""
    if raw.isascii():
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _entry(position: int, raw: bytes, rows: list[TextRow], layout: Layout) -> Entry:
    if not rows:
        blank = Fault("order.empty", "The file holds nothing but blank lines.", "Nothing needs doing.")
        return Entry(position=position, key="", raw=raw, fault=blank)
    order, refusals = layout.order_of(rows)
    if order is None:
        return Entry(position=position, key=layout.key_of(rows), raw=raw, fault=_fault(refusals))
    return Entry(position=position, key=order.key, raw=raw, order=order)


def _fault(refusals: list[RefusedError]) -> Fault:
    first = refusals[0]
    more = f" (and {len(refusals) - 1} more in this order)" if refusals[1:] else ""
    return Fault(first.code, first.message + more, first.remedy or CORRECT_IT)
