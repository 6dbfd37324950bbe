"""JSON Web Tokens signed with this server's own key (HS256; Xero signs with RS256)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

Claims = dict[str, Any]
_HEADER = {"alg": "HS256", "typ": "JWT"}


def _packed(content: Any) -> str:
    return _text(json.dumps(content, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _seal(key: bytes, signed: str) -> str:
    return _text(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def issue(key: bytes, claims: Claims) -> str:
    """The token."""
    signed = f"{_packed(_HEADER)}.{_packed(claims)}"
    return f"{signed}.{_seal(key, signed)}"


def read(key: bytes, token: str) -> Claims | None:
    """The claims; None for anything this key did not sign. Whether it has expired is the caller's question."""
    signed, _, seal = token.rpartition(".")
    if not hmac.compare_digest(_seal(key, signed).encode(), seal.encode()):
        return None
    body = signed.partition(".")[2]
    try:
        claims: Claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    return claims
