"""Planned faults as a client feels them."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest
from standin_caller import decoded


def raw_answer(caller, method, path):
    """Every byte the server sends on a fresh connection until it closes."""
    url = f"{caller.url}/api.xro/2.0/{path}"
    parts = urlsplit(url)
    head = (
        f"{method} {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n"
        f"Authorization: {caller.authorization(method, url)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(head.encode())
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            pass
    return received


def plan(caller, **fault):
    return caller.control("POST", "faults", fault)


def saved(caller):
    return len(caller.get("Invoices", InvoiceNumbers="SO-1")["Invoices"])


@pytest.mark.parametrize("kind", ["lost_before", "lost_after"])
def test_lost_answers_drop_the_connection_without_a_byte(caller, kind):
    plan(caller, kind=kind)
    assert raw_answer(caller, "GET", "Organisation") == b""
    assert raw_answer(caller, "GET", "Organisation").startswith(b"HTTP/1.1 200")


def test_lost_before_leaves_the_books_alone(caller, invoice):
    plan(caller, kind="lost_before", method="PUT", path="/api.xro/2.0/Invoices")
    with pytest.raises(httpx2.TransportError):
        caller.put("Invoices", invoice)
    assert saved(caller) == 0
    assert caller.put("Invoices", invoice).status_code == 200


def test_lost_after_has_changed_the_books(caller, invoice):
    plan(caller, kind="lost_after", method="PUT", path="/api.xro/2.0/Invoices")
    with pytest.raises(httpx2.TransportError):
        caller.put("Invoices", invoice)
    assert saved(caller) == 1
    call = caller.control("GET", "received")["received"][0]
    assert (call["status"], call["committed"], call["fault"]) == (0, True, "lost_after")


def test_truncated_answer_breaks_off_half_way(caller, invoice):
    plan(caller, kind="truncated", method="PUT")
    with pytest.raises(httpx2.TransportError):
        caller.put("Invoices", invoice)
    assert saved(caller) == 1
    plan(caller, kind="truncated")
    head, _, body = raw_answer(caller, "GET", "Organisation").partition(b"\r\n\r\n")
    length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"content-length")).split()[1])
    assert len(body) == length // 2


def test_delay_holds_the_answer_back(caller, invoice):
    """Somebody gives up on it, though what was asked for has been done."""
    plan(caller, kind="delay", delay_s=10, method="PUT")
    impatient = caller.http
    url = f"{caller.url}/api.xro/2.0/Invoices"
    headers = {"Authorization": caller.authorization("PUT", url), "Accept": "application/json"}
    with pytest.raises(httpx2.ReadTimeout):
        impatient.put(url, json=invoice, headers=headers, timeout=httpx2.Timeout(60, read=0.1))
    ends_at = time.monotonic() + 60
    while not saved(caller):  # on a busy machine the call is still on its way
        assert time.monotonic() < ends_at
    assert saved(caller) == 1


def test_status_answers_with_the_planned_body_and_headers(caller):
    plan(caller, kind="status", status=502, body="<html>bad</html>", headers={"Content-Type": "text/html", "X-A": "b"})
    answer = caller.send("GET", "Items")
    assert (answer.status_code, answer.text) == (502, "<html>bad</html>")
    assert (answer.headers["content-type"], answer.headers["x-a"]) == ("text/html", "b")


def test_status_may_change_the_books_first(caller, invoice):
    plan(caller, kind="status", status=500, commits=True, method="PUT")
    assert caller.put("Invoices", invoice).status_code == 500
    assert saved(caller) == 1


def test_offline_is_plain_text(caller):
    plan(caller, kind="offline")
    answer = caller.send("GET", "Items")
    assert (answer.status_code, answer.text) == (503, "The Xero API is currently offline for maintenance")


def test_not_modified_is_an_empty_304(caller):
    plan(caller, kind="not_modified")
    answer = caller.send("GET", "Items")
    assert (answer.status_code, answer.content) == (304, b"")


def test_faults_choose_their_calls_skip_some_and_wear_out(caller):
    plan(caller, kind="status", status=500, method="GET", path="/api.xro/2.0/items*", skip=1, times=2)
    paths = ["Accounts", "Items", "Items/APL-1L", "Items", "Items"]
    assert [caller.send("GET", path).status_code for path in paths] == [200, 200, 500, 500, 200]
    assert caller.control("GET", "faults")["faults"] == []


def test_planned_faults_can_be_dropped(caller):
    plan(caller, kind="offline")
    caller.control("DELETE", "faults")
    assert caller.send("GET", "Items").status_code == 200


def test_misspelt_faults_are_refused(caller, http):
    for body in ({"kind": "sulk"}, {"kind": "delay", "delay": 1}, {"method": "GET"}):
        answer = http.post(f"{caller.url}/standin/faults", json=body)
        assert answer.status_code == 400
        assert "error" in decoded(answer)


def test_a_request_whose_sender_is_gone_before_its_end_never_arrived(caller):
    url = f"{caller.url}/api.xro/2.0/Payments"
    parts = urlsplit(url)
    head = (
        f"PUT {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: {caller.authorization('PUT', url)}\r\nContent-Length: 100\r\n\r\n"
    )
    before = caller.control("GET", "received")
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(head.encode() + b'{"Payments": [')
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert caller.control("GET", "received") == before
