"""How values compare in `where` and `order`: text without case and accents, days as midnight, null apart."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": operator.contains, "startswith": str.startswith, "endswith": str.endswith,
}  # fmt: skip


class QueryInvalidError(Exception):
    """The text is not in the language, or names a field the resource does not have."""


def folded(value: Any) -> Any:
    """Text compares without case and accents; days compare as midnight instants."""
    if isinstance(value, str):
        if value.isascii():
            return value.lower()
        return "".join(c for c in unicodedata.normalize("NFD", value.casefold()) if not unicodedata.combining(c))
    if isinstance(value, date):
        return value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, time())
    return value


def compare(left: Any, mark: str, right: Any) -> bool:
    """The operator `mark` between two values; null equals only null and is neither more nor less than anything."""
    left, right = folded(left), folded(right)
    if left is None or right is None:
        return mark == "!=" if (left is None) != (right is None) else mark in ("==", "=")
    try:
        return COMPARE[mark](left, right)
    except TypeError as error:
        raise QueryInvalidError(f"Operator '{mark}' cannot compare these values") from error


def matches(method: str, value: Any, wanted: str) -> bool:
    """A text method, false for null."""
    return value is not None and METHODS[method](folded(str(value)), folded(wanted))
