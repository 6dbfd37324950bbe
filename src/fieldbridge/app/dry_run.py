"""The dry run: the very stages of a run, on a scratch copy of the ledger and the folder, up to the first write.

Nothing of the connection is changed. Calls to Xero are real reads, so they pass the real Governor and are counted.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse, with_pictures_of
from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.images import making
from fieldbridge.app.flows.programs import FIRST_WRITE, MAKE_PICTURES, WRITE_CODES, Flows
from fieldbridge.app.flows.sheets import folder_of
from fieldbridge.app.installation import Installation
from fieldbridge.app.parts.invoices import INVOICE
from fieldbridge.app.parts.table import KINDS
from fieldbridge.core.records.books import Invoice, Record
from fieldbridge.engine.stages import RunRef
from fieldbridge.field.pictures import catalogue
from fieldbridge.field.pictures.source import place
from fieldbridge.flows import IMAGES
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger import deliveries, problems, runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.store.ledger.problems import OpenProblem
from fieldbridge.store.migrating import migrate
from fieldbridge.store.schema import (
    answer,
    book,
    catalogue_picture,
    connection,
    delivery,
    intake,
    intake_file,
    link,
    picture,
    problem,
    rep_since,
    sheet,
    sheet_row,
    watermark,
)

ROWS_PER_COPY = 1000
EVERYTHING = 1_000_000
LOOKED_AT = (
    connection, book, watermark, intake_file, intake, delivery, link, problem, rep_since, sheet, sheet_row, picture,
    catalogue_picture, answer,
)  # fmt: skip


class PlannedInvoice(msgspec.Struct, frozen=True):
    """An order and the invoice that would be created for it."""

    order: str
    invoice: Invoice


class PlannedPart(msgspec.Struct, frozen=True):
    """An order and something else that would be created for it. Shape: document is of the kind's own fields."""

    order: str
    kind: str
    number: str
    total: Decimal
    document: Record


class PlannedFile(msgspec.Struct, frozen=True):
    """A master file that would change."""

    name: str
    rows: int
    rows_before: int


class PlannedPicture(msgspec.Struct, frozen=True):
    """A picture of the catalogue that would be put in place or retired. Shape: source is the file of the site."""

    name: str
    what: Literal["publish", "retire"]
    source: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would do."""

    flow: str
    invoices: list[PlannedInvoice]
    others: list[PlannedPart]
    files: list[PlannedFile]
    pictures: list[PlannedPicture]
    problems: list[OpenProblem]


def plan(installation: Installation, one: Connection, flow: str) -> Plan:
    """Plan one flow without writing anything. Errors: whatever would stop the run."""
    with TemporaryDirectory(prefix="fieldbridge-plan-") as folder, _scratch(installation, one, Path(folder)) as scratch:
        with scratch.database.write() as tx:
            ref = RunRef(one.id, flow, runs.queue(tx, one.id, flow, scratch.now()))
        known = _open_problems(scratch, one.id)
        _advance(Flows(scratch), ref, installation)
        pictures = _pictures(scratch, ref) if flow == IMAGES else []
        return _told(scratch, ref, known, pictures)


def _advance(flows: Flows, ref: RunRef, gate: Installation) -> None:
    for name, step in flows.steps(ref.flow):
        if name in (FIRST_WRITE, WRITE_CODES, MAKE_PICTURES):
            return
        while (turn := step(context_of(flows.installation, ref, gate))).again:
            flows.installation.pause(turn.wait_s)


def _pictures(scratch: Installation, ref: RunRef) -> list[PlannedPicture]:
    found = making.try_out(context_of(scratch, ref))
    made = [PlannedPicture(one.name, "publish", one.shot.source) for one in found.publish]
    return made + [PlannedPicture(one.name, "retire", one.source) for one in found.retire]


def _told(scratch: Installation, ref: RunRef, known: set[int], pictures: list[PlannedPicture]) -> Plan:
    with scratch.database.read() as tx:
        planned = deliveries.planned(tx, ref.connection_id)
        events = runs.events(tx, ref.connection_id, EVERYTHING)
        found = problems.still_open(tx, ref.connection_id)
    written = [event.fields for event in events if event.event == "file.published"]
    return Plan(
        flow=ref.flow,
        invoices=[PlannedInvoice(one.key, INVOICE.decode(one)) for one in planned if one.kind == INVOICE.name],
        others=[_other(one) for one in planned if one.kind != INVOICE.name],
        files=[msgspec.convert(one, PlannedFile) for one in written],
        pictures=pictures,
        problems=[one for one in found if one.id not in known],
    )


def _other(one: Delivery) -> PlannedPart:
    return PlannedPart(one.key, one.kind, one.number, one.total, KINDS[one.kind].decode(one))


def _open_problems(scratch: Installation, connection_id: str) -> set[int]:
    with scratch.database.read() as tx:
        return {one.id for one in problems.still_open(tx, connection_id)}


@contextmanager
def _scratch(installation: Installation, one: Connection, folder: Path) -> Iterator[Installation]:
    """An installation of its own, holding what the stages look at. Shape: the copied folder is inside `folder`."""
    site = folder / "site"
    site.mkdir()
    for file in Path(one.folder).iterdir():
        if file.is_file():
            shutil.copy2(file, site)
    decided = parse(one.settings)
    rules = decided.sheets
    _twin(Path(one.folder), site, decided.profile.images_folder)
    if not rules.folder and folder_of(Path(one.folder), rules).is_dir():
        shutil.copytree(folder_of(Path(one.folder), rules), folder_of(site, rules))
    engine = open_engine(f"sqlite:///{folder / 'scratch.sqlite'}")
    try:
        migrate(engine)
        scratch = Database(engine, tells=False)
        with installation.database.read() as source, scratch.write() as target:
            for table in LOOKED_AT:
                _copy(source, target, table, one.id)
            text = with_pictures_of(one.settings, place(Path(one.folder), decided.images))
            target.execute(connection.update().values(folder=str(site), settings=text))
        settings = installation.settings.model_copy(update={"home": folder / "home"})
        yield Installation(settings, scratch, installation.vault, installation.now, installation.pause)
    finally:
        engine.dispose()


def _twin(shared: Path, site: Path, name: str) -> None:
    """A catalogue of files as large as the real ones, which take no room."""
    for file, size in catalogue.sizes(shared / name).items():
        (site / name).mkdir(exist_ok=True)
        with (site / name / file).open("wb") as twin:
            twin.truncate(size)


def _copy(source: sa.Connection, target: sa.Connection, table: sa.Table, connection_id: str) -> None:
    """Copy one connection's rows. The original bytes of what was taken are not needed, so they stay behind."""
    heavy = {"content", "raw"}
    columns = [sa.literal(b"").label(column.name) if column.name in heavy else column for column in table.c]
    owner = table.c.id if table is connection else table.c.connection_id
    query = sa.select(*columns).where(owner == connection_id).execution_options(yield_per=ROWS_PER_COPY)
    for some in source.execute(query).mappings().partitions():
        target.execute(table.insert(), [dict(row) for row in some])
