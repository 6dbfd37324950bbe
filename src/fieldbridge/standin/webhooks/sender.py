"""One signed call to a subscriber, judged as Xero judges it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Reply:
    """`status` is 0 when there was no answer; `wrong` says what a good answer does not have."""

    status: int
    wrong: str = ""

    @property
    def is_heard(self) -> bool:
        """2xx, without a body and without cookies."""
        return 200 <= self.status < 300 and not self.wrong


def signature(key: str, body: bytes) -> str:
    """The value of x-xero-signature. Source: Xero, webhooks, configuring your server."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def send(url: str, key: str, body: bytes) -> Reply:
    """POST the body signed with `key`; a slow, broken or talkative answer is told in the reply, never raised."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    headers = {"Content-Type": "application/json; charset=utf-8", "x-xero-signature": signature(key, body)}
    try:
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        talk = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, f"no answer: {type(error).__name__}")
    finally:
        connection.close()
    if answer.headers.get("set-cookie"):
        return Reply(answer.status, "the answer sets a cookie")
    return Reply(answer.status, "the answer has a body" if talk else "")


def url_fault(url: str) -> str:
    """Why nothing can be sent there; Xero itself wants https on port 443."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return "The URL must begin with http:// or https://."
    is_local = parts.hostname in ("localhost", "127.0.0.1")
    return "" if is_local or parts.scheme == "https" else "The URL must begin with https:// unless it is on localhost."
