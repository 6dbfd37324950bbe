"""What the calls have come to: by connection and flow, and what Xero's tiers would ask for them."""

from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import PKCE, WEB_APP
from fieldbridge.core.tiers import TIERS, cost
from fieldbridge.store.ledger import budgets
from fieldbridge.store.ledger.budgets import Spent
from fieldbridge.store.ledger.connections import Connection


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """A month.

    Shape: spent by connection, then flow; calls_per_day, by connection, is what Xero allows as far as it was seen;
    tiers hold None where a tier does not allow so many connections.
    """

    month: str
    spent: dict[str, dict[str, Spent]]
    calls_per_day: dict[str, int]
    tiers: dict[str, Decimal | None]


def usage(installation: Installation, day: date) -> Usage:
    """The month a day is in.

    The tiers are reckoned for the connections of this installation as one app; private apps and custom connections
    are outside them.
    """
    first, last = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    found = installation.connections()
    names = [one.id for one in found]
    paid_for = sum(one.sign_in in (PKCE, WEB_APP) for one in found)
    with installation.database.read() as tx:
        spent = {name: budgets.spent(tx, name, first, last) for name in names}
        limits = {one.id: _calls_per_day(tx, one, installation.now()) for one in found}
    egress = sum(one.egress_bytes for flows in spent.values() for one in flows.values())
    return Usage(
        month=f"{day:%Y-%m}",
        spent=spent,
        calls_per_day=limits,
        tiers={tier.name: cost(tier, paid_for, egress) for tier in TIERS},
    )


def _calls_per_day(tx: sa.Connection, one: Connection, now: datetime) -> int:
    return budgets.look(tx, one.id, parse(one.settings).calls_per_day, now.timestamp()).day_limit
