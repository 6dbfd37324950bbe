"""Sheets as CSV: UTF-8, or the Windows code page a spreadsheet saves by. Source: field-sales facts §10 (encoding)."""

from collections.abc import Iterator

from fieldbridge.field.folder.csv_rows import BOM, CsvRow, split
from fieldbridge.field.sheets.cells import Raw
from fieldbridge.field.sheets.faults import UnreadableError

_WIDE = (b"\xff\xfe", b"\xfe\xff")


def rows(content: bytes) -> Iterator[tuple[int, list[Raw]]]:
    """Every row that is not blank, with its line number. Errors: UnreadableError."""
    encoding = _encoding(content)
    for row in split(content):
        if row.flaw:
            raise UnreadableError(f"line {row.line}: {_FLAWS[row.flaw]}")
        if not row.is_blank:
            yield row.line, _cells(row, encoding)


_FLAWS = {
    "open": "a quotation mark is opened and never closed",
    "quote": "text stands after a closing quotation mark",
}


def _cells(row: CsvRow, encoding: str) -> list[Raw]:
    try:
        return [field.decode(encoding) for field in row.fields]
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"line {row.line}: {error.object[error.start]:#04x} is no character of {encoding}"
        ) from None


def _encoding(content: bytes) -> str:
    """Errors: UnreadableError for UTF-16, which a spreadsheet calls Unicode text, and for other separators."""
    if content.startswith(_WIDE) or b"\x00" in content:
        raise UnreadableError("it is not UTF-8; save it as “CSV UTF-8 (comma delimited)”")
    head = content.removeprefix(BOM).partition(b"\n")[0]
    other = next((name for mark, name in ((b";", "semicolons"), (b"\t", "tabs")) if mark in head), "")
    if other and b"," not in head:
        raise UnreadableError(f"its columns are separated by {other}; save it with commas")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
