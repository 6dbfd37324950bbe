"""Links read from Xero's side: which of the tablets' transactions became which document."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.field import Order, Origin
from fieldbridge.store.database import chunks
from fieldbridge.store.schema import intake, link

IDS_PER_QUERY = 500


def origins(tx: sa.Connection, connection_id: str, far_ids: Iterable[str]) -> dict[str, Origin]:
    """Where documents began, by Xero's key. Those nobody captured on a tablet are absent."""
    taken = sa.and_(
        intake.c.connection_id == link.c.connection_id, intake.c.key == link.c.key, intake.c.state == "posted"
    )
    query = sa.select(link.c.far_id, link.c.key, intake.c.record).outerjoin(intake, taken)
    found: dict[str, Origin] = {}
    for some in chunks(sorted(set(far_ids)), IDS_PER_QUERY):
        rows = tx.execute(query.where(link.c.connection_id == connection_id, link.c.far_id.in_(some)))
        found |= {far_id: Origin(key=key, order=_order(record)) for far_id, key, record in rows}
    return found


def _order(record: str | None) -> Order | None:
    return msgspec.json.decode(record, type=Order) if record else None
