"""One cell of a sheet: from what the file holds to a value, or why it cannot be one.

Spreadsheets mangle: days become serial numbers or swap with months, long numbers lose digits, codes turn into powers
of ten. What could mean two things is refused, never guessed.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from fieldbridge.core.records.sheets import Column, Declared

DIGITS_OF_A_SPREADSHEET = 15
_EPOCH = date(1899, 12, 30)
_SERIAL_DAYS = range(20_000, 80_000)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?|[+-]?\.\d+", re.ASCII)
_POWER = re.compile(r"\d([.,]\d+)?E[+-]?\d+", re.ASCII | re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
_FLAGS = {"1": True, "yes": True, "y": True, "true": True, "0": False, "no": False, "n": False, "false": False}


class Odd(NamedTuple):
    """A cell that holds no value of its own: a formula or an error."""

    said: str


Plain = str | Decimal | bool | date
Raw = Plain | Odd
"""What a file's cell holds. Shape: an empty cell is an empty text."""


class CellError(ValueError):
    """Why a cell cannot be used, as the end of a sentence about it."""


def value_of(raw: Raw, declared: Declared, date_order: str) -> Any:
    """The value of a cell; None when it is empty. Errors: CellError."""
    if isinstance(raw, Odd):
        raise CellError(raw.said)
    if isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            return None
        if raw.startswith("="):
            raise CellError(f"holds the formula {raw[:40]}; put its value there instead")
    if declared.kind is date:
        return _day(raw, date_order)
    return _READERS[declared.kind](raw, declared.column)


def _text(raw: Plain, column: Column) -> str:
    if isinstance(raw, bool | date):
        raise CellError(f"was turned into {raw} by the spreadsheet; format the column as text and type it again")
    text = f"{raw:f}" if isinstance(raw, Decimal) else raw
    if isinstance(raw, Decimal) and len(text.strip("-").replace(".", "")) > DIGITS_OF_A_SPREADSHEET:
        raise CellError(f"is the number {text}; a spreadsheet keeps 15 digits, so format the column as text")
    if _POWER.fullmatch(text):
        raise CellError(f"is {text}: the spreadsheet shortened a long number; format the column as text")
    if len(text) > column.longest:
        raise CellError(f"is longer than {column.longest} characters")
    return text


def _number(raw: Plain, column: Column) -> Decimal:
    if isinstance(raw, bool | date):
        raise CellError(f"is {raw}, not a number")
    if isinstance(raw, str) and not _NUMBER.fullmatch(raw):
        raise CellError(f"is “{raw[:40]}”, not a number such as 1234.50{_hint(raw)}")
    try:
        number = Decimal(raw) if isinstance(raw, str) else raw
    except InvalidOperation:
        raise CellError(f"is “{raw}”, not a number") from None
    plain = _plain(number)
    if (column.least is not None and plain < column.least) or (column.most is not None and plain > column.most):
        bounds = f"from {column.least}" + (f" to {column.most}" if column.most is not None else " up")
        raise CellError(f"is {plain:f}; it may be {bounds}")
    if -int(plain.as_tuple().exponent) > column.decimals:
        raise CellError(f"is {plain:f}, with more than {column.decimals} decimals")
    if plain.adjusted() > DIGITS_OF_A_SPREADSHEET:
        raise CellError("is too large a number")
    return plain


def _hint(text: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d{1,4}", text, re.ASCII):
        return "; use a dot for the decimals"
    return "; leave out signs of money and marks of thousands" if any(mark.isdigit() for mark in text) else ""


def _plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros, so that equal numbers are equal text."""
    whole = number.to_integral_value()
    return (
        whole.quantize(Decimal(1))
        if number == whole and whole.adjusted() < DIGITS_OF_A_SPREADSHEET
        else number.normalize()
    )


def _whole(raw: Plain, column: Column) -> int:
    return int(_number(raw, column))


def _flag(raw: Plain, _column: Column) -> bool:
    if isinstance(raw, bool):
        return raw
    said = _FLAGS.get(f"{raw:f}" if isinstance(raw, Decimal) else str(raw).lower())
    if said is None:
        raise CellError(f"is “{str(raw)[:40]}”; say yes or no")
    return said


def _day(raw: Plain, date_order: str) -> date:
    if isinstance(raw, datetime):
        if raw.time() != datetime.min.time():
            raise CellError(f"is {raw}; a day has no time of day")
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = f"{raw:f}" if isinstance(raw, Decimal) else str(raw)
    if _NUMBER.fullmatch(text):
        raise CellError(f"is the number {text}{_serial(text)}; format the cell as a date")
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SLASHED.fullmatch(text):
            return _slashed(int(found[1]), int(found[2]), int(found[3]), date_order)
    except ValueError as error:
        if isinstance(error, CellError):
            raise
        raise CellError(f"is “{text}”, and there is no such day") from None
    raise CellError(f"is “{text[:40]}”, not a day such as 2026-07-14")


def _slashed(first: int, second: int, year: int, date_order: str) -> date:
    if date_order == "day_first":
        return date(year, second, first)
    if date_order == "month_first":
        return date(year, first, second)
    if first == second or second > 12:
        return date(year, first, second)
    if first > 12:
        return date(year, second, first)
    either = f"{date(year, second, first)} or {date(year, first, second)}"
    raise CellError(f"may mean {either}; write it as year-month-day, or set sheets.date_order")


def _serial(text: str) -> str:
    days = Decimal(text)
    if days == days.to_integral_value() and int(days) in _SERIAL_DAYS:
        return f", which a spreadsheet shows as {_EPOCH + timedelta(days=int(days))}"
    return ""


_READERS: dict[type, Callable[[Any, Column], Any]] = {str: _text, Decimal: _number, int: _whole, bool: _flag}
