"""JSON Web Tokens signed with this server's own key, RS256, and the public half for whoever checks them."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Claims = dict[str, Any]
ALGORITHM = "RS256"
_KEY_BITS = 2048


def packed(data: bytes) -> str:
    """Base64 as tokens use it. Source: RFC 7515 2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int) -> str:
    return packed(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Signer:
    """One key pair, made when it is first needed and kept as long as the server runs."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)

    @cached_property
    def public_key(self) -> dict[str, str]:
        """The public half as a JSON Web Key; its id is its thumbprint. Source: RFC 7517, RFC 7638."""
        numbers = self._key.public_key().public_numbers()
        bare = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
        digest = hashlib.sha256(json.dumps(bare, separators=(",", ":"), sort_keys=True).encode()).digest()
        return {**bare, "use": "sig", "alg": ALGORITHM, "kid": packed(digest)}

    def issue(self, claims: Claims) -> str:
        """The token."""
        header = {"alg": ALGORITHM, "kid": self.public_key["kid"], "typ": "JWT"}
        parts = (packed(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        signed = ".".join(parts)
        return f"{signed}.{packed(self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def read(self, token: str) -> Claims | None:
        """The claims; None for anything this key did not sign. Whether it has expired is the caller's question."""
        signed, _, seal = token.rpartition(".")
        try:
            public = self._key.public_key()
            public.verify(_unpacked(seal), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
            claims: Claims = json.loads(_unpacked(signed.partition(".")[2]))
        except (InvalidSignature, ValueError):
            return None
        return claims
