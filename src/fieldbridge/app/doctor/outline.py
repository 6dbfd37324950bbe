"""The outline of a record: its figures, and of everything else only that it is there."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_origin

import msgspec

GIVEN = "(given)"
FIGURES = (bool, int, float, Decimal, date, type(None))


def outline(one: msgspec.Struct, *plain: str) -> dict[str, object]:
    """A record without its texts, except those one could choose from a few, and those named in `plain`."""
    return {
        field.encode_name: _outlined(getattr(one, field.name), keep=field.name in plain or _is_choice(field.type))
        for field in msgspec.structs.fields(one)
    }


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _outlined(value: Any, *, keep: bool) -> object:
    if keep or isinstance(value, FIGURES) or value == "":
        return value
    if isinstance(value, msgspec.Struct):
        return outline(value)
    if isinstance(value, dict | list | tuple | set | frozenset):
        return f"{len(value)} entries"
    return GIVEN
