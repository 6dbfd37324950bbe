"""Applications that sign in with OAuth 2.0: web apps, mobile or desktop apps, custom connections."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

ClientKind = Literal["web", "mobile", "custom"]
KIND_NAMES: dict[str, str] = {"web": "Web app", "mobile": "Mobile or desktop app", "custom": "Custom connection"}


@dataclass(frozen=True)
class Client:
    """A registered application. `client_secret` is empty for a mobile or desktop app, which proves itself by PKCE.

    A custom connection belongs to `organisation_id` and may only ever have `scopes`; the others have neither.
    """

    app_id: str
    name: str
    kind: ClientKind
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    organisation_id: str
    scopes: tuple[str, ...]
    created: datetime

    @property
    def kind_name(self) -> str:
        """The kind as the pages call it."""
        return KIND_NAMES[self.kind]


def new_client(
    kind: ClientKind, name: str, redirect_uris: list[str], organisation_id: str, scopes: list[str], now: datetime
) -> Client:
    """A client with fresh credentials; `organisation_id` and `scopes` count for a custom connection only."""
    is_custom = kind == "custom"
    return Client(
        app_id=secrets.token_hex(8),
        name=name,
        kind=kind,
        client_id=secrets.token_hex(16).upper(),
        client_secret="" if kind == "mobile" else secrets.token_urlsafe(36),
        redirect_uris=() if is_custom else tuple(redirect_uris),
        organisation_id=organisation_id if is_custom else "",
        scopes=tuple(scopes) if is_custom else (),
        created=now,
    )


def redirect_fault(uri: str) -> str:
    """Why Xero would not register this address; empty when it would. Source: Xero, OAuth 2.0, redirect URIs."""
    parts = urlsplit(uri)
    if not parts.hostname or parts.fragment:
        return f"{uri} is not a complete address without a fragment."
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "localhost"):
        return ""
    return f"{uri} must begin with https:// or http://localhost."
