"""Aged balances: what a customer owes, by how long it has been owed.

Source: field-sales facts §5 and §16: Xero tells only what is outstanding and overdue, so the parts are worked out from
the open documents; what was credited or paid ahead and not yet allocated lowers the current part.
"""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from fieldbridge.core.money import to_cents
from fieldbridge.core.records.documents import OpenDocument
from fieldbridge.core.rules import AgeingRules

NOTHING = Decimal("0.00")
OLDEST = 3
THIRTY_DAYS = timedelta(days=30)


class Aged(msgspec.Struct, frozen=True, kw_only=True):
    """One customer's balance. Shape: parts[0] is current, parts[3] the oldest. Units: the base currency."""

    parts: tuple[Decimal, ...] = (NOTHING,) * (OLDEST + 1)
    overdue: Decimal = NOTHING
    overdue_since: date | None = None
    is_converted: bool = False

    @property
    def total(self) -> Decimal:
        """All that is owed, less what is owed back."""
        return sum(self.parts, NOTHING)

    def plus(self, other: "Aged") -> "Aged":
        """Two balances as one, as those of contacts that were merged."""
        since = [one for one in (self.overdue_since, other.overdue_since) if one]
        return Aged(
            parts=tuple(mine + theirs for mine, theirs in zip(self.parts, other.parts, strict=True)),
            overdue=self.overdue + other.overdue,
            overdue_since=min(since, default=None),
            is_converted=self.is_converted or other.is_converted,
        )


def aged(documents: Iterable[OpenDocument], rules: AgeingRules, base_currency: str, today: date) -> Aged:
    """The balance of one customer. today is the organisation's calendar day."""
    parts, overdue, since, is_converted = [NOTHING] * (OLDEST + 1), NOTHING, None, False
    for one in documents:
        due, left = (in_base(amount, one, base_currency) for amount in (one.due, one.remaining))
        due_on = one.due_on or one.issued_on or today
        parts[_age(one, rules, today)] += due
        parts[0] -= left
        is_converted |= one.currency_code not in ("", base_currency)
        if due and due_on < today:
            overdue += due
            since = min(since or due_on, due_on)
    return Aged(parts=tuple(parts), overdue=overdue, overdue_since=since, is_converted=is_converted)


def in_base(amount: Decimal, one: OpenDocument, base_currency: str) -> Decimal:
    """An amount in the base currency, at the document's own rate."""
    if one.currency_code in ("", base_currency) or not one.currency_rate:
        return amount
    return to_cents(amount / one.currency_rate)


def _age(one: OpenDocument, rules: AgeingRules, today: date) -> int:
    issued_on = one.issued_on or today
    if rules.by == "due date":
        due_on = one.due_on or issued_on
        periods = _months_overdue(due_on, today) if rules.period == "month" else -((due_on - today) // THIRTY_DAYS)
    elif rules.period == "month":
        periods = 12 * (today.year - issued_on.year) + today.month - issued_on.month
    else:
        periods = -((issued_on - today) // THIRTY_DAYS) - 1
    return max(0, min(periods, OLDEST))


def _months_overdue(due_on: date, today: date) -> int:
    """Months begun since the due date: the first begins on the day after it."""
    months = 12 * (today.year - due_on.year) + today.month - due_on.month
    last_day = calendar.monthrange(today.year, today.month)[1]
    return months + (today.day > min(due_on.day, last_day))
