"""Reading a sheet: from the file's rows to records, each fault with its row and column."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from fieldbridge.core.identity import digest
from fieldbridge.core.records.sheets import Declared, SheetRow, columns_of
from fieldbridge.field.folder.disk import reaching
from fieldbridge.field.sheets import csv_sheet, workbook
from fieldbridge.field.sheets.cells import CellError, Raw, value_of
from fieldbridge.field.sheets.faults import SheetFault, UnreadableError

SUFFIXES = (".csv", ".xlsx")
ROWS_MAX = 1_048_576
EXAMPLE = "#example"


class Found(msgspec.Struct, frozen=True):
    """A sheet's file as it lies in the folder. Shape: digest also covers how it is read."""

    path: Path
    content: bytes
    digest: str


def find(folder: Path, sheet: str) -> list[Path]:
    """The files of a sheet: none, one, or several that contradict each other. Errors: OutageError."""
    if not folder.is_dir():
        return []
    with reaching(folder):
        names = {f"{sheet}{suffix}" for suffix in SUFFIXES}
        return sorted(path for path in folder.iterdir() if path.name.lower() in names and path.is_file())


def load(path: Path, max_bytes: int, date_order: str) -> Found:
    """Take a file's bytes. Errors: UnreadableError when there are too many; OutageError."""
    with reaching(path.parent), path.open("rb") as handle:
        content = handle.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UnreadableError(f"it is larger than {max_bytes} bytes (sheets.max_file_bytes)")
    return Found(path, content, digest(content + date_order.encode()))


def read(found: Found, row_type: type[SheetRow], date_order: str) -> Iterator[tuple[int, SheetRow] | SheetFault]:
    """Every row as (number, record), or what is wrong with it. Errors: UnreadableError."""
    source = _rows(found, row_type.sheet)
    first = next(source, None)
    if first is None:
        raise UnreadableError("it is empty; it needs at least a row that names the columns")
    columns, faults = _columns(first, row_type)
    yield from faults
    if faults:
        return
    for count, (number, cells) in enumerate(source, start=1):
        if count > ROWS_MAX:
            raise UnreadableError(f"it has more than {ROWS_MAX} rows")
        if cells[0] == EXAMPLE or not any(cell.strip() if isinstance(cell, str) else True for cell in cells):
            continue
        yield from _record(number, cells, columns, row_type, date_order)


def _rows(found: Found, sheet: str) -> Iterator[tuple[int, list[Raw]]]:
    if found.path.suffix.lower() == ".csv":
        return csv_sheet.rows(found.content)
    return workbook.rows(found.content, sheet)


def _columns(header: tuple[int, list[Raw]], row_type: type[SheetRow]) -> tuple[list[Declared | None], list[SheetFault]]:
    """Which column stands where. A column whose name begins with # is the office's own and not read."""
    number, cells = header
    known = {one.name: one for one in columns_of(row_type)}
    names = [_name(cell) for cell in cells]
    faults = [
        SheetFault(row=number, column=name, said=f"is not a column of {row_type.sheet}{_meant(name, list(known))}")
        for name in names
        if name and name not in known
    ]
    faults += [
        SheetFault(row=number, column=name, said="stands there more than once")
        for name in known
        if names.count(name) > 1
    ]
    faults += [
        SheetFault(row=number, column=name, said="is lacking")
        for name, one in known.items()
        if one.required and name not in names
    ]
    return [known.get(name) for name in names], faults


def _name(cell: Raw) -> str:
    text = str(cell).strip().lower()
    return "" if text.startswith("#") else "_".join(text.replace("-", " ").replace("_", " ").split())


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; is {near[0]} meant?" if near else "; put # before the name to have it left alone"


def _record(
    number: int, cells: list[Raw], columns: list[Declared | None], row_type: type[SheetRow], date_order: str
) -> Iterator[tuple[int, SheetRow] | SheetFault]:
    values: dict[str, Any] = {}
    sound = True
    for place, raw in enumerate(cells):
        declared = columns[place] if place < len(columns) else None
        try:
            if declared is None:
                _refuse_stray(place, raw, columns)
            elif (value := value_of(raw, declared, date_order)) is not None:
                values[declared.name] = value
        except CellError as error:
            sound = False
            yield SheetFault(row=number, column=declared.name if declared else f"column {place + 1}", said=str(error))
    for declared in columns:
        if sound and declared is not None and declared.required and declared.name not in values:
            sound = False
            yield SheetFault(row=number, column=declared.name, said="is empty and must not be")
    if sound:
        made = row_type(**values)
        contradictions = [SheetFault(row=number, column=column, said=said) for column, said in made.faults()]
        yield from contradictions
        if not contradictions:
            yield number, made


def _refuse_stray(place: int, raw: Raw, columns: list[Declared | None]) -> None:
    if place >= len(columns) and raw != "":
        raise CellError("stands beyond the last column; is there a comma too many?")
