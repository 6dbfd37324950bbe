"""Tokens kept fresh: once, across processes, through lost answers and outages."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from fieldbridge.app.sign_in import tokens
from fieldbridge.app.sign_in.heartbeat import Heartbeat
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.core.errors import AccessError, OutageError, SetupError
from fieldbridge.net import oauth2
from fieldbridge.net.exchange import Answer, Call
from fieldbridge.net.oauth2 import Application
from fieldbridge.store.ledger import leases
from fieldbridge.store.schema import lease

RACER = """
import json, sys
from pathlib import Path
from fieldbridge.app.installation import opened
from fieldbridge.app.settings import Settings
from fieldbridge.app.sign_in.tokens import Refresher
with opened(Settings(home=Path(sys.argv[1]))) as installation:
    print("ready", flush=True)
    stale = sys.stdin.readline().strip()
    print(json.dumps(Refresher(installation, "kauri", sys.argv[2]).fresh(stale).access_token), flush=True)
"""


@pytest.fixture
def signed_in(scene):
    scene.one = scene.connect(scene.grant("web-app", scene.app("web")))
    scene.control("DELETE", "received")
    return scene


def refresher(scene) -> Refresher:
    return Refresher(scene.installation, "kauri", scene.url)


def refreshes(scene) -> int:
    return sum(one["status"] == 200 for one in scene.received("/connect/token"))


def test_a_token_about_to_expire_is_refreshed_before_the_call(signed_in):
    signed_in.advance(minutes=29, seconds=30)
    assert signed_in.name_read_back(signed_in.one) == "Kauri Wholesale Limited"
    assert refreshes(signed_in) == 1


def test_a_token_xero_refuses_is_refreshed_once_and_the_call_repeated(signed_in):
    signed_in.control("POST", "clock", advance_s=3600)
    assert signed_in.name_read_back(signed_in.one) == "Kauri Wholesale Limited"
    assert refreshes(signed_in) == 1


def test_what_a_refresh_leaves_out_stays_as_it_was(signed_in):
    before = refresher(signed_in).fresh()

    def handler(_: Call) -> Answer:
        body = b'{"access_token": "new", "expires_in": 1800}'
        return Answer(status=200, headers={}, body=body, wire_bytes=len(body))

    after = oauth2.refresh(
        handler, "http://xero.example", refresher(signed_in).application(), before, before.obtained_at
    )
    assert (after.access_token, after.refresh_token, after.scopes) == ("new", before.refresh_token, before.scopes)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"x":' * 100_000, b"\xff", b"{"])
def test_an_answer_of_the_sign_in_that_cannot_be_read_is_an_outage(signed_in, body):
    before = refresher(signed_in).fresh()

    def handler(_: Call) -> Answer:
        return Answer(status=200, headers={}, body=body, wire_bytes=len(body))

    with pytest.raises(OutageError):
        oauth2.refresh(handler, "http://xero.example", refresher(signed_in).application(), before, before.obtained_at)


@pytest.mark.parametrize("meanwhile", ["connected", "disconnected"])
def test_who_connects_or_disconnects_while_a_token_is_refreshed_has_the_last_word(signed_in, monkeypatch, meanwhile):
    mine, installation = refresher(signed_in), signed_in.installation
    before, refresh = mine.fresh(), oauth2.refresh
    newer = msgspec.structs.replace(before, access_token="newer", refresh_token="newer")

    def slowly(*given):
        with installation.database.write() as tx:
            if meanwhile == "connected":
                tokens.keep(installation, tx, "kauri", mine.application(), newer)
            else:
                tokens.forget(installation, tx, "kauri")
        return refresh(*given)

    monkeypatch.setattr(oauth2, "refresh", slowly)
    if meanwhile == "connected":
        assert mine.fresh(before.access_token) == newer
    else:
        with pytest.raises(SetupError):
            mine.fresh(before.access_token)


def test_two_processes_refreshing_the_same_expired_token_at_once_make_one_refresh(signed_in, tmp_path):
    stale = refresher(signed_in).fresh().access_token
    command = [sys.executable, "-c", RACER, str(tmp_path / "home"), signed_in.url]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write(stale + "\n")
        racer.stdin.flush()
    found = [json.loads(racer.communicate(timeout=60)[0]) for racer in racers]
    assert found[0] == found[1] != stale
    assert refreshes(signed_in) == 1


def test_the_next_waits_for_a_killed_refresher_twenty_seconds_and_no_longer(signed_in):
    signed_in.advance(minutes=30)
    began = signed_in.clock.now()
    with signed_in.installation.database.write() as tx:
        assert leases.take(tx, "refresh kauri", "killed", began, tokens.LEASE_S)
    assert refresher(signed_in).fresh().access_token
    waited = signed_in.clock.now() - began
    assert timedelta(seconds=20) <= waited < timedelta(seconds=21)


def test_a_refresh_that_lasts_keeps_its_right_however_long(signed_in, monkeypatch):
    monkeypatch.setattr(tokens, "BEAT_S", 0.02)
    signed_in.fault("delay", delay_s=0.5)
    signed_in.advance(minutes=30)
    patient = replace(signed_in.installation, pause=lambda _: time.sleep(0.01))
    with ThreadPoolExecutor() as pool:
        first = pool.submit(refresher(signed_in).fresh)
        for _ in range(6):
            signed_in.clock.moment += timedelta(seconds=10)
            while not first.done() and held_until(signed_in) < signed_in.clock.now() + timedelta(seconds=19):
                time.sleep(0.005)
        assert Refresher(patient, "kauri", signed_in.url).fresh() == first.result()
    assert refreshes(signed_in) == 1


def test_one_that_slept_while_another_refreshed_sends_nothing_more(signed_in):
    signed_in.fault("status", status=503, body="")
    signed_in.advance(minutes=30)
    others = []

    def sleep_for(_: float) -> None:
        """The process sleeps for a minute, and another refreshes meanwhile."""
        signed_in.clock.moment += timedelta(minutes=1)
        others.append(refresher(signed_in).fresh())
        with signed_in.installation.database.write() as tx:
            leases.take(tx, "refresh kauri", "another", signed_in.clock.now(), tokens.LEASE_S)

    slow = replace(signed_in.installation, pause=sleep_for)
    with pytest.raises(OutageError) as refused:
        Refresher(slow, "kauri", signed_in.url).fresh()
    assert refused.value.code == "access.refresh_busy"
    assert refreshes(signed_in) == 1
    assert signed_in.name_read_back(signed_in.one) == "Kauri Wholesale Limited"


def held_until(scene) -> datetime:
    with scene.installation.database.read() as tx:
        return tx.execute(sa.select(lease.c.until)).scalar() or datetime.min.replace(tzinfo=UTC)


def test_a_refresh_whose_answer_is_lost_recovers_inside_the_grace(signed_in):
    signed_in.fault("lost_after", times=4)
    signed_in.advance(minutes=30)
    with pytest.raises(OutageError):
        refresher(signed_in).fresh()
    signed_in.advance(minutes=20)
    assert signed_in.name_read_back(signed_in.one) == "Kauri Wholesale Limited"


def test_past_the_grace_somebody_must_consent_again(signed_in):
    signed_in.fault("lost_after", times=4)
    signed_in.advance(minutes=30)
    with pytest.raises(OutageError):
        refresher(signed_in).fresh()
    signed_in.advance(minutes=31)
    with pytest.raises(AccessError) as refused:
        refresher(signed_in).fresh()
    assert refused.value.code == "access.invalid_grant"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_or_broken_identity_host_never_asks_to_reconnect(signed_in, status):
    signed_in.fault("status", status=status, body="", times=4)
    signed_in.advance(minutes=30)
    with pytest.raises(OutageError):
        refresher(signed_in).fresh()
    assert refresher(signed_in).fresh().access_token


def test_a_wrong_secret_is_a_fault_of_the_configuration_and_keeps_the_tokens(signed_in):
    kept = refresher(signed_in).fresh()
    wrong = Application(client_id=refresher(signed_in).application().client_id, client_secret="wrong")
    with signed_in.installation.database.write() as tx:
        tokens.keep(signed_in.installation, tx, "kauri", wrong, kept)
    signed_in.advance(minutes=30)
    with pytest.raises(SetupError) as refused:
        refresher(signed_in).fresh()
    assert refused.value.code == "access.invalid_client"
    with signed_in.installation.database.read() as tx:
        assert signed_in.installation.vault.get(tx, "kauri", "tokens")


def test_a_custom_connection_simply_asks_for_a_new_token(scene):
    one = scene.connect(scene.grant("custom-connection", scene.app("custom")))
    scene.advance(minutes=45)
    assert scene.name_read_back(one) == "Kauri Wholesale Limited"


def test_an_idle_grant_is_refreshed_long_before_sixty_days(signed_in):
    heartbeat = Heartbeat(signed_in.installation)
    for _ in range(10):
        signed_in.advance(days=12)
        heartbeat.beat(signed_in.installation.connection("kauri"))
    assert refresher(signed_in).fresh().access_token
    assert refreshes(signed_in) >= 5


def test_a_heartbeat_that_is_refused_pauses_the_connection_and_says_why(signed_in):
    signed_in.advance(days=61)
    Heartbeat(signed_in.installation).beat(signed_in.installation.connection("kauri"))
    assert "fieldbridge connect" in (signed_in.installation.connection("kauri").paused_because or "")


def test_a_heartbeat_during_an_outage_is_tried_again_after_an_hour(signed_in):
    heartbeat = Heartbeat(signed_in.installation)
    signed_in.advance(days=21)
    signed_in.fault("offline", times=4)
    heartbeat.beat(signed_in.one)
    heartbeat.beat(signed_in.one)
    assert len(signed_in.received("/connect/token")) == 4
    signed_in.clock.moment += timedelta(hours=1)
    heartbeat.beat(signed_in.one)
    assert refreshes(signed_in) == 1
