"""Pictures: what a look found in the source, and what is in the catalogue."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.pictures import Fault, Picture, Shot
from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import catalogue_picture, picture

NAMES_PER_QUERY = 500


def shots(tx: sa.Connection, connection_id: str) -> list[Shot]:
    """What the last look found, by name."""
    columns = (picture.c.source, picture.c.archive, picture.c.sight, picture.c.digest, picture.c.fault)
    query = sa.select(*columns).where(picture.c.connection_id == connection_id).order_by(picture.c.source)
    return [
        Shot(
            source=source,
            archive=archive,
            sight=sight,
            digest=digest,
            fault=msgspec.json.decode(fault, type=Fault) if fault else None,
        )
        for source, archive, sight, digest, fault in tx.execute(query)
    ]


def keep_shots(tx: sa.Connection, connection_id: str, found: Sequence[Shot]) -> None:
    """Note what was found, in the place of what was known of the same files."""
    rows = [
        {
            "connection_id": connection_id,
            "source": one.source,
            "archive": one.archive,
            "sight": one.sight,
            "digest": one.digest,
            "fault": msgspec.json.encode(one.fault).decode() if one.fault else "",
        }
        for one in found
    ]
    upsert(tx, picture, rows)


def forget_shots(tx: sa.Connection, connection_id: str, sources: Collection[str]) -> None:
    """Forget files that are there no more."""
    for some in chunks(sorted(sources), NAMES_PER_QUERY):
        tx.execute(picture.delete().where(picture.c.connection_id == connection_id, picture.c.source.in_(some)))


def is_idle(tx: sa.Connection, connection_id: str) -> bool:
    """Whether a connection has no pictures at all."""
    any_of_it = sa.select(picture.c.source).where(picture.c.connection_id == connection_id).limit(1)
    return tx.execute(any_of_it).first() is None


def catalogue(tx: sa.Connection, connection_id: str) -> Iterator[Picture]:
    """What is in the catalogue, by product and position."""
    columns = [catalogue_picture.c[name] for name in Picture.__struct_fields__]
    query = sa.select(*columns).where(catalogue_picture.c.connection_id == connection_id)
    by_product = catalogue_picture.c.product, catalogue_picture.c.position, catalogue_picture.c.name
    for row in tx.execute(query.order_by(*by_product)).mappings():
        yield Picture(**row)


def keep(tx: sa.Connection, connection_id: str, published: Sequence[Picture]) -> None:
    """Note what was put into the catalogue."""
    rows = [{"connection_id": connection_id, **msgspec.structs.asdict(one)} for one in published]
    upsert(tx, catalogue_picture, rows)


def forget(tx: sa.Connection, connection_id: str, names: Collection[str]) -> None:
    """Note what was taken out of it."""
    mine = catalogue_picture.c.connection_id == connection_id
    for some in chunks(sorted(names), NAMES_PER_QUERY):
        tx.execute(catalogue_picture.delete().where(mine, catalogue_picture.c.name.in_(some)))
