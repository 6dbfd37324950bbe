"""Reading one order file: every byte belongs to exactly one entry, and a bad entry leaves the others alone.

Source: field-sales facts §12 (H, D, T and P lines), §10 (UTF-8 with or without BOM, then cp1252).
"""

import codecs
from collections.abc import Iterable, Iterator

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order
from fieldbridge.field.folder.csv_rows import BOM, CsvRow, split
from fieldbridge.field.folder.order_fields import CORRECT_IT
from fieldbridge.field.folder.order_lines import TextRow, key_of, order_no_at, order_of
from fieldbridge.field.folder.profile import OrderLayout, Profile


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
    quote, too few fields on the last line, no D line in the last order. A cut exactly between two lines of an order
    cannot be seen here; the order's total tells. encoding is utf-8-sig, utf-8, or cp1252 when any order needed it.
    """

    entries: tuple[Entry, ...]
    complete: bool
    encoding: str


def read_orders(data: bytes, profile: Profile) -> OrderFile:
    """Read a whole order file. Pure, and never refuses a file: what cannot be read is a faulted entry.

    A line whose record type is damaged starts an entry of its own when it is as long as a header and names another
    order; any other stray line faults the order it stands in, because the order may be missing it.
    """
    entries: list[Entry] = []
    encodings, complete = set(), False
    for block in _blocks(split(data), profile.orders):
        raw = data[block[0].start : block[-1].end]
        encoding = "utf-8" if _is_utf8(raw) else "cp1252"
        encodings.add(encoding)
        rows = _text_rows(block, encoding)
        entries.append(_entry(len(entries), raw, rows, profile))
        complete = _is_whole(raw, rows, profile.orders)
    utf8_name = "utf-8-sig" if data.startswith(BOM) else "utf-8"
    encoding = "cp1252" if "cp1252" in encodings else utf8_name
    return OrderFile(entries=tuple(entries), complete=complete, encoding=encoding)


def _blocks(rows: Iterable[CsvRow], layout: OrderLayout) -> Iterator[list[CsvRow]]:
    """Rows of one order at a time; blank lines stay with what they follow, or with the first order."""
    block: list[CsvRow] = []
    opening: CsvRow | None = None
    for row in rows:
        if opening is not None and _opens(row, opening, layout):
            yield block
            block, opening = [], None
        block.append(row)
        opening = opening or (None if row.is_blank else row)
    if block:
        yield block


def _opens(row: CsvRow, opening: CsvRow, layout: OrderLayout) -> bool:
    if row.fields[0] == b"H":
        return True
    is_known = row.fields[0] in (b"D", b"T", b"P")
    is_header_long = len(row.fields) == len(layout.header) + 1
    return not is_known and is_header_long and _order_no(row, layout) != _order_no(opening, layout)


def _order_no(row: CsvRow, layout: OrderLayout) -> bytes:
    position = order_no_at(row.fields[0].decode("latin-1"), layout)
    return row.fields[position] if position < len(row.fields) else b""


def _text_rows(block: Iterable[CsvRow], encoding: str) -> list[TextRow]:
    return [
        TextRow(row.line, tuple(field.decode(encoding, "replace") for field in row.fields), row.flaw)
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


def _entry(position: int, raw: bytes, rows: list[TextRow], profile: Profile) -> Entry:
    if not rows:
        blank = Fault("order.empty", "The file holds nothing but blank lines.", "Nothing needs doing.")
        return Entry(position=position, key="", raw=raw, fault=blank)
    order, refusals = order_of(rows, profile)
    if order is None:
        return Entry(position=position, key=key_of(rows[0], profile.orders), raw=raw, fault=_fault(refusals))
    return Entry(position=position, key=order.key, raw=raw, order=order)


def _fault(refusals: list[RefusedError]) -> Fault:
    first = refusals[0]
    more = f" (and {len(refusals) - 1} more in this order)" if refusals[1:] else ""
    return Fault(first.code, first.message + more, first.remedy or CORRECT_IT)


def _is_whole(raw: bytes, rows: list[TextRow], layout: OrderLayout) -> bool:
    """Whether the file's last entry looks finished."""
    if not rows or not raw.endswith(b"\n") or rows[-1].flaw == "open":
        return False
    names = layout.fields_of(rows[-1].kind)
    has_all_fields = names is not None and len(rows[-1].fields) == len(names) + 1
    return has_all_fields and any(row.kind == "D" for row in rows)
