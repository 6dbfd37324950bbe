"""Opening the database: SQLite in WAL mode with full sync, or any PostgreSQL URL."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from fieldbridge.core.errors import SetupError

# synchronous=FULL: a power cut must not un-record that a document was posted.
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON")
POOL_SIZE = 20
TOLD = "told"
activity = logging.getLogger("fieldbridge.activity")
Row = TypeVar("Row")


def normalised(url: str) -> str:
    """Name the PostgreSQL driver we ship, whichever spelling of the scheme was given."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else url


def open_engine(url: str) -> sa.Engine:
    """An engine for one database. Errors: SetupError for a kind of database we do not support."""
    url = normalised(url)
    _check(url)
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, connect_args={"timeout": 30})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql"):
        return sa.create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True)
    raise _unsupported(f"The database {sa.make_url(url).render_as_string()} is neither SQLite nor PostgreSQL.")


def _check(url: str) -> None:
    """What is no address at all is not repeated: a password may stand in it."""
    try:
        found = sa.make_url(url)
        is_address = not (found.host and found.get_backend_name() == "sqlite")
    except (sa.exc.ArgumentError, ValueError):
        is_address = False
    if not is_address:
        raise _unsupported("What names the database is no address.")


def _unsupported(said: str) -> SetupError:
    return SetupError(
        "database.unsupported", said, remedy="Give it as sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."
    )


def unreachable(engine: sa.Engine, error: sa.exc.DBAPIError) -> SetupError:
    """A database that cannot be opened, in words."""
    is_file = engine.dialect.name == "sqlite"
    return SetupError(
        "database.unreachable",
        f"The database {engine.url.render_as_string()} cannot be used: {' '.join(str(error.orig).split())}",
        remedy="Check that the file and its folder can be written, and that the disk has room."
        if is_file
        else "Check its address, and that the database runs.",
    )


def _prepare_sqlite(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        dbapi.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # IMMEDIATE: what will write takes its lock before it reads, so that read-then-write cannot be overtaken.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


class Database:
    """Transactions on one database: `write` for anything that changes it, `read` for a consistent look.

    tells: whether what happens in it happens in the world, and not in a rehearsal.
    """

    def __init__(self, engine: sa.Engine, *, tells: bool = True) -> None:
        self.engine = engine
        self._tells = tells

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at the end, or rolled back by an exception.

        What was to be `told` in it is told when it is committed.
        """
        with self.engine.connect() as tx, telling(tx, aloud=self._tells), tx.begin():
            yield tx

    @contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """A transaction beside which nobody writes: others wait for its end."""
        with self.write() as tx:
            if tx.dialect.name == "postgresql":
                names = map(tx.dialect.identifier_preparer.quote, sa.inspect(tx).get_table_names())
                tx.exec_driver_sql(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
            yield tx

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A long look at one state of the whole database, while others go on writing."""
        options = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with self.engine.connect().execution_options(reads_only=True, **options) as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self.engine.connect().execution_options(reads_only=True) as tx:
            yield tx


@contextmanager
def telling(tx: sa.Connection, *, aloud: bool = True) -> Iterator[None]:
    """Around a transaction: what was to be `told` in it is told when it is committed."""
    lines = tx.info[TOLD] = []
    yield
    for event, fields in lines if aloud else ():
        activity.info(event, extra={"fields": fields})


def tell(tx: sa.Connection, event: str, fields: Mapping[str, object]) -> None:
    """Have an event told to whoever listens to the activity, once it is true.

    Nobody listens while a ledger is restored: that transaction is none of `write`.
    """
    if TOLD in tx.info:
        tx.info[TOLD].append((event, fields))


def clock(tx: sa.Connection) -> datetime:
    """The moment by the one clock that all machines of a database share: the server's, or this machine's."""
    if tx.dialect.name == "sqlite":
        return datetime.now(UTC)
    return tx.execute(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))).scalar_one()


def upsert(tx: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace the ones whose primary key is already there. Shape: all rows have the same columns."""
    if not rows:
        return
    statement = sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), list(rows))


def insert_new(tx: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose primary key is not there yet; the others stay as they are. Shape: how many were new."""
    insert = sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)
    # SQLAlchemy forgets an INSERT's count unless told to keep it.
    insert = insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return sum(tx.execute(insert.values(**row)).rowcount for row in rows)


def chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Cut a sequence into pieces of at most `size`."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Gather a stream into pieces of at most `size`, so that each can be looked up at once."""
    stream = iter(rows)
    while some := list(islice(stream, size)):
        yield some
