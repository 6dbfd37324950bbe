"""A scratch copy: an installation of its own, in which stages may do as they do, and which is thrown away.

Calls to Xero go through the real installation's gate, so that they are paced and counted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.programs import FIRST_WRITE, MAKE_PICTURES, WRITE_CODES, WRITE_PEOPLE, Flows
from fieldbridge.app.installation import Installation
from fieldbridge.engine.stages import RunRef
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.schema import connection, metadata

ROWS_PER_COPY = 1000
WRITES = (FIRST_WRITE, WRITE_CODES, MAKE_PICTURES, WRITE_PEOPLE)


@contextmanager
def scratch(
    installation: Installation, one: Connection, folder: Path, tables: Sequence[sa.Table]
) -> Iterator[Installation]:
    """A copy of one connection's rows of some tables, with the settings that are given.

    Shape: its shared folder is `site` inside `folder`.
    """
    (folder / "site").mkdir(exist_ok=True)
    engine = open_engine(f"sqlite:///{folder / 'scratch.sqlite'}")
    try:
        # What the migrations come to, without them: there is nothing to move, and nobody opens it again.
        metadata.create_all(engine)
        copy = Database(engine, tells=False)
        with installation.database.read() as source, copy.write() as target:
            for table in tables:
                _copy(source, target, table, one.id)
            target.execute(connection.update().values(folder=str(folder / "site"), settings=one.settings))
        settings = installation.settings.model_copy(update={"home": folder / "home"})
        yield Installation(settings, copy, installation.vault, installation.now, installation.pause)
    finally:
        engine.dispose()


def advance(flows: Flows, ref: RunRef, gate: Installation, *, after: str = "") -> None:
    """Take the steps of a flow, or those after one of them, up to the first that writes to Xero."""
    steps = flows.steps(ref.flow)
    begin = next((place + 1 for place, (name, _) in enumerate(steps) if name == after), 0)
    for name, step in steps[begin:]:
        if name in WRITES:
            return
        while (turn := step(context_of(flows.installation, ref, gate))).again:
            flows.installation.pause(turn.wait_s)


def _copy(source: sa.Connection, target: sa.Connection, table: sa.Table, connection_id: str) -> None:
    """Copy one connection's rows. The original bytes of what was taken are not needed, so they stay behind."""
    heavy = {"content", "raw"}
    columns = [sa.literal(b"").label(column.name) if column.name in heavy else column for column in table.c]
    owner = table.c.id if table is connection else table.c.connection_id
    query = sa.select(*columns).where(owner == connection_id).execution_options(yield_per=ROWS_PER_COPY)
    for some in source.execute(query).mappings().partitions():
        target.execute(table.insert(), [dict(row) for row in some])
