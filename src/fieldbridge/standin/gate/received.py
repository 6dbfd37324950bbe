"""Every call of the API and of identity that arrived, kept for tests to look at; no secret is kept."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

_CONSUMER = re.compile(r'oauth_consumer_key="([^"]*)"')
_SECRET_FIELDS = ("client_secret", "code", "code_verifier", "refresh_token", "token")
MOST = 5_000


@dataclass
class Received:
    """`headers` carry the consumer key in place of Authorization; `status` is 0 when no answer left."""

    at: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    idempotency_key: str
    body: str
    status: int = 0
    committed: bool = False
    fault: str = ""


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with Authorization reduced to the consumer key."""
    shown = dict(headers)
    if "authorization" in shown:
        match = _CONSUMER.search(shown["authorization"])
        shown["authorization"] = f"OAuth consumer key {match[1]}" if match else "withheld"
    return shown


def form_without_secrets(body: str) -> str:
    """A form body with its secrets withheld."""
    pairs = parse_qsl(body, keep_blank_values=True)
    return urlencode([(name, "withheld" if name in _SECRET_FIELDS else value) for name, value in pairs])


class ReceivedLog:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self.calls: deque[Received] = deque(maxlen=MOST)
