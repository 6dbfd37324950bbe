"""Signing in as a private app, as the article describes. Source: Xero switched private apps off in September 2021."""

from dataclasses import dataclass

import sqlalchemy as sa

from fieldbridge.app.certificate import private_key
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import PRIVATE_APP
from fieldbridge.core.errors import SetupError
from fieldbridge.net.exchange import Handler
from fieldbridge.net.layers import signed
from fieldbridge.net.oauth1 import private_application

CONSUMER_KEY, CONSUMER_SECRET = "consumer-key", "consumer-secret"


@dataclass(frozen=True)
class PrivateApp:
    """What the client copies out of Xero's page. The secret is kept, though this sign-in never uses it."""

    consumer_key: str
    consumer_secret: str
    kind: str = PRIVATE_APP

    def signed(self, inner: Handler, installation: Installation) -> Handler:
        """Requests signed with the installation's key."""
        return signed(inner, private_application(self.consumer_key, private_key(installation)))

    def keep(self, installation: Installation, tx: sa.Connection, connection_id: str) -> None:
        """Seal the credentials."""
        installation.vault.put(tx, connection_id, CONSUMER_KEY, self.consumer_key.encode())
        installation.vault.put(tx, connection_id, CONSUMER_SECRET, self.consumer_secret.encode())


def forget(installation: Installation, tx: sa.Connection, connection_id: str) -> None:
    """Delete the credentials of a connection."""
    for name in (CONSUMER_KEY, CONSUMER_SECRET):
        installation.vault.delete(tx, connection_id, name)


def kept(installation: Installation, connection_id: str) -> PrivateApp:
    """The credentials of a connection. Errors: SetupError when they were never stored."""
    with installation.database.read() as tx:
        key = installation.vault.get(tx, connection_id, CONSUMER_KEY)
        secret = installation.vault.get(tx, connection_id, CONSUMER_SECRET)
    if key is None or secret is None:
        raise SetupError(
            "connection.no_credentials",
            f"{connection_id} has no Consumer Key.",
            remedy="Run `fieldbridge connect` again.",
        )
    return PrivateApp(key.decode(), secret.decode())
