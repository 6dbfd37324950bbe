"""Taking the office's sheets: each is read whole or refused whole, and the last good one stays in force."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.installation import Installation
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.sheets import SHEETS, PriceRow, SheetRow
from fieldbridge.core.rules import SheetRules
from fieldbridge.field.sheets import reading
from fieldbridge.field.sheets.faults import SheetFault, UnreadableError
from fieldbridge.field.sheets.reading import Found
from fieldbridge.store import sheets
from fieldbridge.store.sheets import Sheet, State

ROWS_PER_BATCH = 2000
FAULTS_MAX = 1000
FAULTS_TOLD = 3


class Loaded(msgspec.Struct, frozen=True):
    """What came of reading one file. Shape: when there are faults, nothing of it is used."""

    sheet_id: int
    rows: int
    faults: list[SheetFault]


def folder_of(shared: Path, rules: SheetRules) -> Path:
    """Where the sheets of a connection lie."""
    return Path(rules.folder) if rules.folder else shared.with_name(f"{shared.name}-sheets")


def refresh(context: Context) -> list[Problem]:
    """Take every sheet that changed. Shape: what was refused, and why. Errors: OutageError."""
    return [found for row_type in SHEETS.values() for found in _refresh(context, row_type)]


def _refresh(context: Context, row_type: type[SheetRow]) -> Iterator[Problem]:
    rules = context.settings.sheets
    files = reading.find(folder_of(context.folder, rules), row_type.sheet)
    with context.read() as tx:
        known = sheets.known(tx, context.id, row_type.sheet)
    before = known.get("in_force")
    if not files and before is not None:
        yield _problem(
            before.file,
            "sheet.missing",
            f"{before.file} is gone.",
            before,
            "Put it back, or put a file with its header alone to withdraw it.",
        )
    elif len(files) > 1:
        names = " and ".join(file.name for file in files)
        yield _problem(
            files[0].name, "sheet.two_files", f"There are {names}; which one counts?", before, "Keep one of them."
        )
    elif files:
        said = _take(context, files[0], row_type, known)
        if said:
            remedy = f"fieldbridge sheets check {row_type.sheet} --connection {context.id}"
            yield _problem(files[0].name, "sheet.refused", f"{files[0].name} was refused: {said}.", before, remedy)


def _take(context: Context, file: Path, row_type: type[SheetRow], known: dict[State, Sheet]) -> str:
    """Put a changed file in force. Shape: why it was refused, or an empty text."""
    rules = context.settings.sheets
    try:
        found = reading.load(file, rules.max_file_bytes, rules.date_order)
    except UnreadableError as error:
        return str(error)
    for state in known.values():
        if state.digest == found.digest:
            return state.said
    loaded = load(context.installation, context.id, found, row_type, rules, "loading", context.say)
    said = _told(loaded.faults)
    with context.write() as tx:
        if loaded.faults:
            sheets.refuse(tx, context.id, row_type.sheet, loaded.sheet_id, said)
            context.log(tx, "sheet.refused", name=file.name, faults=len(loaded.faults))
        else:
            sheets.put_in_force(tx, context.id, row_type.sheet, loaded.sheet_id, loaded.rows)
            context.log(tx, "sheet.taken", name=file.name, rows=loaded.rows)
    return said


def load(
    installation: Installation,
    connection_id: str,
    found: Found,
    row_type: type[SheetRow],
    rules: SheetRules,
    state: State,
    say: Callable[[str], None],
) -> Loaded:
    """Read a file into the ledger beside what is in force, in batches. Shape: at most FAULTS_MAX faults."""
    with installation.database.write() as tx:
        sheet_id = sheets.begin(
            tx, connection_id, row_type.sheet, found.path.name, found.digest, state, installation.now()
        )
    faults: list[SheetFault] = []
    batch: list[tuple[int, SheetRow]] = []
    rows = 0

    def keep() -> None:
        with installation.database.write() as tx:
            sheets.add(tx, connection_id, sheet_id, batch)
        say(f"reading {found.path.name}: {rows} rows")
        batch.clear()

    try:
        for one in reading.read(found, row_type, rules.date_order):
            if isinstance(one, SheetFault):
                faults.append(one)
                if len(faults) == FAULTS_MAX:
                    break
                continue
            rows += 1
            batch.append(one)
            if len(batch) == ROWS_PER_BATCH:
                keep()
        keep()
        with installation.database.read() as tx:
            faults += _clashes(tx, sheet_id, row_type)
    except UnreadableError as error:
        faults.append(SheetFault(row=0, column="", said=str(error)))
    return Loaded(sheet_id, rows, faults)


def _clashes(tx: sa.Connection, sheet_id: int, row_type: type[SheetRow]) -> Iterator[SheetFault]:
    """Rows about the same that hold on the same day: nobody could say which one counts."""
    for twins in sheets.twins(tx, sheet_id, row_type):
        number, one = twins[0]
        for other_number, other in sorted(twins, key=lambda twin: (_first_day(twin[1]), twin[0])):
            if other_number == number:
                continue
            if not isinstance(one, PriceRow) or not isinstance(other, PriceRow):
                yield SheetFault(row=other_number, column="", said=f"is about the same as row {number}")
            elif one.end is None or other.start is None or other.start <= one.end:
                said = f"holds on days of row {number} too, so neither would win; end one before the other starts"
                yield SheetFault(row=other_number, column="", said=said)


def _first_day(row: SheetRow) -> str:
    return str(getattr(row, "start", None) or "")


def _told(faults: list[SheetFault]) -> str:
    if not faults:
        return ""
    more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
    return "; ".join(str(one) for one in faults[:FAULTS_TOLD]) + more


def _problem(key: str, code: str, said: str, before: Sheet | None, remedy: str) -> Problem:
    stays = "Nothing of it is in force."
    if before is not None:
        stays = f"The one read on {before.read_at:%Y-%m-%d %H:%M} UTC ({before.rows} rows) stays in force."
    return Problem(kind="sheet", key=key, code=code, message=f"{said} {stays}", remedy=remedy, cause=key)
