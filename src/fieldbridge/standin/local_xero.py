"""Everything one running local Xero holds: organisations' books, applications, limits, faults, the clock."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from fieldbridge.standin.books.books import SwitchBoard
from fieldbridge.standin.clock import Clock
from fieldbridge.standin.gate.egress import Egress
from fieldbridge.standin.gate.faults import Faults
from fieldbridge.standin.gate.idempotency import IdempotencyKeys
from fieldbridge.standin.gate.limits import Limits
from fieldbridge.standin.gate.received import ReceivedLog
from fieldbridge.standin.identity.identity import Identity
from fieldbridge.standin.identity.tokens.jwt import Signer
from fieldbridge.standin.options import Options
from fieldbridge.standin.organisations import Organisations
from fieldbridge.standin.recording import Recording
from fieldbridge.standin.signin.applications import Applications, Registered
from fieldbridge.standin.signin.verifier import Verifier
from fieldbridge.standin.webhooks.webhooks import Webhooks


class LocalXero:
    """Mutable state behind one lock: whoever touches anything here holds `lock`. `address` is where it is found."""

    def __init__(self, options: Options, address: str) -> None:
        self.address = address
        self.lock = threading.RLock()
        self.started_with = options
        self.clock = Clock()
        self.board = SwitchBoard(options.switches)
        self.applications = Applications()
        self.signer = Signer()
        self.identity = Identity(self.signer, address)
        self.received = ReceivedLog()
        self.recording = Recording(options.record) if options.record else None
        self.webhooks = Webhooks(
            self.lock, self.clock.now, self.reaches, address, self.recording, lambda: self.board.now
        )
        self.reset(options)
        self.faults.planned.extend(replace(fault) for fault in options.faults)

    def reset(self, options: Options, *, keep_applications: bool = True) -> None:
        """Seed afresh and forget calls, faults, limits, keys, nonces, clock and changed switches."""
        self.options = options
        self.clock.reset()
        self.board.now = options.switches
        if not keep_applications:
            self.applications = Applications()
            self.identity = Identity(self.signer, self.address)
            self.webhooks.subscriptions.clear()
        for subscription in self.webhooks.subscriptions.values():
            subscription.forget()
        self.verifier = Verifier(self.applications, lambda: self.board.now)
        self.limits = Limits(options, self._calls_per_day)
        self.egress = Egress()
        self.keys = IdempotencyKeys()
        self.faults = Faults()
        self.received = ReceivedLog()
        self.books = Organisations(options, self.clock, self.board)

    def reaches(self, client_id: str, organisation_id: str) -> bool:
        """The application is connected to the organisation, or registered for it."""
        private = self.applications.by_key(client_id)
        if private is not None:
            return private.organisation_id == organisation_id
        return self.identity.connections.is_connected(client_id, organisation_id)

    def _calls_per_day(self, client_id: str) -> int:
        """What the plan says, or the switch for custom connections."""
        client = self.applications.by_client_id(client_id)
        own = self.board.now.custom_connection_calls_per_day if client and client.kind == "custom" else 0
        return own or self.options.calls_per_day

    def remove(self, app: Registered) -> None:
        """Delete an application with everything it was given."""
        self.applications.remove(app)
        self.identity.revoke(app.client_id)
        self.webhooks.subscriptions.pop(app.client_id, None)

    def options_with(self, **changes: Any) -> Options:
        """What the server was started with, some of it replaced."""
        return replace(self.started_with, **changes)
