"""Contact groups read as data, by the first word of their name.

Xero has no price level, rep or territory on a contact; its contact groups carry them: `Price 3`, `Deal CAFE`,
`Rep STESMI`, `Area North`, `Class Cafe`, `Vendor Orchard`, `Stop` with the reason, `Cash`, and the switches `OrderNo`,
`NoPrices`, `EditPrice` and `ReportOnly`. Source: field-sales facts §16.
"""

from collections.abc import Iterable, Mapping

import msgspec

VALUED = ("price", "deal", "rep", "area", "class", "vendor")
LEVELS = ("1", "2", "3", "4", "5", "6", "7", "8")


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact's groups say.

    Shape: words are all first words, in small letters, with what follows. clashes were said twice with different
    values; unreadable are groups whose word is known and whose value means nothing.
    """

    words: Mapping[str, str] = {}
    clashes: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def price_level(self) -> int:
        """1 to 8; 1 unless another is said."""
        level = self.words.get("price", "")
        return int(level) if level in LEVELS else 1

    @property
    def deal(self) -> str:
        """The price group."""
        return self.words.get("deal", "")

    @property
    def rep(self) -> str:
        """The rep's code."""
        return self.words.get("rep", "")

    def has(self, word: str) -> bool:
        """Whether a group begins with this word."""
        return word in self.words


def marks_of(groups: Iterable[str]) -> Marks:
    """Read the groups of one contact; of two that clash, the first by name counts."""
    said: dict[str, list[str]] = {}
    for group in sorted(groups):
        word, _, value = group.strip().partition(" ")
        said.setdefault(word.lower(), []).append(value.strip())
    return Marks(
        words={word: values[0] for word, values in said.items()},
        clashes=tuple(word for word in VALUED if len(set(said.get(word, []))) > 1),
        unreadable=tuple(
            f"{word.title()} {value}".strip()
            for word in VALUED
            for value in said.get(word, [])
            if not value or (word == "price" and value not in LEVELS)
        ),
    )
