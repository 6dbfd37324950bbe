"""The webhook receiver, over real HTTP: what is Xero's is stored once, and nothing else gets in."""

import base64
import hashlib
import hmac
import json
import secrets
import socket
from datetime import timedelta

import httpx2
import pytest

from fieldbridge.app import webhooks
from fieldbridge.app.installation import Installation, opened, utc_now
from fieldbridge.app.settings import Settings
from fieldbridge.console.server import serving
from fieldbridge.store.ledger import connections
from fieldbridge.store.ledger import webhooks as ledger
from fieldbridge.store.ledger.connections import Connection

TENANT = "05a9e811-44b3-5f44-9d08-b73a7461d6a9"


def event(resource: str = "r1", at: str = "2026-05-30T00:44:09.923", category: str = "CONTACT", kind: str = "UPDATE"):
    return {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/Contacts/{resource}",
        "resourceId": resource,
        "eventDateUtc": at,
        "eventType": kind,
        "eventCategory": category,
        "tenantId": TENANT,
        "tenantType": "ORGANISATION",
    }


class Sender:
    """Xero's side of it."""

    def __init__(self, url: str, installation: Installation, key: str) -> None:
        self.url, self.installation, self.key = url, installation, key

    def post(self, *events: dict, signature: str | bytes | None = None, entropy: str = "e") -> httpx2.Response:
        payload = {"events": list(events), "firstEventSequence": 1, "lastEventSequence": 1, "entropy": entropy}
        body = json.dumps(payload).encode()
        right = base64.b64encode(hmac.new(self.key.encode(), body, hashlib.sha256).digest()).decode()
        return httpx2.post(
            self.url, content=body, headers={"x-xero-signature": right if signature is None else signature}
        )

    def announced(self) -> list[tuple[str, str]]:
        with self.installation.database.read() as tx:
            return sorted(ledger.announced(tx))


@pytest.fixture
def sender(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = secrets.token_urlsafe(32)
    with opened(Settings(home=tmp_path)) as installation, serving(installation, "127.0.0.1", port):
        one = Connection(
            id="kauri",
            sign_in="pkce",
            xero_url="http://localhost",
            identity_url="http://localhost",
            organisation_id=TENANT,
            organisation_name="Kauri",
            short_code="!k",
            folder=str(tmp_path),
            settings="",
            connected_at=utc_now(),
            renewed_at=utc_now(),
        )
        with installation.database.write() as tx:
            connections.keep(tx, one)
        webhooks.keep_key(installation, key)
        yield Sender(f"http://127.0.0.1:{port}/webhooks/xero", installation, key)


def test_a_signed_delivery_is_stored_and_answered_with_nothing_but_200(sender):
    answer = sender.post(event())
    assert (answer.status_code, answer.content, answer.headers.get("set-cookie")) == (200, b"", None)
    assert sender.announced() == [("kauri", "CONTACT")]


@pytest.mark.parametrize("signature", ["", "wrong", b"\xff", "A" * 44])
def test_a_wrong_signature_is_401_and_nothing_is_stored(sender, signature):
    assert sender.post(event(), signature=signature).status_code == 401
    assert sender.announced() == []


def test_the_intent_to_receive_is_answered_right_both_ways(sender):
    assert sender.post().status_code == 200
    assert sender.post(signature="wrong").status_code == 401


def test_the_same_event_delivered_again_counts_once_whatever_its_entropy(sender):
    for entropy in "abc":
        assert sender.post(event(), event(), entropy=entropy).status_code == 200
    with sender.installation.database.read() as tx:
        assert ledger.unread_among(tx, TENANT, ["r1", "r2"]) == {"r1"}


def test_a_replayed_event_that_was_read_for_already_starts_nothing(sender):
    sender.post(event())
    later = utc_now() + timedelta(seconds=1)
    with sender.installation.database.write() as tx:
        ledger.mark_read(tx, TENANT, "CONTACT", later, later)
    assert sender.post(event()).status_code == 200
    assert sender.announced() == []


def test_events_out_of_order_and_of_any_spelling_are_hints_to_read(sender):
    sender.post(event(at="2026-05-30T00:45:00.000", kind="Update"), event(at="2026-05-30T00:44:00.000", kind="CREATE"))
    assert sender.announced() == [("kauri", "CONTACT")]


def test_a_body_that_is_not_json_or_far_too_long_is_refused(sender):
    body = b"not json"
    right = base64.b64encode(hmac.new(sender.key.encode(), body, hashlib.sha256).digest()).decode()
    assert httpx2.post(sender.url, content=body, headers={"x-xero-signature": right}).status_code == 401
    assert httpx2.post(sender.url, content=b"x" * 1_100_000, headers={"x-xero-signature": "x"}).status_code == 413


def test_an_event_of_another_shape_holds_up_none_beside_it_and_is_no_reason_to_send_it_again(sender):
    strange = [{**event(), "resourceId": None}, {"eventCategory": "SOMETHING"}, 7]
    assert sender.post(*strange, event()).status_code == 200
    assert sender.announced() == [("kauri", "CONTACT")]
    assert sender.post(*strange).status_code == 200


def test_events_of_an_organisation_nobody_connected_wake_nobody(sender):
    sender.post({**event(), "tenantId": "another"})
    assert sender.announced() == []


def test_an_event_makes_its_flow_due_once_and_not_again_while_it_waits_to_be_read(sender):
    sender.post(event())
    with sender.installation.database.write() as tx:
        ledger.heed(tx, "kauri", utc_now())
    assert sender.announced() == []
    sender.post(event(at="2026-05-30T00:50:00.000"))
    assert sender.announced() == [("kauri", "CONTACT")]


def test_old_events_are_forgotten(sender):
    sender.post(event(), event(category="INVOICE", resource="i1"))
    later = utc_now() + timedelta(days=32)
    with sender.installation.database.write() as tx:
        ledger.mark_read(tx, TENANT, "CONTACT", later, later)
        assert ledger.unread_among(tx, TENANT, ["r1", "i1"]) == set()
