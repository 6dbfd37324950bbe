"""Merge patches in the books' own types."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.dates import day_in, instant_in

_DAYS = ("Date", "DueDate", "PeriodLockDate", "EndOfYearLockDate", "ExpectedPaymentDate", "FullyPaidOnDate")
_MONEY = ("QuantityOnHand", "UnitPrice", "TotalCostPool", "UnitAmount", "Quantity", "LineAmount", "TaxAmount",
          "DiscountRate", "Discount")  # fmt: skip
_FOUR_DECIMALS = ("QuantityOnHand", "UnitPrice", "UnitAmount", "Quantity")


def patched(record: Record, patch: Record) -> Record:
    """JSON merge patch: null removes, objects merge, anything else replaces. Source: RFC 7396."""
    return _merged(record, _typed(patch))


def _merged(record: Record, patch: Record) -> Record:
    result = dict(record)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = _merged(result[name], value)
        else:
            result[name] = value
    return result


def _typed(value: Any, name: str = "") -> Any:
    """JSON values in the books' types: days, instants, amounts."""
    if isinstance(value, dict):
        return {key: _typed(member, key) for key, member in value.items()}
    if isinstance(value, list):
        return [_typed(member, name) for member in value]
    if name in _MONEY and isinstance(value, (int, Decimal)):
        return rounded(Decimal(value), 4 if name in _FOUR_DECIMALS else 2)
    return _time(value, name) if isinstance(value, str) else value


def _time(value: str, name: str) -> str | date | datetime:
    if name in _DAYS:
        return day_in(value)
    return instant_in(value) if name == "UpdatedDateUTC" else value
