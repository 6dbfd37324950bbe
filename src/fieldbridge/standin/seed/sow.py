"""Seed one organisation's books."""

from __future__ import annotations

import random

from fieldbridge.standin.books.books import Books, SwitchBoard
from fieldbridge.standin.clock import Clock
from fieldbridge.standin.options import Options
from fieldbridge.standin.seed.goods import sow_goods
from fieldbridge.standin.seed.people import sow_people
from fieldbridge.standin.seed.settings import organisation, sow_settings
from fieldbridge.standin.seed.sower import Sower
from fieldbridge.standin.seed.trade import sow_trade


def sow(name: str, options: Options, clock: Clock, board: SwitchBoard) -> Books:
    """Full books for the organisation `name`; equal for equal options and day."""
    seed = f"{options.seed}:{name}"
    books = Books(organisation(name), clock, board, seed)
    chance = random.Random(f"{seed}:seed")
    sower = Sower(books, options, chance, options.today or clock.today())
    sow_settings(sower)
    sow_people(sower)
    sow_goods(sower)
    sow_trade(sower)
    books.journal.forget()
    return books
