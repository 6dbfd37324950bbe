"""Moving the ledger to another database: SQLite to PostgreSQL when it grows, or back."""

from importlib.metadata import version
from pathlib import Path

import msgspec
import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.app.keeping.taking_over import take_over
from fieldbridge.app.workshop import RHYTHM
from fieldbridge.core.errors import SetupError
from fieldbridge.engine.membership import living_among
from fieldbridge.store import archive
from fieldbridge.store.database import clock, open_engine, unreachable
from fieldbridge.store.ledger import marks, workers
from fieldbridge.store.migrating import migrating, upgrade


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What went where. Shape: rows by table; to_look_up are Deliveries that were on their way."""

    to: str
    rows: dict[str, int]
    to_look_up: int


def move(installation: Installation, to: str) -> Moved:
    """Copy everything into an empty database, and close this one for good.

    The new one is complete before the old one is closed: a crash in between leaves both, and nothing half.
    Errors: SetupError when a worker runs, or the new database is this one or not empty.
    """
    engine = open_engine(to)
    if engine.url == installation.database.engine.url:
        raise SetupError(
            "move.same", "That is the database everything is in already.", remedy="Name another with --to."
        )
    now = installation.now()
    address = engine.url.render_as_string()
    try:
        with installation.database.alone() as old:
            _check_drained(old, installation.settings.home)
            with migrating(engine) as new:
                header, end = archive.load(new, archive.written(old, version("fieldbridge"), now))
                upgrade(new)
                to_look_up = take_over(new, header.made_at, now)
            marks.keep(old, marks.MOVED_TO, address)
    except sa.exc.DatabaseError as error:
        raise unreachable(engine, error) from error
    finally:
        engine.dispose()
    return Moved(to=address, rows=end.rows, to_look_up=to_look_up)


def _check_drained(tx: sa.Connection, home: Path) -> None:
    """Nobody may be at work; nobody can begin to be while the ledger is held."""
    working = living_among(workers.every(tx), home, clock(tx), RHYTHM.dead_after_s)
    if working:
        places = ", ".join(f"process {one.pid} on {one.host}" for one in working)
        raise SetupError(
            "move.working", f"Somebody is at work here: {places}.", remedy="Stop `fieldbridge run`, then move."
        )
