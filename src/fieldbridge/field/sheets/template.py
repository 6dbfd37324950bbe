"""A new sheet to fill in: the columns as declared, what each means, and one row as an example."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.sheets import Declared, SheetRow, columns_of
from fieldbridge.field.folder.csv_rows import join
from fieldbridge.field.folder.disk import reaching
from fieldbridge.field.sheets.reading import EXAMPLE

KINDS: dict[type, str] = {str: "text", Decimal: "number", int: "whole number", date: "day", bool: "yes or no"}
FORMATS = {str: "@", date: "yyyy-mm-dd"}
OWN_COLUMN = "#"
_WIDTH, _NOTE_WIDTH, _NOTE_HEIGHT = 16, 260, 90


def create(folder: Path, row_type: type[SheetRow], *, as_csv: bool) -> Path:
    """Write a template; in a workbook each column's meaning is a comment, and its format keeps codes and days whole.

    The reader leaves the example alone. Errors: SetupError when there is a file already; OutageError.
    """
    path = folder / f"{row_type.sheet}{'.csv' if as_csv else '.xlsx'}"
    if path.exists():
        raise SetupError("sheet.exists", f"{path} is there already.", remedy="Change it, or move it away first.")
    with reaching(folder):
        folder.mkdir(exist_ok=True)
        if as_csv:
            path.write_bytes(_csv(row_type))
        else:
            _workbook(row_type).save(path)
    return path


def described(declared: Declared) -> str:
    """What a column holds, in a few words."""
    need = "must be filled" if declared.required else "may be empty"
    return f"{KINDS[declared.kind]}, {need}: {declared.column.meaning}"


def _csv(row_type: type[SheetRow]) -> bytes:
    columns = columns_of(row_type)
    names = join([OWN_COLUMN, *(one.name for one in columns)], "minimal", "\r\n")
    return (names + join([EXAMPLE, *(one.column.example for one in columns)], "minimal", "\r\n")).encode("utf-8-sig")


def _workbook(row_type: type[SheetRow]) -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = row_type.sheet
    sheet.freeze_panes = "B2"
    sheet.cell(1, 1, OWN_COLUMN)
    sheet.cell(2, 1, EXAMPLE)
    for place, declared in enumerate(columns_of(row_type), start=2):
        head = sheet.cell(1, place, declared.name)
        head.font = Font(bold=declared.required)
        head.comment = Comment(described(declared), "fieldbridge", width=_NOTE_WIDTH, height=_NOTE_HEIGHT)
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width, column.number_format = _WIDTH, FORMATS.get(declared.kind, "General")
        sheet.cell(2, place, _example(declared)).number_format = column.number_format
    return book


def _example(declared: Declared) -> Any:
    text = declared.column.example
    if not text or declared.kind in (str, bool):
        return text or None
    return date.fromisoformat(text) if declared.kind is date else Decimal(text)
