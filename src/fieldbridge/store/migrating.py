"""Bringing a database's schema forward, from whichever version left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from fieldbridge.core.errors import SetupError
from fieldbridge.store.database import telling

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x66696C64
HEAD = "head"


def migrate(engine: sa.Engine) -> None:
    """Bring the schema forward to what this version needs; one look when it is there already.

    Errors: SetupError when a newer version has been at the database: its schema may hold what we would destroy.
    """
    with engine.connect().execution_options(reads_only=True) as tx:
        stands = revision(tx)
    check(stands, f"The database {engine.url.render_as_string()}")
    if stands != revisions()[-1]:
        with migrating(engine) as tx:
            upgrade(tx)


def check(stands: str, what: str) -> None:
    """Refuse a schema that this version does not know. Errors: SetupError."""
    known = revisions()
    if stands and stands not in known:
        raise SetupError(
            "database.newer",
            f"{what} is of a newer fieldbridge: its schema is {stands}, and this version knows those up to "
            f"{known[-1]}.",
            remedy="Install that version again, or use a backup made before the update.",
        )


def is_current(engine: sa.Engine) -> bool:
    """Whether the schema is the one this version needs."""
    with engine.connect().execution_options(reads_only=True) as tx:
        return revision(tx) == revisions()[-1]


def revisions() -> list[str]:
    """The revisions of the schema this version knows, oldest first."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def revision(tx: sa.Connection) -> str:
    """Where a database's schema stands; an empty text in one that has none yet."""
    if not sa.inspect(tx).has_table("alembic_version"):
        return ""
    return str(tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())


@contextmanager
def migrating(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction in which the schema may change, one process at a time.

    SQLite changes a table by making it anew and dropping the old one. With foreign keys on, that would delete every
    row that refers to it; the switch works only outside of a transaction.
    """
    with engine.connect() as session:
        session.detach()
        if engine.dialect.name == "sqlite":
            session.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with telling(session), session.begin():
            if engine.dialect.name == "postgresql":
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            yield session
            if engine.dialect.name == "sqlite":
                broken = session.exec_driver_sql("PRAGMA foreign_key_check").all()
                assert not broken, f"a migration left rows that refer to nothing: {broken[:3]}"


def upgrade(tx: sa.Connection, to: str = HEAD) -> None:
    """Bring the schema to a revision, inside `migrating`."""
    # Imported only where something is to be done, because that costs every start a quarter of a second.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = tx
    command.upgrade(config, to)
