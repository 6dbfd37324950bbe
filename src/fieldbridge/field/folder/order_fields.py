"""One field of an order line as a number, a percentage or a day, or a refusal that names line, field and value.

Source: field-sales facts §10 (plain numbers, dot decimal, no thousands mark) and §12 (hd-1).
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from fieldbridge.core.errors import RefusedError

CORRECT_IT = "Correct the line and put the file back, or enter the order by hand."
_NUMBER = re.compile(r"[+-]?([0-9]{1,12}(\.[0-9]+)?|\.[0-9]+)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_DECIMALS = 4
_SHOWN = 60
_ALL = Decimal(100)


class Line(NamedTuple):
    """The fields of one line by name, and where in the file it stands (from 1)."""

    number: int
    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """The field as it stands; empty when the layout has no such field."""
        return self.values.get(name, "")


def number(line: Line, name: str, *, blank: Decimal | None = None) -> Decimal:
    """A plain decimal number of either sign. Errors: RefusedError order.number, also when empty and blank is None."""
    text = line.text(name).strip()
    if not text and blank is not None:
        return blank
    if not _NUMBER.fullmatch(text):
        raise refused(line, name, "order.number", "which is not a plain number")
    if len(text.partition(".")[2]) > _DECIMALS:
        raise refused(line, name, "order.number", "which has more than 4 decimals")
    return Decimal(text)


def price(line: Line, name: str, *, blank: Decimal | None = None) -> Decimal:
    """A number that is not below zero. Errors: RefusedError order.number."""
    value = number(line, name, blank=blank)
    if value < 0:
        raise refused(line, name, "order.number", "and it cannot be below zero")
    return value


def percentage(line: Line, name: str) -> Decimal:
    """0 to 100, 0 when empty. Errors: RefusedError order.number."""
    value = price(line, name, blank=Decimal(0))
    if value > _ALL:
        raise refused(line, name, "order.number", "and it cannot be above 100")
    return value


def moment(line: Line, name: str) -> tuple[date, str]:
    """A day, with or without a time: (the tablet's calendar day, the text; empty when no time is given).

    Units: the tablet's own clock; a zone in the text is kept, not applied. Errors: RefusedError order.date.
    """
    text = line.text(name).strip()
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError(text)
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise refused(line, name, "order.date", "which is not a day written like 2026-07-14") from None
    return day, text if text != day.isoformat() else ""


def day_or_none(line: Line, name: str) -> date | None:
    """A calendar day; None when empty. Errors: RefusedError order.date."""
    return moment(line, name)[0] if line.text(name).strip() else None


def refused(line: Line, name: str, code: str, why: str) -> RefusedError:
    """The refusal of one field's value."""
    value = "".join(mark if mark.isprintable() else " " for mark in line.text(name)[:_SHOWN]).strip()
    said = f"says '{value}', {why}" if value else "is empty"
    return RefusedError(code, f"Line {line.number}: {name} {said}.", remedy=CORRECT_IT)
