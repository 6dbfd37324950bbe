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
CUSTOMER, KNOWN_AS = "customer", "known as"


def origins(tx: sa.Connection, connection_id: str, far_ids: Iterable[str]) -> dict[str, Origin]:
    """Where documents began, by Xero's key. Those nobody captured on a tablet are absent."""
    taken = sa.and_(
        intake.c.connection_id == link.c.connection_id, intake.c.key == link.c.key, intake.c.state == "posted"
    )
    query = sa.select(link.c.far_id, link.c.key, intake.c.record).outerjoin(intake, taken)
    found: dict[str, Origin] = {}
    for some in chunks(sorted(set(far_ids)), IDS_PER_QUERY):
        rows = tx.execute(
            query.where(
                link.c.connection_id == connection_id,
                link.c.kind.not_in((CUSTOMER, KNOWN_AS)),
                link.c.far_id.in_(some),
            )
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


def know(tx: sa.Connection, connection_id: str, code: str, contact_id: str, at: datetime) -> None:
    """Note that a tablet calls a contact by a code, which need not be the one the master files have."""
    row = {"kind": KNOWN_AS, "key": code, "far_id": contact_id, "far_number": "", "digest": "", "agreed_at": at}
    upsert(tx, link, [{"connection_id": connection_id, **row}])


def known_as(tx: sa.Connection, connection_id: str, codes: Iterable[str]) -> dict[str, str]:
    """The contacts that tablets call by some codes. Shape: code to Xero's key."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(codes)), IDS_PER_QUERY):
        query = sa.select(link.c.key, link.c.far_id).where(
            link.c.connection_id == connection_id, link.c.kind == KNOWN_AS, link.c.key.in_(some)
        )
        found |= {row.key: row.far_id for row in tx.execute(query)}
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
