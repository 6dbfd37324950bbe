"""Databases that released versions left behind: each is brought forward with nothing lost.

`released/VERSION.jsonl` is what `fieldbridge backup` of that version wrote, unpacked, in the middle of trade.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from fieldbridge.store import archive
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger import deliveries
from fieldbridge.store.migrating import migrate, migrating, revision, revisions
from fieldbridge.store.schema import metadata
from fieldbridge.store.vault import Vault

RELEASED = sorted((Path(__file__).parent / "released").glob("*.jsonl"))
KEYS = {"0.1.0": b"0.1.0 was released with this key"}


def tables(lines) -> dict[str, list[dict]]:
    """The rows of an archive by table."""
    found: dict[str, list[dict]] = {}
    columns, rows = {}, []
    for line in map(json.loads, lines):
        if isinstance(line, list):
            rows.append(dict(zip(columns, line, strict=True)))
        elif line["line"] == "table":
            columns, rows = line["columns"], found.setdefault(line["name"], [])
    return found


def counted(rows: list[dict], columns) -> Counter[str]:
    return Counter(json.dumps([row[name] for name in columns], sort_keys=True) for row in rows)


@pytest.fixture(params=RELEASED, ids=lambda file: file.stem)
def released(request):
    return request.param


@pytest.fixture
def left_behind(empty_database_url, released):
    """A database as the version left it: its own schema, filled."""
    engine = open_engine(empty_database_url)
    with migrating(engine) as tx:
        header, _ = archive.load(tx, released.read_bytes().splitlines())
        assert revision(tx) == header.schema
    yield Database(engine)
    engine.dispose()


def test_bringing_a_released_database_forward_loses_nothing(left_behind, released):
    before = tables(released.read_bytes().splitlines())
    assert {name for name, rows in before.items() if rows} == set(before)
    migrate(left_behind.engine)
    with left_behind.snapshot() as tx:
        assert revision(tx) == revisions()[-1]
        after = tables(archive.written(tx, "now", tx.execute(sa.select(sa.func.now())).scalar_one()))
    for name, rows in before.items():
        columns = list(rows[0])
        assert counted(after[name], columns) == counted(rows, columns), name


def test_what_a_released_version_kept_can_still_be_used(left_behind, released):
    migrate(left_behind.engine)
    with left_behind.write() as tx:
        Vault(KEYS[released.stem]).check(tx)
        assert {one.key for one in deliveries.links(tx, "kauri")} == {"BV1", "BV3"}
        unsettled = deliveries.in_state(tx, "kauri", ["pending", "sending", "unsure"], 10)
        assert [(one.key, one.state) for one in unsettled] == [
            ("BV6", "pending"),
            ("BV7", "sending"),
            ("BV8", "unsure"),
        ]
        # A new row gets a number of its own.
        highest = tx.execute(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table("run"))).scalar_one()
        new = metadata.tables["run"]
        row = {"connection_id": "kauri", "flow": "transactions", "state": "queued", "counts": {}}
        given = tx.execute(new.insert().returning(new.c.id), {**row, "queued_at": unsettled[1].sent_at}).scalar_one()
        assert given > highest


def test_a_migration_that_makes_a_table_anew_keeps_the_rows_that_refer_to_it(left_behind):
    with left_behind.read() as tx:
        links = tx.execute(sa.text("SELECT count(*) FROM link")).scalar_one()
    with migrating(left_behind.engine) as tx:
        alter = Operations(MigrationContext.configure(tx)).batch_alter_table("connection", recreate="auto")
        with alter as table:
            table.alter_column("short_code", nullable=True)
            table.add_column(sa.Column("added", sa.Text()))
    with left_behind.read() as tx:
        assert links == tx.execute(sa.text("SELECT count(*) FROM link")).scalar_one() == 2
