"""What waits for a customer: who brings it, and what goes on once it is there."""

from collections.abc import Collection
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.field import NewCustomer
from fieldbridge.store.ledger import problems
from fieldbridge.store.schema import intake

AWAITED, UNKNOWN = "order.customer_awaited", "order.customer_unknown"
ON_ITS_WAY = ("waiting", "planned", "parked")


class Customer(msgspec.Struct, frozen=True):
    """As much of a transaction as says whom it is for. Shape: other fields are left unread."""

    order_no: str
    customer: str
    cloud_id: str = ""
    new_customer: NewCustomer | None = None


def coming(tx: sa.Connection, connection_id: str, codes: Collection[str]) -> dict[str, str]:
    """Which transaction brings each of some customers: the first that is not finished. Shape: code to its key."""
    query = (
        sa.select(intake.c.key, intake.c.record)
        .where(intake.c.connection_id == connection_id, intake.c.state.in_(ON_ITS_WAY))
        .where(intake.c.record.contains('"new_customer"', autoescape=True))
        .order_by(intake.c.id)
    )
    found: dict[str, str] = {}
    for key, record in tx.execute(query) if codes else ():
        one = msgspec.json.decode(record, type=Customer)
        if one.new_customer is not None and one.customer in codes:
            found.setdefault(one.customer, key)
    return found


def wake(tx: sa.Connection, connection_id: str, code: str, at: datetime) -> None:
    """Plan again what was set aside because nobody knew this customer."""
    query = sa.select(intake.c.id, intake.c.record).where(
        intake.c.connection_id == connection_id, intake.c.state == "parked", intake.c.reason.in_((AWAITED, UNKNOWN))
    )
    rows = [(row_id, msgspec.json.decode(record, type=Customer)) for row_id, record in tx.execute(query) if record]
    ids = [row_id for row_id, one in rows if one.customer == code]
    tx.execute(intake.update().where(intake.c.id.in_(ids)).values(state="waiting", reason=""))
    problems.close_of_intake(tx, ids, f"the customer {code} is in Xero now", at)
