"""Reading elements that callers send: each field is converted or the whole call is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.dates import day_in

Convert = Callable[[Any], Any]
Shape = Mapping[str, Convert]
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_GUID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


class Empty(str):
    """An XML element without content: an empty text where a text belongs, and nothing where anything else does."""

    __slots__ = ()


class DataInvalidError(Exception):
    """A value of the wrong kind: ErrorNumber 14, PostDataInvalidException."""


def decode(body: bytes) -> Any:
    """The caller's JSON, numbers with a fraction as Decimal."""
    try:
        return _DECODER.decode(body)
    except msgspec.DecodeError as error:
        raise DataInvalidError(f"Invalid JSON data: {error}") from error


def _invalid(value: Any, kind: str) -> DataInvalidError:
    return DataInvalidError(f"Error converting value \"{value}\" to type '{kind}'")


def text(value: Any) -> str:
    """A string, or a number written as one."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise _invalid(value, "System.String")
    return str(value)


def number(value: Any) -> Decimal:
    """A JSON number or a quoted one; both are accepted."""
    try:
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise _invalid(value, "System.Decimal")
        result = Decimal(value)
    except InvalidOperation as error:
        raise _invalid(value, "System.Decimal") from error
    if not result.is_finite():
        raise _invalid(value, "System.Decimal")
    return result


def whole(value: Any) -> int:
    """A number without its fraction."""
    return int(number(value))


def flag(value: Any) -> bool:
    """True or false, also quoted."""
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise _invalid(value, "System.Boolean")


def day(value: Any) -> date:
    """A calendar day in any of the accepted forms."""
    try:
        return day_in(text(value))
    except ValueError as error:
        raise _invalid(value, "System.DateTime") from error


def guid(value: Any) -> str:
    """Lower case, hyphenated."""
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        raise _invalid(value, "System.Guid")
    bare = value.replace("-", "").lower()
    return "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def choice(*names: str) -> Convert:
    """One of `names`, whatever its case, in the spelling given here."""
    known = {name.upper(): name for name in names}

    def convert(value: Any) -> str:
        if str(value).upper() not in known:
            raise _invalid(value, "enumeration")
        return known[str(value).upper()]

    return convert


def one(shape: Shape) -> Convert:
    """A nested object of this shape."""

    def convert(value: Any) -> Record:
        return read(value, shape)

    return convert


def many(shape: Shape) -> Convert:
    """A list of objects of this shape."""

    def convert(value: Any) -> list[Record]:
        if not isinstance(value, list):
            raise _invalid(value, "List")
        return [read(member, shape) for member in value]

    return convert


def read(element: Any, shape: Shape) -> Record:
    """The known fields of `element`, converted; unknown fields and nulls are ignored."""
    if not isinstance(element, dict):
        raise _invalid(element, "object")
    known = {name: value for name, value in element.items() if name in shape}
    return {name: shape[name](value) for name, value in known.items() if not _is_absent(value, shape[name])}


def _is_absent(value: Any, convert: Convert) -> bool:
    return value is None or (isinstance(value, Empty) and convert is not text)
