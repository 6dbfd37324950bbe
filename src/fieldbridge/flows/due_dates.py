"""When an invoice falls due, by the contact's terms. Source: Xero, payment terms types."""

import calendar
from datetime import date, timedelta

from fieldbridge.core.records.books import PaymentTerms


def due_on(issued_on: date, terms: PaymentTerms | None, days_without_terms: int) -> date:
    """The due date, never before the invoice's own. Unknown kinds of terms count as none."""
    return max(issued_on, _by_terms(issued_on, terms, days_without_terms))


def _by_terms(issued_on: date, terms: PaymentTerms | None, days_without_terms: int) -> date:
    match terms:
        case PaymentTerms(kind="DAYSAFTERBILLDATE"):
            return issued_on + timedelta(days=terms.day)
        case PaymentTerms(kind="DAYSAFTERBILLMONTH"):
            return _day_of(issued_on.year, issued_on.month, 31) + timedelta(days=terms.day)
        case PaymentTerms(kind="OFCURRENTMONTH"):
            return _day_of(issued_on.year, issued_on.month, terms.day)
        case PaymentTerms(kind="OFFOLLOWINGMONTH"):
            following = _day_of(issued_on.year, issued_on.month, 31) + timedelta(days=1)
            return _day_of(following.year, following.month, terms.day)
        case _:
            return issued_on + timedelta(days=days_without_terms)


def _day_of(year: int, month: int, day: int) -> date:
    return date(year, month, max(1, min(day, calendar.monthrange(year, month)[1])))
