"""Links read from Xero's side: which document began as which transaction, and who is which of the tablets' customers.

A customer's Link is its key on the tablets; far_number is what Xero called it when that was last looked at.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.field import Order, Origin
from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import intake, link

IDS_PER_QUERY = 500
CUSTOMER = "customer"


def origins(tx: sa.Connection, connection_id: str, far_ids: Iterable[str]) -> dict[str, Origin]:
    """Where documents began, by Xero's key. Those nobody captured on a tablet are absent."""
    taken = sa.and_(
        intake.c.connection_id == link.c.connection_id, intake.c.key == link.c.key, intake.c.state == "posted"
    )
    query = sa.select(link.c.far_id, link.c.key, intake.c.record).outerjoin(intake, taken)
    found: dict[str, Origin] = {}
    for some in chunks(sorted(set(far_ids)), IDS_PER_QUERY):
        rows = tx.execute(
            query.where(link.c.connection_id == connection_id, link.c.kind != CUSTOMER, link.c.far_id.in_(some))
        )
        found |= {far_id: Origin(key=key, order=_order(record)) for far_id, key, record in rows}
    return found


def _order(record: str | None) -> Order | None:
    return msgspec.json.decode(record, type=Order) if record else None


class Agreed(msgspec.Struct, frozen=True):
    """One customer's Link. Shape: code is what Xero called it."""

    key: str
    code: str


def customers(tx: sa.Connection, connection_id: str, far_ids: Iterable[str] | None = None) -> dict[str, Agreed]:
    """The customers' Links by Xero's key of the contact: of some contacts, or of all."""
    query = sa.select(link.c.far_id, link.c.key, link.c.far_number).where(
        link.c.connection_id == connection_id, link.c.kind == CUSTOMER
    )
    if far_ids is None:
        return {far_id: Agreed(key, code) for far_id, key, code in tx.execute(query)}
    found: dict[str, Agreed] = {}
    for some in chunks(sorted(set(far_ids)), IDS_PER_QUERY):
        rows = tx.execute(query.where(link.c.far_id.in_(some)))
        found |= {far_id: Agreed(key, code) for far_id, key, code in rows}
    return found


def agree(tx: sa.Connection, connection_id: str, agreed: Mapping[str, Agreed], at: datetime) -> None:
    """Note which contact has which key; a key has one contact, the last that was given it."""
    rows = [
        {
            "connection_id": connection_id,
            "kind": CUSTOMER,
            "key": one.key,
            "far_id": far_id,
            "far_number": one.code,
            "digest": "",
            "agreed_at": at,
        }
        for far_id, one in agreed.items()
    ]
    upsert(tx, link, rows)
