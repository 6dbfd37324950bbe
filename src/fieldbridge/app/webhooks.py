"""Webhooks from Xero: checked against the raw bytes, stored, and nothing else before the answer.

Source: Xero, webhooks: HMAC-SHA256 of the raw body under the app's key; answer within five seconds, 401 when the
signature is wrong; at least once and in no order, so an event is a hint to read, never the change itself.
"""

import base64
import hashlib
import hmac

import msgspec

from fieldbridge.app.installation import Installation
from fieldbridge.store.ledger import webhooks
from fieldbridge.store.ledger.webhooks import Event

OWNER, KEY = "installation", "webhook-key"
BODY_MAX = 1_000_000


class _Event(msgspec.Struct, rename="camel"):
    resource_id: str
    event_date_utc: str
    event_type: str = ""
    event_category: str = ""
    tenant_id: str = ""


class _Delivery(msgspec.Struct):
    events: list[msgspec.Raw] = []


def keep_key(installation: Installation, key: str) -> None:
    """Seal the key shown on the app's webhooks page."""
    with installation.database.write() as tx:
        installation.vault.put(tx, OWNER, KEY, key.strip().encode())


def receive(installation: Installation, body: bytes, signature: str) -> bool:
    """Take one delivery. Shape: false when it is not Xero's, and then nothing was stored.

    A delivery without events is how Xero asks whether we mean to receive; it is answered like any other.
    """
    with installation.database.read() as tx:
        key = installation.vault.get(tx, OWNER, KEY)
    if key is None or not is_signed(body, signature, key):
        return False
    try:
        delivery = msgspec.json.decode(body, type=_Delivery)
    except msgspec.DecodeError:
        return False
    events = [event for raw in delivery.events if (event := _read(raw))]
    if events:
        with installation.database.write() as tx:
            webhooks.keep(tx, events, installation.now())
    return True


def _read(raw: msgspec.Raw) -> Event | None:
    """One event. Shape: None for one of another shape, which is no reason to have it all sent again."""
    try:
        one = msgspec.json.decode(raw, type=_Event)
    except msgspec.DecodeError:
        return None
    return Event(
        tenant_id=one.tenant_id,
        resource_id=one.resource_id,
        event_at=one.event_date_utc,
        category=one.event_category.upper(),
        kind=one.event_type.upper(),
    )


def is_signed(body: bytes, signature: str, key: bytes) -> bool:
    """Whether the signature is right, compared in constant time."""
    expected = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))
