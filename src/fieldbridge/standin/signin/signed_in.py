"""Who makes a call, however they signed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SignedIn:
    """`client` is the consumer key or client id; limits and idempotency keys belong to it."""

    client: str
    app_name: str
    organisation_id: str
