"""The sheets held against the Books: what a row names and Xero does not have, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import sqlalchemy as sa

from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, Item
from fieldbridge.core.records.sheets import SHEETS, CustomerRow, PriceRow, ProductRow, SheetRow
from fieldbridge.flows.groups import marks_of
from fieldbridge.flows.references import Known, Missing, missing
from fieldbridge.store import books, sheets
from fieldbridge.store.database import batches
from fieldbridge.store.sheets import State

BATCH = 1000
R = TypeVar("R", bound=SheetRow)
TOLD_MAX = 200


def problems_of(tx: sa.Connection, connection_id: str) -> list[Problem]:
    """One Problem for each thing the sheets in force name in vain, the first two hundred of each sheet."""
    return [one for row_type in SHEETS.values() for one in _of_sheet(tx, connection_id, row_type)]


def _of_sheet(tx: sa.Connection, connection_id: str, row_type: type[SheetRow]) -> Iterator[Problem]:
    told: dict[tuple[str, str], tuple[int, Missing, int]] = {}
    named = ((number, one) for number, _, lacking in judged(tx, connection_id, row_type) for one in lacking)
    for number, one in named:
        place = (one.code, one.key)
        if place in told or len(told) < TOLD_MAX:
            first, kept, count = told.get(place, (number, one, 0))
            told[place] = (first, kept, count + 1)
    for number, one, count in told.values():
        more = f" and {count - 1} more" if count > 1 else ""
        yield Problem(
            kind="sheet",
            key=one.key,
            code=one.code,
            message=f"{row_type.sheet} sheet, row {number}{more}, {one.column}: {one.said}.",
            remedy="Correct the sheet, or put it right in Xero.",
            cause=row_type.sheet,
        )


def judged(
    tx: sa.Connection, connection_id: str, row_type: type[R], state: State = "in_force"
) -> Iterator[tuple[int, R, list[Missing]]]:
    """Every row of a sheet with what it names in vain. Shape: nothing at all before the Books were read."""
    return held_against(tx, connection_id, row_type, sheets.every(tx, connection_id, row_type, state))


def held_against(
    tx: sa.Connection, connection_id: str, row_type: type[R], rows: Iterable[tuple[int, R]]
) -> Iterator[tuple[int, R, list[Missing]]]:
    """Rows of a sheet, each with what it names in vain."""
    if books.organisation(tx, connection_id) is None:
        return
    groups: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    if row_type is PriceRow:
        groups = product_groups(tx, connection_id), price_groups(tx, connection_id)
    for some in batches(rows, BATCH):
        items = books.by_code(tx, connection_id, Item, {getattr(row, "product", "") for _, row in some} - {""})
        contacts = books.by_code(tx, connection_id, Contact, {getattr(row, "customer", "") for _, row in some} - {""})
        known = Known(items, contacts, *groups)
        yield from ((number, row, list(missing(row, known))) for number, row in some)


def product_groups(tx: sa.Connection, connection_id: str) -> frozenset[str]:
    """The groups of the products sheet."""
    return frozenset(row.group for _, row in sheets.every(tx, connection_id, ProductRow) if row.group)


def price_groups(tx: sa.Connection, connection_id: str) -> frozenset[str]:
    """The price groups customers are in, by contact group or by the customers sheet."""
    by_sheet = {row.price_group for _, row in sheets.every(tx, connection_id, CustomerRow)}
    by_group = {marks_of(one.groups).deal for one in books.every(tx, connection_id, Contact)}
    return frozenset((by_sheet | by_group) - {""})
