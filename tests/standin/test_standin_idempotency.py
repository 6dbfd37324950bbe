"""Idempotency-Key, as Xero keeps it: six minutes, per application, faults included."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx2
import pytest
from standin_caller import decoded

KEY = {"Idempotency-Key": "order-1"}


def put(caller, body, key="order-1", **query):
    return caller.send("PUT", "Invoices", body, query=query, headers={"Idempotency-Key": key})


def test_same_request_is_answered_again_and_saved_once(caller, invoice):
    first, second = put(caller, invoice), put(caller, invoice)
    assert second.status_code == 200
    assert second.content == first.content
    assert len(caller.get("Invoices", InvoiceNumbers="SO-1")["Invoices"]) == 1
    assert [call["committed"] for call in caller.control("GET", "received")["received"][:2]] == [True, False]


def test_replay_uses_up_quota(caller, invoice):
    first, second = put(caller, invoice), put(caller, invoice)
    assert int(second.headers["x-minlimit-remaining"]) == int(first.headers["x-minlimit-remaining"]) - 1


def test_different_body_or_url_under_one_key_is_refused(caller, invoice):
    put(caller, invoice)
    for answer in (put(caller, invoice | {"Reference": "x"}), put(caller, invoice, summarizeErrors="false")):
        assert answer.status_code == 400
        assert decoded(answer)["Message"] == "Idempotency Key: order-1 is used with a different request."


def test_mismatch_text_moves_into_elements_when_switched(caller, invoice):
    put(caller, invoice)
    caller.switch(key_mismatch_in_elements=True)
    element = decoded(put(caller, invoice | {"Reference": "x"}))["Elements"][0]
    assert "different request" in element["ValidationErrors"][0]["Message"]


def test_key_is_forgotten_after_six_minutes(caller, invoice):
    put(caller, invoice)
    caller.control("POST", "clock", {"advance_s": 359})
    assert put(caller, invoice).status_code == 200
    caller.control("POST", "clock", {"advance_s": 2})
    assert "must be unique" in put(caller, invoice).text


def test_validation_errors_are_replayed_unless_switched(caller, invoice):
    wrong = invoice | {"CurrencyCode": "AUD2"}
    assert put(caller, wrong).content == put(caller, wrong).content
    caller.switch(validation_errors_replayed=False)
    put(caller, wrong, "order-2")
    assert put(caller, invoice, "order-2").status_code == 200


def test_internal_errors_are_replayed(caller, invoice):
    caller.control("POST", "faults", {"kind": "status", "status": 500, "path": "*/Invoices", "commits": True})
    assert [put(caller, invoice).status_code for _ in range(2)] == [500, 500]
    assert put(caller, invoice, "order-2").status_code == 400
    assert len(caller.get("Invoices", InvoiceNumbers="SO-1")["Invoices"]) == 1


def test_over_long_keys_are_refused_unless_switched(caller, invoice):
    assert put(caller, invoice, "k" * 129).status_code == 400
    caller.switch(over_long_key_refused=False)
    assert put(caller, invoice, "k" * 129).status_code == 200
    assert put(caller, invoice | {"InvoiceNumber": "SO-2"}, "k" * 128).status_code == 200


def test_reads_ignore_the_key(caller):
    for path in ("Items", "Accounts"):
        assert caller.send("GET", path, headers=KEY).status_code == 200


@pytest.mark.parametrize(("refused", "status"), [(False, 200), (True, 409)])
def test_duplicate_of_a_running_call_waits_or_is_refused(caller, invoice, refused, status):
    caller.switch(in_flight_duplicate_refused=refused)
    # So long that, where a repeat is refused, it comes in time on the busiest machine.
    caller.control("POST", "faults", {"kind": "delay", "delay_s": 5.0 if refused else 0.3})
    with ThreadPoolExecutor(1) as pool, httpx2.Client(timeout=60) as http:
        first = pool.submit(put, replace(caller, http=http), invoice)
        while not caller.control("GET", "received")["received"]:
            pass
        assert put(caller, invoice).status_code == status
        assert first.result().status_code == 200


def test_lost_answer_is_given_to_the_second_try(caller, invoice):
    caller.control("POST", "faults", {"kind": "lost_after", "method": "PUT"})
    with pytest.raises(httpx2.TransportError):
        put(caller, invoice)
    again = put(caller, invoice)
    assert (again.status_code, decoded(again)["Invoices"][0]["InvoiceNumber"]) == (200, "SO-1")
