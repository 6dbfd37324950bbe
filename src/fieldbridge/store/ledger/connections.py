"""Connections: whose books, through which sign-in, to which folder, under which settings."""

from collections.abc import Collection
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import alert, connection, problem, schedule


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """One Xero organisation joined to one field-sales site.

    Shape: settings is TOML text; renewed_at is when its tokens were last renewed; paused_because is None while it
    may run.
    """

    id: str
    sign_in: str
    xero_url: str
    identity_url: str
    organisation_id: str
    organisation_name: str
    short_code: str
    folder: str
    settings: str
    connected_at: datetime
    renewed_at: datetime
    paused_because: str | None = None


def keep(tx: sa.Connection, one: Connection) -> None:
    """Add a connection, or replace the one of the same name; its links and history stay."""
    upsert(tx, connection, [msgspec.structs.asdict(one)])


def find(tx: sa.Connection, connection_id: str) -> Connection | None:
    """One connection by its name."""
    row = tx.execute(sa.select(connection).where(connection.c.id == connection_id)).mappings().first()
    return Connection(**row) if row else None


def every(tx: sa.Connection) -> list[Connection]:
    """All connections, by name."""
    return [Connection(**row) for row in tx.execute(sa.select(connection).order_by(connection.c.id)).mappings()]


def some(tx: sa.Connection, names: Collection[str]) -> list[Connection]:
    """Some connections, by name."""
    query = sa.select(connection).where(connection.c.id.in_(names)).order_by(connection.c.id)
    return [Connection(**row) for row in tx.execute(query).mappings()]


def named(
    tx: sa.Connection, some: Collection[str] | None = None, *, like: str = "", attention: bool = False
) -> list[str]:
    """The names of connections: of some or all, with a text in name or organisation, or that need somebody."""
    query = sa.select(connection.c.id).order_by(connection.c.id)
    if some is not None:
        query = query.where(connection.c.id.in_(some))
    if like:
        names = (connection.c.id, connection.c.organisation_name)
        query = query.where(sa.or_(*(name.icontains(like, autoescape=True) for name in names)))
    if attention:
        has = [sa.exists().where(problem.c.connection_id == connection.c.id, problem.c.closed_at.is_(None))]
        has.append(sa.exists().where(alert.c.connection_id == connection.c.id))
        query = query.where(sa.or_(connection.c.paused_because.is_not(None), *has))
    return list(tx.execute(query).scalars())


def folders(tx: sa.Connection, flow: str) -> list[tuple[str, str, bool]]:
    """Where files arrive. Shape: (connection, folder, whether it must be looked at) of all that are not paused."""
    query = (
        sa.select(connection.c.id, connection.c.folder, schedule.c.polls)
        .join(schedule, schedule.c.connection_id == connection.c.id)
        .where(connection.c.paused_because.is_(None), schedule.c.flow == flow)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(query)]


def idle(tx: sa.Connection, sign_ins: Collection[str], before: datetime) -> list[Connection]:
    """Connections by these sign-ins whose tokens were last renewed before a moment, and which may run."""
    query = sa.select(connection).where(
        connection.c.sign_in.in_(sign_ins), connection.c.renewed_at < before, connection.c.paused_because.is_(None)
    )
    return [Connection(**row) for row in tx.execute(query).mappings()]


def pause(tx: sa.Connection, connection_id: str, because: str | None) -> None:
    """Stop a connection from running, or let it run again with None."""
    tx.execute(connection.update().where(connection.c.id == connection_id).values(paused_because=because))


def renewed(tx: sa.Connection, connection_id: str, at: datetime) -> None:
    """Note that a connection's tokens were renewed."""
    tx.execute(connection.update().where(connection.c.id == connection_id).values(renewed_at=at))
