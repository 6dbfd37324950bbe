"""The organisations of one local Xero: all known by name from the start, each seeded when it is first used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from fieldbridge.standin.books.books import Books, SwitchBoard
from fieldbridge.standin.clock import Clock
from fieldbridge.standin.options import Options
from fieldbridge.standin.seed.settings import organisation_id
from fieldbridge.standin.seed.sow import sow
from fieldbridge.standin.wire.answers import Record


class Organisations(Mapping[str, Books]):
    """Books by organisation id. To walk through `values()` seeds them all; `opened` and `names` seed nothing.

    Whenever it is seeded, an organisation's history ends on the day this was made. Callers hold the server's lock.
    """

    def __init__(self, options: Options, clock: Clock, board: SwitchBoard) -> None:
        self._options = replace(options, today=options.today or clock.today())
        self._clock = clock
        self._board = board
        self._names = {organisation_id(name): name for name in options.organisations}
        self._opened: dict[str, Books] = {}

    def __getitem__(self, identity: str) -> Books:
        if identity not in self._opened:
            self._opened[identity] = sow(self._names[identity], self._options, self._clock, self._board)
        return self._opened[identity]

    def __contains__(self, identity: object) -> bool:
        return identity in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def opened(self) -> Sequence[Books]:
        """Those used so far."""
        return list(self._opened.values())

    def names(self) -> dict[str, str]:
        """Every organisation's name by its id, as it is called now."""
        held: dict[str, Record] = {identity: books.organisation for identity, books in self._opened.items()}
        return {
            identity: held[identity]["Name"] if identity in held else name for identity, name in self._names.items()
        }
