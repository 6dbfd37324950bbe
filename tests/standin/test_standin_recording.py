"""The journal: what a local Xero writes down of its traffic, and what it never does."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx2
import pytest
from standin_caller import Caller, certificate_of, consumer_key, new_key, register
from standin_oauth2 import new_app
from standin_receiver import receiving

from fieldbridge.standin import Options, running


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def recorded(folder, http):
    """A caller of a local Xero that keeps a journal in the folder."""
    key = new_key()
    with running(Options(contacts=8, items=4, history_months=0, record=str(folder))) as url:
        register(http, url, certificate_of(key), "Bridge")
        yield Caller(http, url, consumer_key(http, url, "Bridge"), key)


def lines(folder):
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


def test_an_exchange_is_kept_whole_with_the_headers_that_matter(recorded, folder, invoice):
    answer = recorded.send(
        "PUT", "Invoices", invoice, query={"unitdp": "4"}, headers={"Idempotency-Key": "k1", "Accept-Encoding": "gzip"}
    )
    (line,) = lines(folder)
    assert (line["method"], line["path"], line["query"]) == ("PUT", "/api.xro/2.0/Invoices", "unitdp=4")
    assert json.loads(line["body"]) == invoice
    assert line["headers"]["content-type"] == "application/json"
    assert (line["headers"]["idempotency-key"], line["signed_in"]) == ("k1", "OAuth")
    assert (line["status"], line["fault"]) == (200, "")
    assert line["content_type"].startswith("application/json")
    assert json.loads(line["answer"]) == answer.json()


def test_a_planned_fault_is_named_and_so_is_its_replay(recorded, folder, invoice):
    recorded.control("POST", "faults", {"kind": "lost_before", "path": "*/Items"})
    recorded.control("POST", "faults", {"kind": "status", "status": 500, "method": "PUT", "path": "*/Invoices"})
    recorded.control("POST", "faults", {"kind": "truncated", "path": "*/Accounts"})
    for path in ("Items", "Accounts"):
        with pytest.raises(httpx2.HTTPError):
            recorded.send("GET", path)
    for _ in range(2):
        assert recorded.send("PUT", "Invoices", invoice, headers={"Idempotency-Key": "k2"}).status_code == 500
    lost, cut, *planned = lines(folder)
    assert (lost["fault"], lost["status"], lost["answer"]) == ("lost_before", 0, "")
    assert (cut["fault"], cut["status"]) == ("truncated", 200)
    assert json.loads(cut["answer"])["Accounts"]
    assert [(one["fault"], one["status"]) for one in planned] == [("status", 500)] * 2


def test_a_file_that_is_no_text_is_kept_too(recorded, folder, invoice):
    recorded.put("Invoices", invoice)
    recorded.send("PUT", "Invoices/SO-1/Attachments/a.png", b"\xff\xd8", headers={"Content-Type": "image/png"})
    assert lines(folder)[-1]["body"] == {"base64": "/9g="}


def test_no_secret_of_identity_is_written_but_that_it_was_there(recorded, folder):
    app = new_app(recorded.http, recorded.url, "web", "Web")
    tenant = recorded.control("GET", "books")["organisations"][0]["id"]
    code = app.code(tenant)
    app.tokens, app.tenant = app.redeem(code).json(), tenant
    app.tokens = {"first": app.tokens, **app.refresh().json()}
    assert app.send("GET", "Organisation").status_code == 200
    app.revoke()
    written = "".join(file.read_text() for file in folder.glob("*.jsonl"))
    first = app.tokens.pop("first")
    secrets = [
        code,
        app.client_secret,
        *(kept[name] for kept in (first, app.tokens) for name in kept if "_token" in name),
    ]
    assert len(secrets) == 6
    assert not [secret for secret in secrets if secret in written]
    *_, redeemed, refreshed, organisation, _ = lines(folder)
    assert "grant_type=authorization_code" in redeemed["body"]
    assert "code=withheld" in redeemed["body"]
    assert json.loads(refreshed["answer"]).keys() == app.tokens.keys()
    assert (refreshed["signed_in"], organisation["signed_in"]) == ("Basic", "Bearer")
    assert organisation["headers"]["xero-tenant-id"] == tenant


def test_what_a_subscriber_is_told_is_kept_without_its_secrets(recorded, folder):
    new_app(recorded.http, recorded.url, "web", "Web")
    with receiving() as receiver:
        body = {"application": "Web", "url": f"{receiver.url}&token=canary"}
        receiver.key = recorded.control("POST", "webhooks", body)["key"]
        recorded.control("POST", "webhooks/intent", {"application": "Web"})
    told = lines(folder)
    assert [one["status"] for one in told] == [200, 401, 200, 401]
    assert {(one["path"], one["signed_in"]) for one in told} == {(receiver.url.partition("?")[0], "x-xero-signature")}
    assert json.loads(told[0]["body"])["events"] == []
    assert not [secret for secret in ("canary", receiver.key) if secret in json.dumps(told)]


@pytest.mark.parametrize("given", ["argument", "environment"])
def test_processes_share_a_file_or_a_folder(folder, given, monkeypatch):
    place = folder if given == "environment" else folder / "traffic.jsonl"
    command = [sys.executable, "-m", "fieldbridge.standin", "--contacts", "2", "--items", "2", "--history-months", "0"]
    if given == "environment":
        monkeypatch.setenv("FIELDBRIDGE_STANDIN_RECORD", str(place))
    else:
        command += ["--record", str(place)]
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            url = json.loads(process.stdout.readline())["url"]
            assert httpx2.get(f"{url}/connections").status_code == 401
            process.terminate()
    assert [one["path"] for one in lines(folder)] == ["/connections"] * 2
    assert len(list(folder.glob("*.jsonl"))) == (2 if given == "environment" else 1)
