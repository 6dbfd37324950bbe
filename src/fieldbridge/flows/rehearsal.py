"""Rehearsals: how a document as it would be today differs from the one that was planned then."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from fieldbridge.core.records.books import Record


def differences(then: Record, now: Record) -> Iterator[str]:
    """Each field that differs, in words; lines by their number.

    An id that Xero has yet to give is no difference.
    """
    if type(then) is not type(now):
        yield "it is of another kind"
        return
    for name in then.__struct_fields__:
        before, after = getattr(then, name), getattr(now, name)
        if name == "lines":
            yield from _of_lines(before, after)
        elif before != after and not (name.endswith("_id") and not after):
            yield f"{_words(name)} {_plain(before)} to {_plain(after)}"


def _of_lines(before: Sequence[Record], after: Sequence[Record]) -> Iterator[str]:
    if len(before) != len(after):
        yield f"{len(before)} lines to {len(after)}"
    for number, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        for said in differences(one, other):
            yield f"line {number}: {said}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: Any) -> str:
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(msgspec.to_builtins(value))
