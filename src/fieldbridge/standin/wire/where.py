"""The `where` language: a small parser that turns the text into a predicate over records.

Grammar: `==` `=` `!=` `>` `>=` `<` `<=`, `AND` `&&`, `OR` `||`, parentheses, `guid("")`, `DateTime(y,m,d)`, numbers,
`true` `false` `null`, and the methods `.Contains("")` `.StartsWith("")` `.EndsWith("")` `.ToLower()` `.ToUpper()`.
Source: Xero, requests and responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fieldbridge.standin.wire.comparing import COMPARE, METHODS, QueryInvalidError, compare, matches

Resolve = Callable[[str], Any]
Term = Callable[[Resolve], Any]
_TOKEN = re.compile(
    r'\s*(?:(?P<string>"[^"]*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)'
    r"|(?P<mark>\.[A-Za-z]+|&&|\|\||==|!=|>=|<=|[=<>(),]))"
)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match:
            raise QueryInvalidError(f"Syntax error at position {at}")
        found.append((str(match.lastgroup), match[match.lastgroup or 0]))
        at = match.end()
    return found


def _any(left: Term, right: Term) -> Term:
    return lambda get: left(get) or right(get)


def _all(left: Term, right: Term) -> Term:
    return lambda get: left(get) and right(get)


class _Parser:
    """Recursive descent: either > both > comparison > term."""

    def __init__(self, text: str, fields: Iterable[str]) -> None:
        self._tokens = _tokens(text)
        self._fields = {name.lower(): name for name in fields}
        self._at = 0
        self.named: list[str] = []
        self.ranged: set[str] = set()
        self.alternatives: set[str] = set()

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
        first, left = len(self.named), self._both()
        while self._peek().upper() in ("OR", "||"):
            self._take()
            left = _any(left, self._both())
            self.alternatives |= set(self.named[first:])
        return left

    def _both(self) -> Term:
        left = self._comparison()
        while self._peek().upper() in ("AND", "&&"):
            self._take()
            left = _all(left, self._comparison())
        return left

    def _comparison(self) -> Term:
        if self._peek() == "(":
            self._take()
            inner = self._either()
            self._take(")")
            return inner
        first, left = len(self.named), self._term()
        if self._peek() not in COMPARE:
            self.ranged |= set(self.named[first:])
            return left
        mark, right = self._take()[1], self._term()
        if mark not in ("==", "="):
            self.ranged |= set(self.named[first:])
        return lambda get: compare(left(get), mark, right(get))

    def _term(self) -> Term:
        term = self._simple()
        while self._peek().startswith("."):
            term = self._method(term, self._take()[1][1:])
        return term

    def _simple(self) -> Term:
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
            self.named.append(field)
            return lambda get: get(field)
        if name.lower() not in self._fields:
            raise QueryInvalidError(f"No property or field '{text}' exists")
        field = self._fields[name.lower()]
        self.named.append(field)
        return self._method(lambda get: get(field), method)

    def _method(self, term: Term, method: str) -> Term:
        if method.lower() in ("tolower", "toupper"):
            self._arguments(0)
            return term
        if method.lower() not in METHODS:
            raise QueryInvalidError(f"No method '{method}' exists")
        wanted = str(self._arguments(1)[0])
        return lambda get: matches(method.lower(), term(get), wanted)

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
            return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc,arg-type]
        except (TypeError, ValueError) as error:
            raise QueryInvalidError("DateTime() needs a valid year, month and day") from error


@dataclass(frozen=True)
class Where:
    """A parsed filter: answers for one record through its field resolver.

    `named` are the fields it asks about, `ranged` those by anything but equality, `alternatives` those under an OR.
    """

    term: Term
    named: frozenset[str]
    ranged: frozenset[str]
    alternatives: frozenset[str]

    def __call__(self, get: Resolve) -> bool:
        """The record is one of those asked for."""
        return bool(self.term(get))


def parsed(text: str, fields: Iterable[str]) -> Where:
    """Parse `text` once. Errors: QueryInvalidError. A single `=` means `==`."""
    parser = _Parser(text, fields)
    term = parser.whole()
    return Where(term, frozenset(parser.named), frozenset(parser.ranged), frozenset(parser.alternatives))
