"""Values of paths, queries and headers as they stood on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas import FORMATS, Fault, Plain

# Xero passes over what it cannot read here.
_PASSED_OVER = {
    ("header", "If-Modified-Since"): "since",
    ("query", "page"): "ignored",
    ("query", "pageSize"): "ignored",
}


def value_faults(parameter: Plain, text: str) -> Iterator[Fault]:
    """What is wrong with a value of a path, query or header as it stood on the wire."""
    schema = parameter["schema"]
    is_list = schema["type"] == "array"
    one = schema["items"] if is_list else schema
    for value in text.split(",") if is_list else [text]:
        if not fits(value, one):
            wanted = one.get("enum") or one.get("format") or one["type"]
            excuse = "case" if fits(value.lower(), one) else _PASSED_OVER.get((parameter["in"], parameter["name"]), "")
            yield Fault(f"{parameter['in']} {parameter['name']}: {value[:60]!r} is not {wanted}", excuse)


def fits(value: str, schema: Plain) -> bool:
    """Whether a text can be of this type."""
    if "enum" in schema:
        return value in schema["enum"]
    if schema["type"] == "boolean":
        return value in ("true", "false")
    if schema["type"] == "integer":
        return bool(re.fullmatch(r"-?\d+", value))
    return FORMATS.get(schema.get("format", ""), bool)(value)
