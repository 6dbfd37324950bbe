"""Everything that is wrong with the settings of a connection, at once, each by its place."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import InvalidOperation
from typing import Any

import msgspec

from fieldbridge.app.setting_lines import line_stated, lines_of

WHERE = re.compile(r" - at `\$?(.*?)`$")


class SettingFault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault.

    Shape: place is a dotted name such as `transactions.tolerance`; empty when it is the text itself. line counts from
    1, 0 where nothing is written that could be named.
    """

    place: str
    said: str
    line: int = 0

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.place) if part)
        return f"{where}: {self.said}" if where else self.said


def placed(found: Sequence[SettingFault], text: str) -> list[SettingFault]:
    """The same faults, each with its line, in the order of the text."""
    lines = lines_of(text, [one.place for one in found if one.place])
    located = [msgspec.structs.replace(one, line=one.line or lines.get(one.place, 0)) for one in found]
    return sorted(located, key=lambda one: one.line)


def table_of(text: str) -> dict[str, Any]:
    """The text as a plain table. Errors: ValueError when it is not TOML, saying where."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"it is not TOML: {error}") from None


def faults_of(text: str, wanted: type[msgspec.Struct]) -> list[SettingFault]:
    """All faults of a text against what it must hold; none when it can be used."""
    try:
        return list(_of_table(table_of(text), wanted, ""))
    except ValueError as error:
        return [SettingFault(place="", said=str(error), line=line_stated(str(error), text))]


def _of_table(table: Mapping[str, Any], wanted: type[msgspec.Struct], prefix: str) -> Iterator[SettingFault]:
    fields = {one.encode_name: one for one in msgspec.structs.fields(wanted)}
    yield from (_unknown(name, prefix, list(fields)) for name in table if name not in fields)
    found = {name: _of_value(table[name], one.type, f"{prefix}{name}") for name, one in fields.items() if name in table}
    yield from (fault for some in found.values() for fault in some)
    # What only the whole table can show is looked for in what is sound of it.
    if said := _refusal({name: table[name] for name, some in found.items() if not some}, wanted):
        yield SettingFault(place=prefix.rstrip("."), said=said)


def _of_value(value: Any, wanted: Any, place: str) -> list[SettingFault]:
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        if isinstance(value, Mapping):
            return list(_of_table(value, wanted, f"{place}."))
        return [SettingFault(place=place, said=f"must be a table, [{place}]")]
    said = _refusal(value, wanted)
    return [SettingFault(place=place, said=said)] if said else []


def _refusal(value: Any, wanted: Any) -> str:
    """Why a value is not what is wanted, or an empty text."""
    try:
        msgspec.convert(value, wanted, strict=False)
    except InvalidOperation:
        return f"is {value!r}, not a number"
    except msgspec.ValidationError as error:
        said = WHERE.sub(lambda found: f" (at {found[1]})" if found[1] else "", str(error))
        return said if isinstance(value, Mapping) else f"is {value!r}: {said}"
    return ""


def _unknown(name: str, prefix: str, known: list[str]) -> SettingFault:
    near = difflib.get_close_matches(name, known, 1)
    said = f"is no setting; is {near[0]} meant?" if near else f"is no setting; there are {', '.join(known)}"
    return SettingFault(place=f"{prefix}{name}", said=said)
