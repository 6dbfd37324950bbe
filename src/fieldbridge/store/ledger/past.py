"""The past: what is left of a transaction for ever, once its evidence is forgotten.

That it was taken, its key and the digest of its content, so that it is known again whenever it comes; and what was
posted for it. Its Links stay besides.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from fieldbridge.core.plan import IntakeState
from fieldbridge.store.database import chunks, upsert
from fieldbridge.store.schema import delivery, past

KEYS_PER_QUERY = 500
_encode = msgspec.json.Encoder().encode


class Posted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part that went to Xero."""

    kind: str
    part: str
    number: str
    total: Decimal
    planned_at: datetime
    settled_at: datetime | None = None
    far_id: str = ""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One forgotten transaction."""

    key: str
    digest: str
    state: IntakeState
    file: str
    position: int
    taken_at: datetime
    forgotten_at: datetime
    parts: tuple[Posted, ...]


def keep(tx: sa.Connection, rows: Iterable[sa.RowMapping], at: datetime) -> None:
    """Keep what is to be left of some transactions: of those only of which something was posted.

    Shape: rows have what the table has, and the id of the intake.
    """
    given = {row["id"]: row for row in rows}
    posted: dict[int, list[Posted]] = {}
    columns = [delivery.c[name] for name in Posted.__struct_fields__]
    query = sa.select(delivery.c.intake_id, *columns).where(delivery.c.state == "posted")
    for row in tx.execute(query.where(delivery.c.intake_id.in_(given)).order_by(delivery.c.id)).mappings():
        fields = {name: row[name] for name in Posted.__struct_fields__}
        posted.setdefault(row["intake_id"], []).append(Posted(**{**fields, "total": Decimal(row["total"])}))
    left = [row for row in given.values() if row["state"] == "posted" or row["id"] in posted]
    upsert(tx, past, [_row(row, posted.get(row["id"], []), at) for row in left])


def _row(of: sa.RowMapping, parts: list[Posted], at: datetime) -> dict[str, Any]:
    own = {name: of[name] for name in ("connection_id", "key", "digest", "state", "file", "position", "taken_at")}
    return {**own, "forgotten_at": at, "parts": _encode(parts).decode()}


def find(tx: sa.Connection, connection_id: str, keys: Iterable[str]) -> dict[str, Past]:
    """Those of some transactions that are forgotten."""
    found: dict[str, Past] = {}
    columns = [past.c[name] for name in Past.__struct_fields__]
    for some in chunks(sorted(set(keys)), KEYS_PER_QUERY):
        query = sa.select(*columns).where(past.c.connection_id == connection_id, past.c.key.in_(some))
        for row in tx.execute(query).mappings():
            parts = msgspec.json.decode(row["parts"], type=tuple[Posted, ...])
            found[row["key"]] = Past(**{**row, "parts": parts})
    return found
