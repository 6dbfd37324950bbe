"""Comma-separated rows as bytes: writing one, and splitting a whole file without losing a byte.

Works on bytes because comma, quote and line end are the same byte in UTF-8 and every Windows code page, so a row's
exact original bytes stay known. Source: field-sales facts §10 (quotes doubled, mixed quoting, CRLF or LF).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
_FIELD = re.compile(rb'"((?:[^"]++|"")*+)(?:(")([^,\n]*))?|([^,\n]*)')
_NEEDS_QUOTES = re.compile('["\r\n]')

Flaw = Literal["", "open", "quote"]


class CsvRow(NamedTuple):
    """One record: bytes start to end of the file, and its first line's number (from 1).

    Shape: flaw is "open" when a quotation mark never closes (the row then runs to the end of the file), "quote" when
    text stands after a closing one.
    """

    start: int
    end: int
    line: int
    fields: tuple[bytes, ...]
    flaw: Flaw

    @property
    def is_blank(self) -> bool:
        """Nothing but white space on the line."""
        return len(self.fields) == 1 and not self.flaw and not self.fields[0].strip()


def in_utf8(data: bytes) -> bytes:
    """A file as `split` takes it: UTF-16, known by its byte order mark, becomes UTF-8. Others stay as they are."""
    return data.decode("utf-16", "replace").encode() if data.startswith(_UTF16_BOMS) else data


def plain(text: str) -> str:
    """A text without control characters: no XML can hold one, and PostgreSQL refuses to keep a NUL."""
    return text.translate(_CONTROLS)


def join(fields: Sequence[str], quoting: str, line_end: str) -> str:
    """One row as text, quotes doubled. Shape: quoting is "all" or "minimal"."""
    if quoting == "all":
        return '"' + '","'.join([field.replace('"', '""') for field in fields]) + '"' + line_end
    row = ",".join(fields)
    if row.count(",") == len(fields) - 1 and not _NEEDS_QUOTES.search(row):
        return row + line_end
    return ",".join(map(_quoted, fields)) + line_end


def _quoted(field: str) -> str:
    if "," in field or _NEEDS_QUOTES.search(field):
        return '"' + field.replace('"', '""') + '"'
    return field


def split(data: bytes) -> Iterator[CsvRow]:
    """Every row in turn; together they cover the file. A quote opens only at the start of a field."""
    position, line = 0, 1
    while position < len(data):
        row = _row_at(data, position, line)
        yield row
        line += data.count(b"\n", position, row.end)
        position = row.end


def _row_at(data: bytes, start: int, line: int) -> CsvRow:
    position = start + len(BOM) if data.startswith(BOM, start) else start
    line_end = data.find(b"\n", position) + 1 or len(data)
    if data.find(b'"', position, line_end) < 0:
        plain = data[position:line_end].removesuffix(b"\n").removesuffix(b"\r")
        return CsvRow(start, line_end, line, tuple(plain.split(b",")), "")
    return _quoted_row_at(data, start, position, line)


def _quoted_row_at(data: bytes, start: int, position: int, line: int) -> CsvRow:
    fields: list[bytes] = []
    flaw: Flaw = ""
    while True:
        field, position, found = _field_at(data, position)
        fields.append(field)
        flaw = found or flaw
        if found == "open" or data[position : position + 1] != b",":
            break
        position += 1
    end = len(data) if flaw == "open" else min(position + 1, len(data))
    return CsvRow(start, end, line, tuple(fields), flaw)


def _field_at(data: bytes, position: int) -> tuple[bytes, int, Flaw]:
    match = _FIELD.match(data, position)
    assert match is not None  # the second alternative matches nothing at all
    quoted, closing, tail, bare = match.groups()
    if bare is not None:
        at_line_end = data[match.end() : match.end() + 1] != b","
        return bare.removesuffix(b"\r") if at_line_end else bare, match.end(), ""
    return quoted.replace(b'""', b'"'), match.end(), _flaw(quoted, closing, tail)


def _flaw(quoted: bytes, closing: bytes | None, tail: bytes | None) -> Flaw:
    """Text after a closing quote on a later line means an earlier quote was left open: from there on all is doubt."""
    if closing is None:
        return "open"
    if not (tail or b"").strip():
        return ""
    return "open" if b"\n" in quoted else "quote"
