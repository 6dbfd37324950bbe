"""Access tokens and id tokens: what they say and how long they last."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.identity.identity import Identity
from fieldbridge.standin.identity.tokens import jwt
from fieldbridge.standin.identity.tokens.grants import Grant

ACCESS_LIFE = timedelta(minutes=30)
ID_LIFE = timedelta(minutes=5)
_ISSUER = "https://identity.xero.com"
_PERSON = {"given_name": "Stella", "family_name": "Smithson", "name": "Stella Smithson"}
_EMAIL = "stella.smithson@kauri.example"


def access_token(identity: Identity, client: Client, grant: Grant | None, scopes: list[str], now: datetime) -> str:
    """For a person's grant, or without one for the client itself (client credentials)."""
    claims: jwt.Claims = {
        "nbf": _seconds(now), "exp": _seconds(now + ACCESS_LIFE), "iss": _ISSUER, "aud": f"{_ISSUER}/resources",
        "client_id": client.client_id, "jti": uuid.uuid4().hex, "scope": scopes,
    }  # fmt: skip
    if grant:
        claims |= {
            "sub": identity.user_id.replace("-", ""),
            "auth_time": _seconds(grant.at),
            "xero_userid": identity.user_id,
            "authentication_event_id": grant.auth_event_id,
        }
    return jwt.issue(identity.key, claims)


def id_token(identity: Identity, grant: Grant, now: datetime) -> str:
    """Who signed in. The nonce of the consent comes back in it."""
    claims: jwt.Claims = {
        "nbf": _seconds(now), "exp": _seconds(now + ID_LIFE), "iss": _ISSUER, "aud": grant.client_id,
        "iat": _seconds(now), "sub": identity.user_id.replace("-", ""), "xero_userid": identity.user_id,
        "auth_time": _seconds(grant.at),
    }  # fmt: skip
    if grant.nonce:
        claims["nonce"] = grant.nonce
    if "profile" in grant.scopes:
        claims |= {**_PERSON, "preferred_username": _EMAIL}
    if "email" in grant.scopes:
        claims["email"] = _EMAIL
    return jwt.issue(identity.key, claims)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
