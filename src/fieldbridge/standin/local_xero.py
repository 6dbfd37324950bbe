"""Everything one running local Xero holds: organisations' books, applications, limits, faults, the clock."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from fieldbridge.standin.books.books import Books, SwitchBoard
from fieldbridge.standin.clock import Clock
from fieldbridge.standin.gate.faults import Faults
from fieldbridge.standin.gate.idempotency import IdempotencyKeys
from fieldbridge.standin.gate.limits import Limits
from fieldbridge.standin.gate.received import ReceivedLog
from fieldbridge.standin.identity.identity import Identity
from fieldbridge.standin.options import Options
from fieldbridge.standin.seed.sow import sow
from fieldbridge.standin.signin.applications import Applications
from fieldbridge.standin.signin.verifier import Verifier


class LocalXero:
    """Mutable state behind one lock: whoever touches anything here holds `lock`."""

    def __init__(self, options: Options) -> None:
        self.lock = threading.RLock()
        self.options = options
        self.clock = Clock()
        self.board = SwitchBoard(options.switches)
        self.applications = Applications()
        self.identity = Identity()
        self.received = ReceivedLog()
        self.reset(options)

    def reset(self, options: Options, *, keep_applications: bool = True) -> None:
        """Seed afresh and forget calls, faults, limits, keys, nonces, clock and changed switches."""
        self.options = options
        self.clock.reset()
        self.board.now = options.switches
        if not keep_applications:
            self.applications = Applications()
            self.identity = Identity()
        self.verifier = Verifier(self.applications, lambda: self.board.now)
        self.limits = Limits(options)
        self.keys = IdempotencyKeys()
        self.faults = Faults()
        self.received = ReceivedLog()
        sown = (sow(name, options, self.clock, self.board) for name in options.organisations)
        self.books: dict[str, Books] = {books.organisation["OrganisationID"]: books for books in sown}

    def options_with(self, **changes: Any) -> Options:
        """The present options with some replaced."""
        return replace(self.options, **changes)
