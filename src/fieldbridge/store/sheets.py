"""Sheets as they were last read: the rows in force, and what became of each file looked at.

A sheet is loaded beside the one in force and takes its place in one step, so a refused file changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, TypeVar

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.sheets import SheetRow
from fieldbridge.store.database import chunks
from fieldbridge.store.schema import sheet, sheet_row

State = Literal["loading", "checking", "in_force", "refused"]
R = TypeVar("R", bound=SheetRow)
KEYS_PER_QUERY = 500
_encode = msgspec.json.Encoder().encode


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was read. Shape: said is why it was refused."""

    id: int
    name: str
    file: str
    digest: str
    state: State
    rows: int
    said: str
    read_at: datetime


def known(tx: sa.Connection, connection_id: str, name: str) -> dict[State, Sheet]:
    """The sheet in force, and the file last refused, if any."""
    query = sa.select(*(sheet.c[field] for field in Sheet.__struct_fields__)).where(
        sheet.c.connection_id == connection_id, sheet.c.name == name, sheet.c.state.in_(("in_force", "refused"))
    )
    return {row["state"]: Sheet(**row) for row in tx.execute(query).mappings()}


def begin(
    tx: sa.Connection, connection_id: str, name: str, file: str, fingerprint: str, state: State, at: datetime
) -> int:
    """Start loading a file, to take it or only to check it; what a killed process left goes. Shape: its id."""
    _forget(tx, connection_id, name, state)
    row = {"connection_id": connection_id, "name": name, "file": file, "digest": fingerprint, "state": state}
    return int(tx.execute(sheet.insert().returning(sheet.c.id), row | {"read_at": at}).scalar_one())


def forget_checked(tx: sa.Connection, connection_id: str, name: str) -> None:
    """Forget what was loaded only to be checked."""
    _forget(tx, connection_id, name, "checking")


def add(tx: sa.Connection, connection_id: str, sheet_id: int, some: Sequence[tuple[int, SheetRow]]) -> None:
    """Load rows."""
    if some:
        tx.execute(
            sheet_row.insert(),
            [
                {
                    "connection_id": connection_id,
                    "sheet_id": sheet_id,
                    "number": number,
                    "key": one.key,
                    "identity": one.identity,
                    "record": _encode(one).decode(),
                }
                for number, one in some
            ],
        )


def twins(tx: sa.Connection, sheet_id: int, row_type: type[R]) -> Iterator[list[tuple[int, R]]]:
    """Rows that share an identity, together. Shape: two or more each."""
    mine = sheet_row.c.sheet_id == sheet_id
    shared = sa.select(sheet_row.c.identity).where(mine).group_by(sheet_row.c.identity).having(sa.func.count() > 1)
    for identity in tx.execute(shared.order_by(sa.func.min(sheet_row.c.number))).scalars().all():
        query = sa.select(sheet_row.c.number, sheet_row.c.record).where(mine, sheet_row.c.identity == identity)
        yield [_decoded(row_type, *row) for row in tx.execute(query.order_by(sheet_row.c.number))]


def put_in_force(tx: sa.Connection, connection_id: str, name: str, sheet_id: int, rows: int) -> None:
    """Let a loaded sheet take the place of the one before."""
    for state in ("in_force", "refused"):
        _forget(tx, connection_id, name, state)
    tx.execute(sheet.update().where(sheet.c.id == sheet_id).values(state="in_force", rows=rows))


def refuse(tx: sa.Connection, connection_id: str, name: str, sheet_id: int, said: str) -> None:
    """Note why a file was refused, so that it is not read again until it changes. What is in force stays."""
    _forget(tx, connection_id, name, "refused")
    tx.execute(sheet_row.delete().where(sheet_row.c.sheet_id == sheet_id))
    tx.execute(sheet.update().where(sheet.c.id == sheet_id).values(state="refused", said=said))


def by_key(
    tx: sa.Connection, connection_id: str, row_type: type[R], keys: Iterable[str], state: State = "in_force"
) -> dict[str, list[tuple[int, R]]]:
    """Rows in force, or of another state, by what they are about. Shape: (number, row), in the sheet's order."""
    found: dict[str, list[tuple[int, R]]] = {}
    for some in chunks(sorted(set(keys)), KEYS_PER_QUERY):
        query = _rows(connection_id, row_type, state).where(sheet_row.c.key.in_(some))
        for key, number, record in tx.execute(query.order_by(sheet_row.c.number)):
            found.setdefault(key, []).append(_decoded(row_type, number, record))
    return found


def every(
    tx: sa.Connection, connection_id: str, row_type: type[R], state: State = "in_force"
) -> Iterator[tuple[int, R]]:
    """Stream the rows in force, or of another state, in the sheet's order."""
    query = _rows(connection_id, row_type, state).order_by(sheet_row.c.number)
    for _, number, record in tx.execute(query.execution_options(yield_per=1000)):
        yield _decoded(row_type, number, record)


def by_subject(
    tx: sa.Connection, connection_id: str, row_type: type[R], state: State = "in_force"
) -> Iterator[tuple[int, R]]:
    """Stream the rows, those about the same together."""
    query = _rows(connection_id, row_type, state).order_by(sheet_row.c.key, sheet_row.c.identity, sheet_row.c.number)
    for _, number, record in tx.execute(query.execution_options(yield_per=1000)):
        yield _decoded(row_type, number, record)


def _rows(connection_id: str, row_type: type[SheetRow], state: State) -> sa.Select[str, int, str]:
    return (
        sa.select(sheet_row.c.key, sheet_row.c.number, sheet_row.c.record)
        .join(sheet, sheet.c.id == sheet_row.c.sheet_id)
        .where(sheet_row.c.connection_id == connection_id, sheet.c.name == row_type.sheet, sheet.c.state == state)
    )


def _decoded(row_type: type[R], number: int, record: str) -> tuple[int, R]:
    return number, msgspec.json.decode(record, type=row_type)


def _forget(tx: sa.Connection, connection_id: str, name: str, state: str) -> None:
    gone = sa.select(sheet.c.id).where(
        sheet.c.connection_id == connection_id, sheet.c.name == name, sheet.c.state == state
    )
    tx.execute(sheet_row.delete().where(sheet_row.c.sheet_id.in_(gone)))
    tx.execute(sheet.delete().where(sheet.c.id.in_(gone)))
