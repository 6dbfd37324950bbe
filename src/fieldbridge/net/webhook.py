"""A webhook of our own: one POST, signed so that the receiver knows it is ours and was not seen before.

Source: Standard Webhooks: the headers webhook-id, webhook-timestamp and webhook-signature, the last being v1 and the
HMAC-SHA256 of "id.timestamp.body" in base64. A secret that begins with whsec_ is base64.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.net.exchange import Call, Handler

ENCODED = "whsec_"
SUCCESS = range(200, 300)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent. Shape: the same id means the same post. Units: at in seconds since 1970."""

    url: str
    id: str
    at: int
    body: bytes


def post(inner: Handler, one: Post, secret: bytes) -> None:
    """Send it once. Errors: OutageError or UnsureError when nobody answers, RefusedError when it is not wanted."""
    headers = {
        "content-type": "application/json",
        "webhook-id": one.id,
        "webhook-timestamp": str(one.at),
        "webhook-signature": signature(one, secret),
    }
    answer = inner(Call(method="POST", url=one.url, headers=headers, body=one.body, write=True))
    if answer.status not in SUCCESS:
        raise RefusedError("webhook.refused", f"The receiver answered with status {answer.status}.")


def signature(one: Post, secret: bytes) -> str:
    """What proves that a post is ours."""
    signed = f"{one.id}.{one.at}.".encode() + one.body
    return f"v1,{base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()}"


def _key(secret: bytes) -> bytes:
    text = secret.decode("utf-8", "replace")
    if text.startswith(ENCODED):
        try:
            return base64.b64decode(text.removeprefix(ENCODED), validate=True)
        except binascii.Error:
            return secret
    return secret
