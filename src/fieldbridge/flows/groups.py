"""Contact groups read as data, by the first word of their name.

Xero has no price level, rep or territory on a contact; its contact groups carry them: `Price 3`, `Deal CAFE`,
`Rep STESMI`, `Area North`, `Stop`, `Cash`. Source: field-sales facts §16.
"""

from collections.abc import Iterable

import msgspec


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact's groups say. clashes are words that were said twice with different values."""

    price_level: int = 1
    deal: str = ""
    rep: str = ""
    area: str = ""
    stop: bool = False
    cash: bool = False
    clashes: tuple[str, ...] = ()


def marks_of(groups: Iterable[str]) -> Marks:
    """Read the groups of one contact; of two that clash, the first by name counts."""
    said: dict[str, list[str]] = {}
    for group in sorted(groups):
        word, _, value = group.strip().partition(" ")
        said.setdefault(word.lower(), []).append(value.strip())
    first = {word: values[0] for word, values in said.items()}
    return Marks(
        price_level=_level(first.get("price", "")),
        deal=first.get("deal", ""),
        rep=first.get("rep", ""),
        area=first.get("area", ""),
        stop="stop" in said,
        cash="cash" in said,
        clashes=tuple(word for word in ("price", "deal", "rep", "area") if len(set(said.get(word, []))) > 1),
    )


def _level(text: str) -> int:
    return int(text) if text in ("1", "2", "3", "4", "5", "6", "7", "8") else 1
