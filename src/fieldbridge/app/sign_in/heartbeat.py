"""Keeping a grant alive that nobody uses. Source: Xero ends a refresh token after sixty idle days."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import PKCE, WEB_APP
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.core.errors import AccessError, FieldbridgeError
from fieldbridge.store.ledger import connections
from fieldbridge.store.ledger.connections import Connection

IDLE = timedelta(days=20)
TRY_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Heartbeat:
    """Refreshes what has been idle for long, and says so when somebody must consent again."""

    installation: Installation
    _tried: dict[str, datetime] = field(default_factory=dict)

    def beat_all(self) -> None:
        """Look at every connection that may need it."""
        with self.installation.database.read() as tx:
            idle = connections.idle(tx, (PKCE, WEB_APP), self.installation.now() - IDLE)
        for one in idle:
            self.beat(one)

    def beat(self, one: Connection) -> None:
        """Look at one connection; what fails is tried again after an hour."""
        now = self.installation.now()
        waits = one.id in self._tried and now - self._tried[one.id] < TRY_AGAIN
        if one.sign_in not in (PKCE, WEB_APP) or one.paused_because or now - one.renewed_at < IDLE or waits:
            return
        self._tried[one.id] = now
        try:
            Refresher(self.installation, one.id, one.identity_url).fresh()
        except AccessError as error:
            with self.installation.database.write() as tx:
                connections.pause(tx, one.id, str(error))
        except FieldbridgeError:
            # Whatever else is wrong, the connection's next run says; the others go on meanwhile.
            return
