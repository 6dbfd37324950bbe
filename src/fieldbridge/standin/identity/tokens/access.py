"""Access tokens and id tokens: what they say and how long they last."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.identity.identity import Identity
from fieldbridge.standin.identity.tokens.grants import Grant
from fieldbridge.standin.identity.tokens.jwt import Claims, packed

ACCESS_LIFE = timedelta(minutes=30)
ID_LIFE = timedelta(minutes=5)
_PERSON = {"given_name": "Stella", "family_name": "Smithson", "name": "Stella Smithson"}
_EMAIL = "stella.smithson@kauri.example"


def access_token(
    identity: Identity, client: Client, grant: Grant | None, scopes: list[str], now: datetime, *, is_bare: bool
) -> str:
    """For a person's grant, or without one for the client itself (client credentials).

    `is_bare` leaves out what nobody has confirmed that Xero's tokens say.
    """
    claims: Claims = {"exp": _seconds(now + ACCESS_LIFE), "client_id": client.client_id, "scope": scopes}
    if grant:
        claims |= {"xero_userid": identity.user_id, "authentication_event_id": grant.auth_event_id}
    if not is_bare:
        claims |= {
            "nbf": _seconds(now), "iss": identity.issuer, "aud": f"{identity.issuer}/resources",
            "jti": uuid.uuid4().hex,
        }  # fmt: skip
        claims |= {"sub": _subject(identity), "auth_time": _seconds(grant.at)} if grant else {}
    return identity.signer.issue(claims)


def _subject(identity: Identity) -> str:
    return identity.user_id.replace("-", "")


def id_token(identity: Identity, grant: Grant, access: str, now: datetime) -> str:
    """Who signed in, tied to the access token. The nonce of the consent comes back in it.

    Source: OpenID Connect Core 2, 3.1.3.6.
    """
    claims: Claims = {
        "nbf": _seconds(now), "exp": _seconds(now + ID_LIFE), "iss": identity.issuer, "aud": grant.client_id,
        "iat": _seconds(now), "sub": _subject(identity), "xero_userid": identity.user_id,
        "auth_time": _seconds(grant.at), "at_hash": packed(hashlib.sha256(access.encode()).digest()[:16]),
    }  # fmt: skip
    if grant.nonce:
        claims["nonce"] = grant.nonce
    if "profile" in grant.scopes:
        claims |= {**_PERSON, "preferred_username": _EMAIL}
    if "email" in grant.scopes:
        claims["email"] = _EMAIL
    return identity.signer.issue(claims)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
