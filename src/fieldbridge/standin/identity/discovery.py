"""What an OpenID Connect client reads first: where everything is, and the key that signs."""

from __future__ import annotations

from datetime import datetime

from fieldbridge.standin.identity.scopes import KNOWN
from fieldbridge.standin.identity.tokens.jwt import ALGORITHM
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request
from fieldbridge.standin.wire.answers import Answer, json_answer

DOCUMENT = "/.well-known/openid-configuration"
KEYS = f"{DOCUMENT}/jwks"


def document(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """The addresses of the real hosts are all at this one. Source: OpenID Connect Discovery 3."""
    at = xero.identity.issuer
    return json_answer(
        {
            "issuer": at,
            "authorization_endpoint": f"{at}/identity/connect/authorize",
            "token_endpoint": f"{at}/connect/token",
            "revocation_endpoint": f"{at}/connect/revocation",
            "jwks_uri": f"{at}{KEYS}",
            "scopes_supported": sorted(KNOWN),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


def keys(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """The public key. Source: RFC 7517 5."""
    return json_answer({"keys": [xero.identity.signer.public_key]})
