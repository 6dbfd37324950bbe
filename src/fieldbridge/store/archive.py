"""The archive: every table we keep as lines of JSON, the same from SQLite and from PostgreSQL.

The first line says what it is, and which schema it is of. An object begins a table and names its columns with their
kinds; lists are its rows. The last line counts the rows, so that a cut archive shows. An archive of an older schema
is loaded into tables of that schema, which are then brought forward as a database's would be.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

from fieldbridge.core.errors import SetupError
from fieldbridge.store.migrating import check, revision, upgrade
from fieldbridge.store.schema import Instant, Json, metadata

FORMAT = 1
ROWS_AT_A_TIME = 100
# Each kind of column by what Python holds for it, and its type in the database.
KINDS: dict[str, tuple[type[Any], sa.types.TypeEngine[Any]]] = {
    "text": (str, sa.Text()),
    "count": (int, sa.BigInteger()),
    "number": (float, sa.Float()),
    "truth": (bool, sa.Boolean()),
    "bytes": (bytes, sa.LargeBinary()),
    "instant": (datetime, Instant()),
    "day": (date, sa.Date()),
    "json": (object, Json),
}
_KIND_OF = {held: name for name, (held, _) in KINDS.items()}
_encode = msgspec.json.Encoder().encode


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="archive", tag_field="line"):
    """The first line of an archive."""

    format: int
    fieldbridge: str
    schema: str
    made_at: datetime


class Section(msgspec.Struct, frozen=True, kw_only=True, tag="table", tag_field="line"):
    """The line before the rows of a table. Shape: columns are names to kinds."""

    name: str
    columns: dict[str, str]


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="line"):
    """The last line. Shape: rows by table."""

    rows: dict[str, int]


def written(tx: sa.Connection, version: str, at: datetime) -> Iterator[bytes]:
    """The lines of one state of the database. Rows are streamed, so that its size does not matter."""
    yield _encode(Header(format=FORMAT, fieldbridge=version, schema=revision(tx), made_at=at))
    counts: dict[str, int] = {}
    for table in (one for one in metadata.sorted_tables if not one.info.get("passing")):
        columns = {str(one.name): _KIND_OF[one.type.python_type] for one in table.c}
        yield _encode(Section(name=str(table.name), columns=columns))
        counts[str(table.name)] = 0
        for row in tx.execute(sa.select(table).execution_options(yield_per=ROWS_AT_A_TIME)):
            counts[str(table.name)] += 1
            yield _encode(tuple(row))
    yield _encode(End(rows=counts))


def load(tx: sa.Connection, lines: Iterable[bytes]) -> tuple[Header, End]:
    """Fill an empty database with tables of the archive's schema, inside `migrating`; then `upgrade` it.

    Errors: SetupError when it holds anything, or when the archive is cut, damaged or of a newer version.
    """
    each = iter(lines)
    try:
        header = msgspec.json.decode(next(each, b""), type=Header)
        if header.format != FORMAT:
            raise unusable("its form is of a newer fieldbridge")
        check(header.schema, "The archive")
        _empty(tx)
        upgrade(tx, header.schema)
        end = _fill(tx, each)
    except (msgspec.DecodeError, UnicodeDecodeError, sa.exc.NoSuchTableError) as error:
        raise unusable(str(error)) from error
    return header, end


def _fill(tx: sa.Connection, lines: Iterator[bytes]) -> End:
    counts: dict[str, int] = {}
    inspected = sa.inspect(tx)
    for section, rows in groupby(_rows(lines, counts), key=itemgetter(0)):
        known = {one["name"] for one in inspected.get_columns(section.name)}
        if not known.issuperset(section.columns):
            raise unusable(f"{section.name} has columns its schema has not")
        columns = [sa.column(name, KINDS[kind][1]) for name, kind in section.columns.items()]
        insert = sa.insert(sa.table(section.name, *columns))
        while some := list(islice(rows, ROWS_AT_A_TIME)):
            tx.execute(insert, [dict(zip(section.columns, row, strict=True)) for _, row in some])
        if tx.dialect.name == "postgresql" and section.columns.get("id") == "count":
            _count_on(tx, section.name)
    return End(rows=counts)


def _rows(lines: Iterator[bytes], counts: dict[str, int]) -> Iterator[tuple[Section, tuple[Any, ...]]]:
    """Each row with its table. Errors: SetupError when the last line is missing or has counted more."""
    section: Section | None = None
    decoder: msgspec.json.Decoder[tuple[Any, ...]] = msgspec.json.Decoder(tuple[Any, ...])
    for line in lines:
        if section is not None and line.startswith(b"["):
            counts[section.name] += 1
            yield section, decoder.decode(line)
            continue
        told = msgspec.json.decode(line, type=Section | End)
        if isinstance(told, End):
            # Reading on to the end of the file is what proves its check sum.
            if told.rows != counts or next(lines, None) is not None:
                raise unusable("its rows are not those it counted")
            return
        section, counts[told.name] = told, 0
        decoder = msgspec.json.Decoder(tuple.__class_getitem__(tuple(map(_read_as, told.columns.values()))))
    raise unusable("its end is missing")


def _read_as(kind: str) -> Any:
    if kind not in KINDS:
        raise unusable(f"it holds {kind}")
    return KINDS[kind][0] | None


def _empty(tx: sa.Connection) -> None:
    """Make room for tables of another schema, if nothing is lost by it."""
    stands = revision(tx)
    if not stands:
        return
    check(stands, "The database")
    upgrade(tx)
    for table in metadata.sorted_tables:
        if not table.info.get("passing") and tx.execute(sa.select(table).limit(1)).first():
            raise SetupError(
                "restore.not_empty",
                f"The database is not empty: it has rows in {table.name}.",
                remedy="Nothing was changed. Name an empty database, or move the one that is there out of the way.",
            )
    metadata.drop_all(tx)
    tx.execute(sa.text("DROP TABLE alembic_version"))


def _count_on(tx: sa.Connection, table: str) -> None:
    """Have PostgreSQL number new rows after those that brought their numbers with them."""
    highest = sa.select(sa.func.max(sa.column("id", sa.BigInteger()))).select_from(sa.table(table)).scalar_subquery()
    sequence = sa.func.pg_get_serial_sequence(table, "id")
    tx.execute(sa.select(sa.func.setval(sequence, highest)))


def unusable(because: str) -> SetupError:
    """What to say of a file that cannot be restored."""
    return SetupError(
        "restore.unusable",
        f"This is no backup that can be used: {because}.",
        remedy="Nothing was changed. Use another backup.",
    )
