"""Each attempt to write something to Xero, and each answer to one: what can be shown when somebody doubts."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.store.schema import attempt, delivery, written_call


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a write. Shape: request_id is Xero's own name for the exchange, empty when it gave none."""

    idempotency_key: str
    method: str
    resource: str
    status: int
    request_id: str
    answered_at: datetime


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One time a part left. Shape: answers are empty when none came."""

    number: int
    idempotency_key: str
    body_hash: str
    sent_at: datetime
    answers: tuple[Answered, ...] = ()


def leaving(tx: sa.Connection, delivery_ids: Iterable[int]) -> None:
    """Note that some Deliveries are about to leave, as they stand now."""
    columns = ("number", "idempotency_key", "body_hash", "sent_at")
    own = (delivery.c.attempt, delivery.c.idempotency_key, delivery.c.body_hash, delivery.c.sent_at)
    rows = sa.select(delivery.c.connection_id, delivery.c.id, *own).where(delivery.c.id.in_(list(delivery_ids)))
    tx.execute(attempt.insert().from_select(["connection_id", "delivery_id", *columns], rows))


def answered(tx: sa.Connection, connection_id: str, one: Answered) -> None:
    """Note that a write was answered."""
    tx.execute(written_call.insert().values(connection_id=connection_id, **msgspec.structs.asdict(one)))


def attempts(tx: sa.Connection, delivery_ids: Iterable[int]) -> dict[int, list[Attempt]]:
    """Each time some Deliveries left, with the answers, by Delivery."""
    rows = tx.execute(
        sa.select(attempt).where(attempt.c.delivery_id.in_(list(delivery_ids))).order_by(attempt.c.id)
    ).mappings()
    left = [(row["delivery_id"], {name: row[name] for name in Attempt.__struct_fields__[:-1]}) for row in rows]
    answers = _answers(tx, {fields["idempotency_key"] for _, fields in left})
    found: dict[int, list[Attempt]] = {}
    for delivery_id, fields in left:
        made = Attempt(answers=tuple(answers.get(fields["idempotency_key"], ())), **fields)
        found.setdefault(delivery_id, []).append(made)
    return found


def _answers(tx: sa.Connection, keys: set[str]) -> dict[str, list[Answered]]:
    columns = [written_call.c[name] for name in Answered.__struct_fields__]
    query = sa.select(*columns).where(written_call.c.idempotency_key.in_(keys)).order_by(written_call.c.id)
    found: dict[str, list[Answered]] = {}
    for row in tx.execute(query).mappings():
        found.setdefault(row["idempotency_key"], []).append(Answered(**row))
    return found
