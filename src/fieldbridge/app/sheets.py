"""An office's sheets, by hand: a template to begin with, every fault of one, and what is in force."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from fieldbridge.app.connection_settings import ConnectionSettings, parse
from fieldbridge.app.flows.references import judged
from fieldbridge.app.flows.shadows import shadowed
from fieldbridge.app.flows.sheets import folder_of, load
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.sheets import SHEETS, PriceRow, SheetRow, columns_of
from fieldbridge.field.sheets import reading, template
from fieldbridge.field.sheets.faults import SheetFault, UnreadableError
from fieldbridge.store import sheets
from fieldbridge.store.ledger.connections import Connection


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet looked at.

    Shape: faults refuse it whole; missing are rows that are left out, the others count; idle are rules that never do.
    """

    connection: str
    sheet: str
    file: str
    rows: int
    faults: list[SheetFault]
    missing: list[SheetFault]
    idle: list[SheetFault]


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One column. Shape: kind is text, number, whole number, day or yes or no."""

    name: str
    kind: str
    required: bool
    meaning: str
    example: str


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What one sheet does and what is in force. Shape: file is empty and rows 0 when nothing is."""

    connection: str
    sheet: str
    about: str
    folder: str
    columns: list[Described]
    file: str
    rows: int
    read_at: datetime | None
    refused: str


def create(installation: Installation, one: Connection, sheet: str, *, as_csv: bool) -> Path:
    """Write a template. Errors: SetupError for an unknown sheet, or one that is there; OutageError."""
    folder = folder_of(Path(one.folder), parse(one.settings).sheets)
    return template.create(folder, row_type_of(sheet), as_csv=as_csv)


def check(installation: Installation, one: Connection, sheet: str | None, say: Callable[[str], None]) -> list[Checked]:
    """Read the files as they lie there and list every fault; nothing is put in force. Errors: OutageError."""
    settings = parse(one.settings)
    folder = folder_of(Path(one.folder), settings.sheets)
    chosen = [row_type_of(sheet)] if sheet else list(SHEETS.values())
    return [
        _checked(installation, one, file, row_type, settings, say)
        for row_type in chosen
        for file in reading.find(folder, row_type.sheet)
    ]


def _checked(
    installation: Installation,
    one: Connection,
    file: Path,
    row_type: type[SheetRow],
    settings: ConnectionSettings,
    say: Callable[[str], None],
) -> Checked:
    rules = settings.sheets
    rows, faults, missing, idle = 0, list[SheetFault](), list[SheetFault](), list[SheetFault]()
    try:
        found = reading.load(file, rules.max_file_bytes, rules.date_order)
        loaded = load(installation, one.id, found, row_type, rules, "checking", say)
        rows, faults = loaded.rows, sorted(loaded.faults, key=lambda fault: fault.row)
        with installation.database.read() as tx:
            missing = [
                SheetFault(row=number, column=each.column, said=each.said)
                for number, _, lacking in judged(tx, one.id, row_type, "checking")
                for each in lacking
            ]
            if row_type is PriceRow:
                idle = sorted(shadowed(tx, one.id, settings.prices, "checking"), key=lambda fault: fault.row)
    except UnreadableError as error:
        faults = [SheetFault(row=0, column="", said=str(error))]
    finally:
        with installation.database.write() as tx:
            sheets.forget_checked(tx, one.id, row_type.sheet)
    return Checked(
        connection=one.id, sheet=row_type.sheet, file=str(file), rows=rows, faults=faults, missing=missing, idle=idle
    )


def explain(installation: Installation, one: Connection, sheet: str | None) -> list[Explained]:
    """What each sheet, or the one named, does, and what is in force. Errors: SetupError for an unknown one."""
    chosen = [row_type_of(sheet)] if sheet else list(SHEETS.values())
    return [_explained(installation, one, row_type) for row_type in chosen]


def _explained(installation: Installation, one: Connection, row_type: type[SheetRow]) -> Explained:
    with installation.database.read() as tx:
        known = sheets.known(tx, one.id, row_type.sheet)
    in_force, refused = known.get("in_force"), known.get("refused")
    return Explained(
        connection=one.id,
        sheet=row_type.sheet,
        about=(row_type.__doc__ or "").partition(" Source:")[0],
        folder=str(folder_of(Path(one.folder), parse(one.settings).sheets)),
        columns=[
            Described(
                name=each.name,
                kind=template.KINDS[each.kind],
                required=each.required,
                meaning=each.column.meaning,
                example=each.column.example,
            )
            for each in columns_of(row_type)
        ],
        file=in_force.file if in_force else "",
        rows=in_force.rows if in_force else 0,
        read_at=in_force.read_at if in_force else None,
        refused=refused.said if refused else "",
    )


def row_type_of(sheet: str) -> type[SheetRow]:
    """A sheet by name. Errors: SetupError when there is none."""
    if sheet not in SHEETS:
        raise SetupError("sheet.unknown", f"There is no sheet {sheet}.", remedy=f"There are {', '.join(SHEETS)}.")
    return SHEETS[sheet]
