"""Xero's JSON: dates in two forms, money as numbers, answers in an envelope.

Unknown fields and unknown enumeration values are tolerated; only the fields the Bridge uses are decoded.
Source: Xero, requests and responses.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import GenericAlias
from typing import Any, TypeVar

import msgspec

from fieldbridge.core.errors import SurpriseError
from fieldbridge.net.exchange import UNREADABLE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
W = TypeVar("W")
_decode_any = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A shape as Xero sends it. Absent fields take their defaults."""


def instant(text: str) -> datetime:
    """A moment. The offset in `/Date(ms+hhmm)/` is already inside the milliseconds, so it is not added.

    Errors: SurpriseError for text that is none.
    """
    found = MS_DATE.fullmatch(text)
    try:
        parsed = EPOCH + timedelta(milliseconds=int(found[1])) if found else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise SurpriseError("xero.unreadable", f"Xero sent {text[:60]!r} where a moment belongs.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def calendar_day(text: str) -> date:
    """A day of the organisation's calendar: Xero sends its midnight as UTC, so it is never moved to a zone."""
    return instant(text).date()


def instant_or_none(text: str) -> datetime | None:
    """A moment, or None where Xero left it out."""
    return instant(text) if text else None


def day_or_none(text: str) -> date | None:
    """A calendar day, or None where Xero left it out."""
    return calendar_day(text) if text else None


def header_time(moment: datetime) -> str:
    """How If-Modified-Since is written: UTC, to the second, without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def decode(body: bytes | msgspec.Raw, shape: type[W], what: str) -> W:
    """Read an answer. Errors: SurpriseError for one that is cut off or outside the contract."""
    found: W = _decoded(body, shape, what)
    return found


def _decoded(body: bytes | msgspec.Raw, shape: Any, what: str) -> Any:
    try:
        try:
            return msgspec.json.decode(body, type=shape, strict=False)
        except msgspec.ValidationError:
            return msgspec.convert(_without_nulls(_decode_any(body)), shape, strict=False)
    except UNREADABLE as error:
        raise SurpriseError(
            "xero.unreadable",
            f"Xero's answer about {what} could not be read ({error}; {len(bytes(body))} bytes).",
            remedy="If it stays so, report it with the lines of `fieldbridge log`.",
        ) from error


def quoted(text: str) -> str:
    """A text inside a `where`. Errors: ValueError for one with a quotation mark: Xero documents no way to write it."""
    if '"' in text:
        raise ValueError(f"{text!r} cannot be looked up: it holds a quotation mark")
    return f'"{text}"'


def members(body: bytes, what: str) -> dict[str, msgspec.Raw]:
    """The parts of an envelope, each still as it came."""
    return decode(body, dict[str, msgspec.Raw], what)


def elements(envelope: Mapping[str, msgspec.Raw], name: str, shape: type[W]) -> list[W]:
    """The list an envelope is about. Errors: SurpriseError when it is missing: that is not the same as empty."""
    if name not in envelope:
        raise SurpriseError("xero.unreadable", f"Xero's answer about {name} holds no list of them.")
    found: list[W] = _decoded(envelope[name], GenericAlias(list, (shape,)), name)
    return found


def read_at(envelope: Mapping[str, msgspec.Raw], what: str) -> datetime:
    """Xero's own clock, as every envelope tells it. Errors: SurpriseError when it does not."""
    if "DateTimeUTC" not in envelope:
        raise SurpriseError("xero.unreadable", f"Xero's answer about {what} does not say when it was given.")
    return instant(decode(envelope["DateTimeUTC"], str, what))


def _without_nulls(value: Any) -> Any:
    """Xero usually leaves out what is empty; where it sends null instead, that means the same."""
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
