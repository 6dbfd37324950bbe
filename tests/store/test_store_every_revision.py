"""A database of any revision of the schema, full of rows, comes forward with nothing lost, and work goes on in it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldbridge.app import certificate, connect
from fieldbridge.app.demo.office import Office
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from fieldbridge.store import archive
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.migrating import migrate, migrating, revision, revisions, upgrade
from fieldbridge.store.schema import metadata
from fieldbridge.store.vault import Vault
from support.site import HOLD_S, Site

RELEASED = Path(__file__).parent / "released" / "0.1.0.jsonl"
KEY = b"0.1.0 was released with this key"
AT = datetime(2026, 7, 14, 10, 32, 5, 123456, tzinfo=UTC)


@pytest.fixture
def released(empty_database_url: str) -> Iterator[sa.Engine]:
    """A database as the first version left it in the middle of trade."""
    engine = open_engine(empty_database_url)
    with migrating(engine) as tx:
        archive.load(tx, RELEASED.read_bytes().splitlines())
    yield engine
    engine.dispose()


def names(tx: sa.Connection) -> list[str]:
    return [name for name in sa.inspect(tx).get_table_names() if name != "alembic_version"]


def fill(tx: sa.Connection) -> None:
    """Give every table that is empty a row, whatever this version thinks of the table."""
    empty = [
        name for name in names(tx) if not tx.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar()
    ]
    found = sa.MetaData()
    found.reflect(tx, only=empty)
    numbers = count(1)
    for table in found.sorted_tables:
        if table.name in empty:
            tx.execute(table.insert().values({one.name: value(tx, one, next(numbers)) for one in table.c}))


def value(tx: sa.Connection, column: sa.Column[Any], number: int) -> object:
    for key in column.foreign_keys:
        return tx.execute(sa.select(key.column).limit(1)).scalar_one()
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"a": number}
    if isinstance(kind, sa.DateTime):
        return AT if tx.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    values = {sa.Boolean: True, sa.Date: date(2026, 7, 14), sa.LargeBinary: b"%d" % number, sa.Float: number / 2,
              sa.Integer: number, sa.Numeric: number / 2}  # fmt: skip
    return next((made for wanted, made in values.items() if isinstance(kind, wanted)), f"x{number}")


def rows(tx: sa.Connection, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Everything in some columns, in a form that can be compared and sorted."""
    found = {}
    for name, wanted in columns.items():
        query = sa.select(*map(sa.column, wanted)).select_from(sa.table(name))
        found[name] = sorted(repr(tuple(row)) for row in tx.execute(query))
    return found


def columns_of(tx: sa.Connection) -> dict[str, list[str]]:
    found = sa.inspect(tx).get_multi_columns(filter_names=names(tx))
    return {name: [one["name"] for one in columns] for (_, name), columns in found.items()}


def test_what_a_database_held_at_any_revision_it_holds_at_the_newest(released: sa.Engine) -> None:
    """Every table is filled at the revision that brings it, and what each revision found is found at the end."""
    held = {}
    for stands in revisions():
        with migrating(released) as tx:
            upgrade(tx, stands)
            fill(tx)
            columns = columns_of(tx)
            held[stands] = columns, rows(tx, columns)
            assert revision(tx) == stands
            assert all(held[stands][1].values()), "a table was left empty"
    with released.connect() as tx:
        for stands, (columns, before) in held.items():
            assert rows(tx, columns) == before, stands
    migrate(released)  # what was brought forward step by step is what this version needs


def test_a_full_database_of_the_newest_revision_holds_every_table_of_this_version(released: sa.Engine) -> None:
    migrate(released)
    with migrating(released) as tx:
        fill(tx)
        assert columns_of(tx).keys() >= metadata.tables.keys()
        # What was filled can be written into a backup, and read again into an empty database.
        lines = list(archive.written(tx, "now", AT))
    other = open_engine("sqlite://")
    with migrating(other) as tx:
        _, end = archive.load(tx, lines)
        assert all(end.rows.values())
    other.dispose()


def test_work_goes_on_where_the_first_version_left_it(released: sa.Engine, xero, tmp_path: Path) -> None:
    """Three orders were on their way: planned, being sent, and not answered. Each becomes exactly one invoice."""
    migrate(released)
    settings = Settings(home=tmp_path, database_url=str(released.url), key="", unsure_hold_s=HOLD_S)
    settings = settings.model_copy(update={"database_url": released.url.render_as_string(hide_password=False)})
    folder = tmp_path / "site"
    folder.mkdir()
    with Installation(settings, Database(released), Vault(KEY)) as installation:
        pem = certificate.certificate(installation)
        office = Office(xero.url)
        app = office.add_private_app("Field kauri", pem)
        office.close()
        made = connect.connect(installation, connect.Request("kauri", connect.hosts_at(xero.url), folder), app)
        site = Site(xero, replace(installation), made)
        assert site.sync(MASTER_DATA).error is None
        ended = site.sync(TRANSACTIONS)
        assert ended.state == "done", ended.error
        assert {number: len(some) for number, some in xero.invoices().items()} == dict.fromkeys(
            ("SO-BV6", "SO-BV7", "SO-BV8"), 1
        )
        assert site.sync(TRANSACTIONS).counts.get("posted", 0) == 0
