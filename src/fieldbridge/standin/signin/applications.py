"""My Applications: who may call, and with what."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from fieldbridge.standin.identity.clients import Client

_KEY_CHARACTERS = string.ascii_uppercase + string.digits


@dataclass(frozen=True)
class Application:
    """A registered private application. Its consumer key is also its access token; the secret is never used."""

    app_id: str
    name: str
    organisation_id: str
    certificate: str
    consumer_key: str
    consumer_secret: str
    created: datetime
    public_key: rsa.RSAPublicKey
    expires: datetime

    kind = "private"
    kind_name = "Private application"

    @property
    def client_id(self) -> str:
        """What names it in limits and subscriptions."""
        return self.consumer_key


Registered = Application | Client


class Applications:
    """Everything registered, by its id. Callers hold the server's lock."""

    def __init__(self) -> None:
        self._by_id: dict[str, Registered] = {}
        self._by_client: dict[str, Registered] = {}
        self._revoked: set[str] = set()

    def all(self) -> list[Registered]:
        """In the order they were added."""
        return list(self._by_id.values())

    def by_key(self, consumer_key: str) -> Application | None:
        """The private application with this consumer key."""
        found = self._by_client.get(consumer_key)
        return found if isinstance(found, Application) else None

    def by_client_id(self, client_id: str) -> Client | None:
        """The OAuth 2.0 application with this client id, whatever its case."""
        found = self._by_client.get(client_id.upper())
        return found if isinstance(found, Client) else None

    def by_id(self, app_id: str) -> Registered | None:
        """The application of one page."""
        return self._by_id.get(app_id)

    def was_revoked(self, consumer_key: str) -> bool:
        """The key belonged to an application that was deleted."""
        return consumer_key in self._revoked

    def add(self, app: Registered) -> None:
        """Register it."""
        self._by_id[app.app_id] = app
        self._by_client[app.client_id] = app

    def remove(self, app: Registered) -> None:
        """Its key is remembered as revoked, which calls are told."""
        del self._by_id[app.app_id]
        del self._by_client[app.client_id]
        self._revoked.add(app.client_id)


def new_key() -> str:
    """A consumer key or secret."""
    return "".join(secrets.choice(_KEY_CHARACTERS) for _ in range(30))
