"""The `where` language: a small parser that turns the text into a predicate over records.

Grammar: `==` `=` `!=` `>` `>=` `<` `<=`, `AND` `&&`, `OR` `||`, parentheses, `guid("")`, `DateTime(y,m,d)`, numbers,
`true` `false` `null`, and the methods `.Contains("")` `.StartsWith("")` `.EndsWith("")` `.ToLower()` `.ToUpper()`.
Source: Xero, requests and responses.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

Resolve = Callable[[str], Any]
Term = Callable[[Resolve], Any]
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"[^"]*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)'
    r"|(?P<mark>&&|\|\||==|!=|>=|<=|[=<>(),]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
_METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": operator.contains, "startswith": str.startswith, "endswith": str.endswith,
}  # fmt: skip


class QueryInvalidError(Exception):
    """The text is not in the language, or names a field the resource does not have."""


def folded(value: Any) -> Any:
    """Text compares without case and accents; days compare as midnight instants."""
    if isinstance(value, str):
        return "".join(c for c in unicodedata.normalize("NFD", value.casefold()) if not unicodedata.combining(c))
    if isinstance(value, date):
        return value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, time())
    return value


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match:
            raise QueryInvalidError(f"Syntax error at position {at}")
        found.append((str(match.lastgroup), match[match.lastgroup or 0]))
        at = match.end()
    return found


def _compare(left: Any, mark: str, right: Any) -> bool:
    left, right = folded(left), folded(right)
    if left is None or right is None:
        return mark == "!=" if (left is None) != (right is None) else mark in ("==", "=")
    try:
        return _COMPARE[mark](left, right)
    except TypeError as error:
        raise QueryInvalidError(f"Operator '{mark}' cannot compare these values") from error


def _match(method: str, value: Any, wanted: str) -> bool:
    return value is not None and _METHODS[method](folded(str(value)), folded(wanted))


class _Parser:
    """Recursive descent: either > both > comparison > term."""

    def __init__(self, text: str, fields: Iterable[str]) -> None:
        self._tokens = _tokens(text)
        self._fields = {name.lower(): name for name in fields}
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, expected: str = "") -> tuple[str, str]:
        if self._at >= len(self._tokens) or (expected and self._peek() != expected):
            raise QueryInvalidError(f"Expected {expected or 'a value'} at the end of '{self._peek()}'")
        self._at += 1
        return self._tokens[self._at - 1]

    def whole(self) -> Term:
        term = self._either()
        if self._peek():
            raise QueryInvalidError(f"Unexpected '{self._peek()}'")
        return term

    def _either(self) -> Term:
        left = self._both()
        while self._peek().upper() in ("OR", "||"):
            self._take()
            left = (lambda a, b: lambda get: a(get) or b(get))(left, self._both())
        return left

    def _both(self) -> Term:
        left = self._comparison()
        while self._peek().upper() in ("AND", "&&"):
            self._take()
            left = (lambda a, b: lambda get: a(get) and b(get))(left, self._comparison())
        return left

    def _comparison(self) -> Term:
        if self._peek() == "(":
            self._take()
            inner = self._either()
            self._take(")")
            return inner
        left = self._term()
        if self._peek() not in _COMPARE:
            return left
        mark, right = self._take()[1], self._term()
        return lambda get: _compare(left(get), mark, right(get))

    def _term(self) -> Term:
        kind, text = self._take()
        if kind == "string":
            return lambda get: text[1:-1]
        if kind == "number":
            return lambda get: Decimal(text)
        if kind != "name":
            raise QueryInvalidError(f"Unexpected '{text}'")
        return self._named(text)

    def _named(self, text: str) -> Term:
        constants = {"true": True, "false": False, "null": None}
        if text.lower() in constants:
            return lambda get: constants[text.lower()]
        if text.lower() in ("guid", "guid.parse"):
            wanted = str(self._arguments(1)[0]).lower()
            return lambda get: wanted
        if text.lower() == "datetime":
            instant = self._datetime()
            return lambda get: instant
        return self._field(text)

    def _field(self, text: str) -> Term:
        name, _, method = text.rpartition(".")
        if text.lower() in self._fields:
            field = self._fields[text.lower()]
            return lambda get: get(field)
        if name.lower() not in self._fields:
            raise QueryInvalidError(f"No property or field '{text}' exists")
        field = self._fields[name.lower()]
        return self._method(lambda get: get(field), method)

    def _method(self, term: Term, method: str) -> Term:
        if method.lower() in ("tolower", "toupper"):
            self._arguments(0)
            return term
        if method.lower() not in _METHODS:
            raise QueryInvalidError(f"No method '{method}' exists")
        wanted = str(self._arguments(1)[0])
        return lambda get: _match(method.lower(), term(get), wanted)

    def _arguments(self, count: int) -> list[Any]:
        self._take("(")
        values: list[Any] = []
        while self._peek() != ")":
            values.append(self._term()(lambda name: None))
            if self._peek() == ",":
                self._take()
        self._take(")")
        if len(values) != count and count >= 0:
            raise QueryInvalidError("Wrong number of arguments")
        return values

    def _datetime(self) -> datetime:
        parts = [int(part) for part in self._arguments(-1)]
        try:
            return datetime(*parts)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise QueryInvalidError("DateTime() needs a valid year, month and day") from error


def predicate(text: str, fields: Iterable[str]) -> Callable[[Resolve], bool]:
    """Parse `text` once; the result answers for one record through its field resolver.

    Errors: QueryInvalidError. A single `=` means `==`.
    """
    term = _Parser(text, fields).whole()
    return lambda get: bool(term(get))
