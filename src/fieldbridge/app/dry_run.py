"""The dry run: the very stages of a run, on a scratch copy of the ledger and the folder, up to the first write.

Nothing of the connection is changed. Calls to Xero are real reads, so they pass the real Governor and are counted.
"""

import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from fieldbridge.app.connection_settings import parse, with_pictures_of
from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.images import making
from fieldbridge.app.flows.people import writing
from fieldbridge.app.flows.programs import Flows
from fieldbridge.app.flows.sheets import folder_of
from fieldbridge.app.installation import Installation
from fieldbridge.app.parts.invoices import INVOICE
from fieldbridge.app.parts.table import KINDS
from fieldbridge.app.scratch import advance, scratch
from fieldbridge.core.records.books import Invoice, Person, Record
from fieldbridge.engine.stages import RunRef
from fieldbridge.field.pictures import catalogue
from fieldbridge.field.pictures.source import place
from fieldbridge.flows import CONTACTS, IMAGES
from fieldbridge.store.ledger import deliveries, problems, runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.store.ledger.problems import OpenProblem
from fieldbridge.store.schema import (
    answer,
    book,
    catalogue_picture,
    connection,
    delivery,
    intake,
    intake_file,
    link,
    past,
    person,
    picture,
    problem,
    rep_since,
    sheet,
    sheet_row,
    watermark,
)

EVERYTHING = 1_000_000
LOOKED_AT = (
    connection, book, watermark, intake_file, intake, past, delivery, link, problem, rep_since, sheet, sheet_row,
    picture, catalogue_picture, answer, person,
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


class PlannedPeople(msgspec.Struct, frozen=True):
    """The people of a customer as Xero would have them. Shape: names."""

    customer: str
    before: list[str]
    after: list[str]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would do."""

    connection: str
    flow: str
    invoices: list[PlannedInvoice]
    others: list[PlannedPart]
    files: list[PlannedFile]
    pictures: list[PlannedPicture]
    people: list[PlannedPeople]
    problems: list[OpenProblem]


def plan(installation: Installation, one: Connection, flow: str) -> Plan:
    """Plan one flow without writing anything. Errors: whatever would stop the run."""
    with TemporaryDirectory(prefix="fieldbridge-plan-") as name:
        folder = Path(name)
        (folder / "site").mkdir()
        twin = _site(one, folder / "site")
        with scratch(installation, twin, folder, LOOKED_AT) as copy:
            return _planned(installation, copy, one.id, flow)


def _planned(installation: Installation, copy: Installation, connection_id: str, flow: str) -> Plan:
    with copy.database.write() as tx:
        ref = RunRef(connection_id, flow, runs.queue(tx, connection_id, flow, copy.now()))
    known = _open_problems(copy, connection_id)
    advance(Flows(copy), ref, installation)
    pictures = _pictures(copy, ref) if flow == IMAGES else []
    return _told(copy, ref, known, pictures)


def _pictures(scratch: Installation, ref: RunRef) -> list[PlannedPicture]:
    found = making.try_out(context_of(scratch, ref))
    made = [PlannedPicture(one.name, "publish", one.shot.source) for one in found.publish]
    return made + [PlannedPicture(one.name, "retire", one.source) for one in found.retire]


def _people(scratch: Installation, ref: RunRef) -> list[PlannedPeople]:
    with scratch.database.read() as tx:
        found = writing.wanted(context_of(scratch, ref), tx)
    return [PlannedPeople(one.code, _names(one.persons), _names(those)) for one, those in found]


def _names(persons: Sequence[Person]) -> list[str]:
    return [f"{one.first_name} {one.last_name}".strip() + (f" <{one.email}>" if one.email else "") for one in persons]


def _told(scratch: Installation, ref: RunRef, known: set[int], pictures: list[PlannedPicture]) -> Plan:
    with scratch.database.read() as tx:
        planned = deliveries.planned(tx, ref.connection_id)
        events = runs.events(tx, ref.connection_id, EVERYTHING)
        found = problems.still_open(tx, ref.connection_id)
    written = [event.fields for event in events if event.event == "file.published"]
    return Plan(
        connection=ref.connection_id,
        flow=ref.flow,
        invoices=[PlannedInvoice(one.key, INVOICE.decode(one)) for one in planned if one.kind == INVOICE.name],
        others=[_other(one) for one in planned if one.kind != INVOICE.name],
        files=[msgspec.convert(one, PlannedFile) for one in written],
        pictures=pictures,
        people=_people(scratch, ref) if ref.flow == CONTACTS else [],
        problems=[one for one in found if one.id not in known],
    )


def _other(one: Delivery) -> PlannedPart:
    return PlannedPart(one.key, one.kind, one.number, one.total, KINDS[one.kind].decode(one))


def _open_problems(scratch: Installation, connection_id: str) -> set[int]:
    with scratch.database.read() as tx:
        return {one.id for one in problems.still_open(tx, connection_id)}


def _site(one: Connection, site: Path) -> Connection:
    """Copy the connection's files. Shape: the connection with settings that find its pictures where they are."""
    for file in Path(one.folder).iterdir():
        if file.is_file():
            shutil.copy2(file, site)
    decided = parse(one.settings)
    rules = decided.sheets
    _twin(Path(one.folder), site, decided.profile.images_folder)
    if not rules.folder and folder_of(Path(one.folder), rules).is_dir():
        shutil.copytree(folder_of(Path(one.folder), rules), folder_of(site, rules))
    return msgspec.structs.replace(
        one, settings=with_pictures_of(one.settings, place(Path(one.folder), decided.images))
    )


def _twin(shared: Path, site: Path, name: str) -> None:
    """A catalogue of files as large as the real ones, which take no room."""
    for file, size in catalogue.sizes(shared / name).items():
        (site / name).mkdir(exist_ok=True)
        with (site / name / file).open("wb") as twin:
            twin.truncate(size)
