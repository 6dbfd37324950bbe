"""The schemas of a description as JSON Schema, for what is sent to Xero and for what comes back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import jsonschema_rs
from known import OPEN_SCHEMAS, UNDESCRIBED_MEMBERS

Plain = dict[str, Any]


class Fault(NamedTuple):
    """What is wrong, and the name of the excuse in known.py it may have."""

    text: str
    excuse: str = ""


def readable(*reads: Callable[[str], Any]) -> Callable[[str], bool]:
    """Whether a text can be read in one of the ways."""

    def is_good(text: str) -> bool:
        for read in reads:
            try:
                read(text)
            except ValueError:
                continue
            return True
        return False

    return is_good


def ms_date(text: str) -> None:
    if not re.fullmatch(r"/Date\(-?\d+(\+0000)?\)/", text):
        raise ValueError(text)


FORMATS = {
    "uuid": readable(uuid.UUID),
    "date": readable(date.fromisoformat),
    # Without a zone too, which is the documented form of If-Modified-Since
    "date-time": readable(datetime.fromisoformat),
}
# Xero sends its own form of dates and takes others too.
ANSWERED = FORMATS | {"xero-date": readable(ms_date)}
ASKED = FORMATS | {"xero-date": readable(ms_date, datetime.fromisoformat)}


class Schemas:
    """The components of a description as JSON Schema, objects closed, for one direction."""

    def __init__(self, components: Plain, formats: Plain, *, to_xero: bool) -> None:
        self._components = translated(components, to_xero=to_xero)
        self._formats = formats
        self._compiled: dict[str, Any] = {}
        for name, schema in self._components["schemas"].items():
            if "properties" in schema and name not in OPEN_SCHEMAS:
                schema["additionalProperties"] = False

    def faults(self, schema: Plain, content: Any) -> Iterator[Fault]:
        """Every error that is no known gap of the description."""
        name = str(schema)
        if name not in self._compiled:
            whole = {"allOf": [schema], "components": self._components}
            self._compiled[name] = jsonschema_rs.Draft4Validator(whole, formats=self._formats, validate_formats=True)
        for error in self._compiled[name].iter_errors(content):
            yield from fault_of(error)


def translated(node: Any, *, to_xero: bool) -> Any:
    """From OpenAPI to JSON Schema. Members that only Xero writes fail on the way to it."""
    if isinstance(node, list):
        return [translated(one, to_xero=to_xero) for one in node]
    if not isinstance(node, dict):
        return node
    if to_xero and node.get("readOnly") is True:
        return {"not": {}}
    kept = {
        name: translated(value, to_xero=to_xero)
        for name, value in node.items()
        if name not in {"example", "default", "readOnly"}
    }
    is_date = node.get("x-is-msdate") or node.get("x-is-msdate-time")
    return {**kept, "format": "xero-date"} if is_date else kept


def fault_of(error: jsonschema_rs.ValidationError) -> Iterator[Fault]:
    """An error's place and text; nothing for members that are known to be undescribed."""
    where = "".join("*." if isinstance(part, int) else f"{part}." for part in error.instance_path)
    where = f"{where[:-1]}: " if where else ""
    kind = error.kind.name
    if kind == "additionalProperties":
        if unknown := sorted(set(error.kind.value) - UNDESCRIBED_MEMBERS):
            yield Fault(f"{where}not described: {', '.join(unknown)}")
    elif kind == "not":
        yield Fault(f"{where}only Xero writes this", "read-only")
    else:
        is_other_case = kind == "enum" and str(error.instance).upper() in error.kind.value
        yield Fault(f"{where}{error.message[:200]}", "case" if is_other_case else kind)
