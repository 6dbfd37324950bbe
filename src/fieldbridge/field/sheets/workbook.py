"""Sheets as workbooks (XLSX): streamed row by row, after a look at how large the archive would grow."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from fieldbridge.field.sheets.cells import Odd, Raw
from fieldbridge.field.sheets.faults import UnreadableError

UNPACKED_MAX = 1024**3
SHARED_TEXT_MAX = 64 * 1024**2
ENTRIES_MAX = 1000
COLUMNS_MAX = 200
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, OSError, NotImplementedError, RuntimeError,
)  # fmt: skip


def rows(content: bytes, sheet: str) -> Iterator[tuple[int, list[Raw]]]:
    """Every row that is not blank of the sheet of that name, else of the first. Errors: UnreadableError."""
    _refuse_bombs(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions we do not use
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            named = [one for one in book.worksheets if one.title.strip().lower() == sheet]
            chosen = (named or book.worksheets)[0]
            chosen.reset_dimensions()  # what the file claims of its size is not believed
            for number, row in enumerate(chosen.iter_rows(max_col=COLUMNS_MAX), start=1):
                cells = [_raw(cell) for cell in row]
                if any(cell != "" for cell in cells):
                    yield row[0].row or number, cells
    except UnreadableError:
        raise
    except _BROKEN as error:
        raise UnreadableError(f"it is not a workbook that can be read ({type(error).__name__})") from error


def _refuse_bombs(content: bytes) -> None:
    """An archive may unpack to far more than its size; the sizes it states are what unpacking stops at."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            shared = [one.file_size for one in entries if "sharedstrings" in one.filename.lower()]
            too_large = sum(one.file_size for one in entries) > UNPACKED_MAX or sum(shared) > SHARED_TEXT_MAX
            if len(entries) > ENTRIES_MAX or too_large:
                raise UnreadableError("it would unpack to more than a sheet can hold; save it anew, or as CSV")
            for entry in entries:
                with archive.open(entry) as part:
                    if b"<!DOCTYPE" in part.read(1000).upper():
                        raise UnreadableError("it declares a document type, which no spreadsheet does")
    except UnreadableError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise UnreadableError("it is not a workbook (.xlsx), or it has a password") from None


def _raw(cell: Any) -> Raw:
    value = cell.value
    if value is None:
        return ""
    match cell.data_type:
        case "f":
            return Odd(f"holds the formula {str(value)[:40]}; put its value there instead (copy, paste as values)")
        case "e":
            return Odd(f"holds the error {value}")
    return _plain(value)


def _plain(value: Any) -> Raw:
    if isinstance(value, bool | date | str):
        return value
    if isinstance(value, int | float):
        # A spreadsheet computes in binary and shows 15 digits: what it shows is what was meant.
        return Decimal(f"{value:.15g}")
    if isinstance(value, time):
        return value.isoformat()
    return Odd(f"holds {str(value)[:40]}, which is neither text nor a number nor a day")
