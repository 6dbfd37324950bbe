"""Tokens kept fresh: one refresher for a connection at a time, across processes and machines.

The pair is stored before it is used. When the answer to a refresh is lost, the old pair is still stored, and Xero
accepts it for another thirty minutes. The right to refresh is short and kept up while the refresh lasts, so that the
next need not wait long for one that was killed.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import OutageError, SetupError
from fieldbridge.engine.rounds import Rounds
from fieldbridge.net import oauth2
from fieldbridge.net.layers import paced, retried
from fieldbridge.net.oauth2 import Application, Tokens
from fieldbridge.net.wire import wire
from fieldbridge.store.ledger import connections, leases

APPLICATION, TOKENS = "application", "tokens"
EARLY = timedelta(seconds=60)
LEASE_S, BEAT_S = 20.0, 5.0
PATIENCE_S = 240.0
LOOK_AGAIN_S = 0.2


def keep(installation: Installation, tx: sa.Connection, owner: str, application: Application, tokens: Tokens) -> None:
    """Seal an application and its tokens."""
    installation.vault.put(tx, owner, APPLICATION, msgspec.json.encode(application))
    installation.vault.put(tx, owner, TOKENS, msgspec.json.encode(tokens))


def forget(installation: Installation, tx: sa.Connection, owner: str) -> None:
    """Delete the application and its tokens."""
    for name in (APPLICATION, TOKENS):
        installation.vault.delete(tx, owner, name)


@dataclass(frozen=True)
class Refresher:
    """Hands out tokens that are good for at least another minute."""

    installation: Installation
    connection_id: str
    identity_url: str

    def fresh(self, stale: str = "") -> Tokens:
        """Good tokens, refreshed if need be. stale: an access token that Xero has just refused.

        Errors: AccessError when somebody must consent again; OutageError when Xero's sign-in does not answer.
        """
        tokens = self._kept()
        if self._is_good(tokens, stale):
            return tokens
        with self._lease() as hold:
            tokens = self._kept()
            return tokens if self._is_good(tokens, stale) else self._renew(tokens, hold)

    def application(self) -> Application:
        """The app registered at Xero."""
        return msgspec.json.decode(self._sealed(APPLICATION), type=Application)

    def scopes(self) -> tuple[str, ...]:
        """What was granted with the tokens that are kept."""
        return self._kept().scopes

    def _kept(self) -> Tokens:
        return msgspec.json.decode(self._sealed(TOKENS), type=Tokens)

    def _sealed(self, name: str) -> bytes:
        with self.installation.database.read() as tx:
            value = self.installation.vault.get(tx, self.connection_id, name)
        if value is None:
            raise SetupError(
                "connection.no_credentials",
                f"{self.connection_id} is not signed in.",
                remedy="Run `fieldbridge connect`.",
            )
        return value

    def _is_good(self, tokens: Tokens, stale: str) -> bool:
        return tokens.access_token != stale and self.installation.now() < tokens.expires_at - EARLY

    def _renew(self, tokens: Tokens, hold: Callable[[], None]) -> Tokens:
        handler = retried(paced(wire(self.installation.client), hold), self.installation.pause)
        application, now = self.application(), self.installation.now()
        if tokens.refresh_token:
            new = oauth2.refresh(handler, self.identity_url, application, tokens, now)
        else:
            new = oauth2.client_credentials(handler, self.identity_url, application, tokens.scopes, now)
        with self.installation.database.write() as tx:
            # Whoever connected or disconnected meanwhile has the last word.
            held = self.installation.vault.get(tx, self.connection_id, TOKENS)
            if held and msgspec.json.decode(held, type=Tokens) == tokens:
                self.installation.vault.put(tx, self.connection_id, TOKENS, msgspec.json.encode(new))
                connections.renewed(tx, self.connection_id, now)
                return new
        return self._kept()

    @contextmanager
    def _lease(self) -> Iterator[Callable[[], None]]:
        """Hold the right to refresh, and give a way to make sure of it. Errors: OutageError when another has it."""
        name, holder = f"refresh {self.connection_id}", uuid.uuid4().hex

        def hold() -> None:
            if not self._take(name, holder):
                raise OutageError("access.refresh_busy", f"Another process refreshes {self.connection_id}.")

        self._wait_for(hold)
        try:
            with Rounds("refresh", (BEAT_S, hold)):
                yield hold
        finally:
            with self.installation.database.write() as tx:
                leases.release(tx, name, holder)

    def _wait_for(self, hold: Callable[[], None]) -> None:
        give_up = self.installation.now() + timedelta(seconds=PATIENCE_S)
        while True:
            try:
                return hold()
            except OutageError:
                if self.installation.now() > give_up:
                    raise
            self.installation.pause(LOOK_AGAIN_S)

    def _take(self, name: str, holder: str) -> bool:
        with self.installation.database.write() as tx:
            return leases.take(tx, name, holder, self.installation.now(), LEASE_S)
