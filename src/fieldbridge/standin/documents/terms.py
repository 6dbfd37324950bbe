"""Due days from payment terms, in Xero's four kinds. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from fieldbridge.standin.wire.answers import Record


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _day_of_month(anchor: date, wanted: int) -> date:
    return anchor.replace(day=min(max(wanted, 1), monthrange(anchor.year, anchor.month)[1]))


def due_day(terms: Record, billed: date) -> date:
    """When a document billed on `billed` falls due. Source: Xero, payment terms types."""
    days, kind = int(terms["Day"]), terms["Type"]
    if kind == "DAYSAFTERBILLDATE":
        return billed + timedelta(days=days)
    if kind == "DAYSAFTERBILLMONTH":
        return _month_end(billed) + timedelta(days=days)
    if kind == "OFCURRENTMONTH":
        return _day_of_month(billed, days)
    return _day_of_month(_month_end(billed) + timedelta(days=1), days)
