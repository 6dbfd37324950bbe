"""The day of a document or a payment: its own, unless the books are locked then. Source: Xero, lock dates."""

from datetime import date, timedelta

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Organisation
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import RETRY, name_of

DAY = timedelta(days=1)


def open_day(
    day: date, order: Order, organisation: Organisation, rules: TransactionRules
) -> tuple[date, tuple[str, ...]]:
    """The day, or the first open one, with a remark then. Errors: RefusedError where locked days are held."""
    locks = [lock for lock in (organisation.period_lock_on, organisation.year_lock_on) if lock]
    if not locks or day > max(locks):
        return day, ()
    said = f"{name_of(order)} is dated {day}, and Xero is locked up to {max(locks)}"
    if rules.locked == "move":
        return max(locks) + DAY, (f"{said}; dated {max(locks) + DAY} instead",)
    raise RefusedError(
        "order.locked_period",
        f"{said}.",
        remedy=f'Move the lock date in Xero, or set locked to "move" in the settings, {RETRY}',
    )
