"""One field of an order line as a number, a percentage or a day, or a refusal that names line, field and value.

Source: field-sales facts §10 (plain numbers, dot decimal, no thousands mark) and §12.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from fieldbridge.core.errors import RefusedError
from fieldbridge.field.folder.csv_rows import Flaw

CORRECT_IT = "Correct the line and put the file back, or enter the order by hand."
_NUMBER = re.compile(r"[+-]?([0-9]{1,12}(\.[0-9]+)?|\.[0-9]+)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_DECIMALS = 4
_SHOWN = 60
_ALL = Decimal(100)


class TextRow(NamedTuple):
    """One decoded record of an order file and the number of its first line (from 1)."""

    line: int
    fields: tuple[str, ...]
    flaw: Flaw

    @property
    def kind(self) -> str:
        """The record type, the first field."""
        return self.fields[0]


class Line(NamedTuple):
    """The fields of one line by name, and where in the file it stands (from 1).

    Shape: called says what the file itself calls a field, where that is another name; day_format is how it writes
    days, empty when as 2026-07-14.
    """

    number: int
    values: Mapping[str, str]
    called: Mapping[str, str] = {}
    day_format: str = ""

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
    if line.day_format:
        return _plain_day(line, name, text), ""
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError(text)
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise refused(line, name, "order.date", "which is not a day written like 2026-07-14") from None
    return day, text if text != day.isoformat() else ""


def _plain_day(line: Line, name: str, text: str) -> date:
    try:
        return datetime.strptime(text, line.day_format).date()  # noqa: DTZ007
    except ValueError:
        written = datetime(2026, 7, 14).strftime(line.day_format)  # noqa: DTZ001
        raise refused(line, name, "order.date", f"which is not a day written like {written}") from None


def day_or_none(line: Line, name: str) -> date | None:
    """A calendar day; None when empty. Errors: RefusedError order.date."""
    return moment(line, name)[0] if line.text(name).strip() else None


def refused(line: Line, name: str, code: str, why: str) -> RefusedError:
    """The refusal of one field's value."""
    value = "".join(mark if mark.isprintable() else " " for mark in line.text(name)[:_SHOWN]).strip()
    said = f"says '{value}', {why}" if value else "is empty"
    return RefusedError(code, f"Line {line.number}: {line.called.get(name, name)} {said}.", remedy=CORRECT_IT)


def read_whole(row: TextRow, names: Sequence[str], what: str) -> dict[str, str]:
    """The row's fields by name. Errors: RefusedError order.quote, or order.fields when there are not as many."""
    if row.flaw == "open":
        raise refusal(
            row, "order.quote", "a quotation mark opens and never closes, which leaves all that follows in doubt"
        )
    if row.flaw == "quote":
        raise refusal(row, "order.quote", "text stands between a closing quotation mark and the next comma")
    if len(row.fields) != len(names):
        counts = f"{what} has {len(names)} fields, and this one has {len(row.fields)}"
        raise refusal(row, "order.fields", counts)
    return dict(zip(names, row.fields, strict=True))


def refusal(row: TextRow, code: str, told: str, remedy: str = CORRECT_IT) -> RefusedError:
    """The refusal of a whole row."""
    return RefusedError(code, f"Line {row.line}: {told}.", remedy=remedy)
