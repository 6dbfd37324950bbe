"""From rows to the bytes of a master file: one line per row, every character one the site's encoding has.

Text from Xero is untrusted: a line end inside a field would break a line-based importer.
Source: field-sales facts §10 (encoding, quotes, line end, header).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fieldbridge.field.folder.csv_rows import join
from fieldbridge.field.folder.master_files import Row
from fieldbridge.field.folder.profile import FileLayout, Profile

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Misfit(NamedTuple):
    """A character the file's encoding does not have, whose it was, and what was written for it."""

    record: str
    column: str
    character: str
    written: str


def encode_rows(
    rows: Iterable[Row], layout: FileLayout, profile: Profile, report: Callable[[Misfit], None]
) -> Iterator[bytes]:
    """The file, a row at a time, each Misfit reported as its row is written.

    Shape: the header first where the layout has one; columns exactly as the layout orders them.
    """
    if layout.header:
        yield _encode(Row("header", {column: column for column in layout.columns}), layout, profile, report)
    for row in rows:
        yield _encode(row, layout, profile, report)


def _encode(row: Row, layout: FileLayout, profile: Profile, report: Callable[[Misfit], None]) -> bytes:
    fields = [row.values.get(column, "") for column in layout.columns]
    if not _is_plain("".join(fields)):
        fields = [_fitted(row.key, *one, profile, report) for one in zip(layout.columns, fields, strict=True)]
    return join(fields, "minimal" if row.bare else profile.quoting, profile.line_end).encode(profile.encoding)


def _is_plain(text: str) -> bool:
    """Whether every encoding a profile may name has its characters, and none is a line's end."""
    return text.isascii() and text.isprintable()


def _fitted(key: str, column: str, text: str, profile: Profile, report: Callable[[Misfit], None]) -> str:
    if _is_plain(text):
        return text
    text, changes = fit(_CONTROL.sub(" ", text), profile.encoding)
    for character, written in changes:
        report(Misfit(key, column, character, written))
    return text


def shown(text: str, encoding: str) -> str:
    """A text as it stands in a file."""
    return fit(_CONTROL.sub(" ", text), encoding)[0]


def fit(text: str, encoding: str) -> tuple[str, list[tuple[str, str]]]:
    """Text the encoding can hold, and each (character, what stands for it). A macron is dropped before a ? is used."""
    if _fits(text, encoding):
        return text, []
    composed = unicodedata.normalize("NFC", text)
    written = [character if _fits(character, encoding) else _nearest(character, encoding) for character in composed]
    return "".join(written), [pair for pair in zip(composed, written, strict=True) if pair[0] != pair[1]]


def _nearest(character: str, encoding: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return plain if plain and _fits(plain, encoding) else "?"


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
