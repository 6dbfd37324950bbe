"""On which line of a text a setting stands. The parser does not tell, so the text is read line by line."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Reading the lines before each line takes time by their square; a text that long was not written by hand.
LINES_MAX = 2000
STATED = re.compile(r"\(at line (\d+), column \d+\)")


def line_stated(message: str, text: str) -> int:
    """The line a parser's message names; the last one where it means the end."""
    found = STATED.search(message)
    return int(found[1]) if found else len(text.splitlines())


def lines_of(text: str, places: Sequence[str]) -> dict[str, int]:
    """The first line of each setting. Shape: dotted names to lines from 1; those that stand nowhere are absent."""
    found: dict[str, int] = {}
    for line, table in _statements(text):
        found |= {place: line for place in places if place not in found and _holds(table, place)}
        if len(found) == len(set(places)):
            break
    return found


def _statements(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The text up to each statement. Shape: the statement's first line, and all that was said by its end."""
    lines = text.splitlines(keepends=True)[:LINES_MAX]
    begins = 1
    for count in range(1, len(lines) + 1):
        try:
            table = tomllib.loads("".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        yield begins, table
        begins = count + 1


def _holds(table: Any, place: str) -> bool:
    if not isinstance(table, Mapping):
        return False
    if place in table:
        return True
    head, dot, rest = place.partition(".")
    return bool(dot) and head in table and _holds(table[head], rest)
