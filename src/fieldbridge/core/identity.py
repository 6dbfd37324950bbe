"""Names that stay the same however often a thing is tried."""

import hashlib
from collections.abc import Iterable

IDEMPOTENCY_KEY_MAX = 128


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def idempotency_key(organisation_id: str, body_hash: str, attempts: Iterable[tuple[str, int]]) -> str:
    """The key of one write.

    Xero keeps keys per app, not per organisation, so the organisation is part of it; a new attempt of the same
    deliveries is a new key because Xero replays cached faults.

    Shape: attempts are (delivery key, attempt number) of every delivery in the request. At most 128 characters.
    Source: Xero, idempotent requests.
    """
    parts = [organisation_id, body_hash, *(f"{key}#{attempt}" for key, attempt in attempts)]
    return f"fb-{digest(chr(10).join(parts).encode())}"
