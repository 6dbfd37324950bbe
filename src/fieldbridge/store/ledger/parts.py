"""The parts of a transaction: which wait for which, and when all of them are posted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from fieldbridge.core.delivery import after
from fieldbridge.core.plan import dependents
from fieldbridge.store.database import chunks
from fieldbridge.store.schema import delivery, intake

IDS_PER_QUERY = 500
SETTLED = ("posted", "refused")
_encode = msgspec.json.Encoder().encode


def going(tx: sa.Connection, intake_ids: Iterable[int]) -> set[tuple[int, str]]:
    """What is on its way or at Xero already. Shape: (intake id, part)."""
    found: set[tuple[int, str]] = set()
    for some in chunks(sorted(intake_ids), IDS_PER_QUERY):
        query = sa.select(delivery.c.intake_id, delivery.c.part).where(
            delivery.c.intake_id.in_(some), delivery.c.state != "refused"
        )
        found |= {(intake_id, part) for intake_id, part in tx.execute(query)}
    return found


def totals(tx: sa.Connection, intake_ids: Iterable[int]) -> dict[str, dict[str, Decimal]]:
    """What is on its way or at Xero already of each transaction. Shape: its key to totals by part."""
    found: dict[str, dict[str, Decimal]] = {}
    for some in chunks(sorted(intake_ids), IDS_PER_QUERY):
        query = sa.select(delivery.c.key, delivery.c.part, delivery.c.total).where(
            delivery.c.intake_id.in_(some), delivery.c.state != "refused"
        )
        for key, part, total in tx.execute(query):
            found.setdefault(key, {})[part] = Decimal(total)
    return found


def unblock(tx: sa.Connection, intake_ids: Iterable[int]) -> None:
    """Let go what waited for parts that are posted now, with Xero's ids of these in its document.

    What a restored ledger may have sent before is to be looked up instead.
    """
    for row in _blocked(tx, intake_ids):
        needs: dict[str, str] = msgspec.json.decode(row.needs)
        ids = _posted(tx, row.intake_id, needs)
        if ids.keys() == needs.keys():
            state = row.state if row.sent_at is None else after(row.state, "restored")
            document = _filled(row.document, {field: ids[part] for part, field in needs.items() if field})
            freed = delivery.update().where(delivery.c.id == row.id)
            tx.execute(freed.values(is_blocked=False, document=document, state=state))


def _blocked(tx: sa.Connection, intake_ids: Iterable[int]) -> Sequence[Any]:
    found: list[Any] = []
    for some in chunks(sorted(set(intake_ids)), IDS_PER_QUERY):
        waiting = delivery.c.intake_id.in_(some), delivery.c.state == "pending", delivery.c.is_blocked
        found += tx.execute(sa.select(delivery).where(*waiting))
    return found


def _posted(tx: sa.Connection, intake_id: int, parts: Iterable[str]) -> dict[str, str]:
    """Xero's ids of those parts that are posted."""
    query = sa.select(delivery.c.part, delivery.c.far_id).where(
        delivery.c.intake_id == intake_id, delivery.c.state == "posted", delivery.c.part.in_(list(parts))
    )
    return {row.part: row.far_id for row in tx.execute(query)}


def _filled(document: str, fields: Mapping[str, str]) -> str:
    return _encode(msgspec.json.decode(document) | fields).decode()


def withdraw(tx: sa.Connection, intake_id: int, part: str, at: datetime) -> None:
    """Take back what cannot go without a part that was refused: it is planned anew together with that."""
    waiting = _blocked(tx, [intake_id])
    needs = {row.part: msgspec.json.decode(row.needs, type=dict[str, str]) for row in waiting}
    parts = dependents(needs, part)
    taken_back = delivery.update().where(delivery.c.id.in_([row.id for row in waiting if row.part in parts]))
    tx.execute(taken_back.values(state=after("pending", "withdrawn"), settled_at=at))


def complete(tx: sa.Connection, intake_ids: Iterable[int]) -> list[int]:
    """Those of some planned transactions of which every part is posted."""
    unfinished = sa.exists().where(delivery.c.intake_id == intake.c.id, delivery.c.state.not_in(SETTLED))
    found: list[int] = []
    for some in chunks(sorted(set(intake_ids)), IDS_PER_QUERY):
        query = sa.select(intake.c.id).where(intake.c.id.in_(some), intake.c.state == "planned", ~unfinished)
        found += tx.execute(query).scalars()
    return found
