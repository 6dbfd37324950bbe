"""Webhooks: intent to receive, signed events, retries on the clock, replay."""

from __future__ import annotations

import re

import httpx2
import pytest
from bs4 import BeautifulSoup
from standin_oauth2 import app_page, text_of
from standin_receiver import receiving

QUARTER_S = 15 * 60


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def subscribed(two, web, receiver):
    """A subscription that is on, for everything, of a web app that reaches the first organisation."""
    web.sign_in(two.tenants[0])
    receiver.key = subscribe(two, receiver.url)["key"]
    assert ask(two)["status"] == "ok"
    receiver.calls.clear()
    return receiver


def subscribe(two, url, **more):
    return two.control("POST", "webhooks", {"application": "Web", "url": url, **more})


def ask(two):
    return two.control("POST", "webhooks/intent", {"application": "Web"})


def deliver(two):
    answer = two.control("POST", "webhooks/deliver")
    return answer["delivered"], answer["missed"]


def standing(two):
    return two.control("GET", "webhooks")["webhooks"][0]


def add_contact(web, name="Brand New Deli", **headers):
    answer = web.send("PUT", "Contacts", {"Name": name}, **headers)
    assert answer.status_code == 200
    return answer.json()["Contacts"][0]["ContactID"]


def kinds(receiver):
    return [(event["eventCategory"], event["eventType"]) for event in receiver.told]


def test_intent_to_receive_wants_right_signatures_heard_and_wrong_ones_refused(two, web, receiver):
    receiver.key = subscribe(two, receiver.url)["key"]
    assert ask(two)["status"] == "ok"
    assert [call["events"] for call in receiver.calls] == [[], []]
    assert [(call["firstEventSequence"], call["lastEventSequence"]) for call in receiver.calls] == [(0, 0), (0, 0)]
    for good, wrong in ((500, 401), (200, 200), (204, 401)):
        receiver.good, receiver.wrong = good, wrong
        assert ask(two)["status"] == "intent required"


def test_another_address_must_show_its_intent_anew(two, subscribed):
    assert subscribe(two, subscribed.url)["status"] == "ok"
    assert subscribe(two, subscribed.url + "2")["status"] == "intent required"


def test_what_changed_is_told_in_one_signed_call(two, web, subscribed):
    contact = add_contact(web)
    web.send("POST", f"Contacts/{contact}", {"FirstName": "Mere"})
    assert deliver(two) == (1, 0)
    call = subscribed.calls[0]
    assert (call["firstEventSequence"], call["lastEventSequence"], len(call["entropy"])) == (1, 2, 20)
    assert kinds(subscribed) == [("CONTACT", "CREATE"), ("CONTACT", "UPDATE")]
    event = call["events"][0]
    assert (event["tenantId"], event["tenantType"], event["resourceId"]) == (two.tenants[0], "ORGANISATION", contact)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", event["eventDateUtc"])
    assert httpx2.get(event["resourceUrl"], headers=web.bearer() | {"xero-tenant-id": web.tenant}).status_code == 200
    assert deliver(two) == (0, 0)


def test_documents_are_told_with_what_a_payment_changes(two, web, subscribed):
    line = {"Description": "Freight", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}
    sale = {"Type": "ACCREC", "Contact": {"Name": "Kerikeri Foodmart"}, "Status": "AUTHORISED", "LineItems": [line]}
    invoice = web.send("PUT", "Invoices", sale | {"DueDate": "2030-01-31"}).json()["Invoices"][0]
    web.send("PUT", "CreditNotes", sale | {"Type": "ACCRECCREDIT"})
    paid = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": 1}
    web.send("PUT", "Payments", paid)
    two.switch(payment_raises_invoice_event=False)
    web.send("PUT", "Payments", paid)
    deliver(two)
    assert kinds(subscribed) == [("INVOICE", "CREATE"), ("CREDITNOTE", "CREATE"), ("INVOICE", "UPDATE")]
    assert subscribed.told[1]["data"] == {"Type": "ACCRECCREDIT", "Status": "AUTHORISED"}


def test_only_categories_asked_for_and_organisations_reached_are_told(two, web, subscribed):
    subscribe(two, subscribed.url, categories=["INVOICE"])
    add_contact(web)
    subscribe(two, subscribed.url, categories=["CONTACT"])
    two.control("POST", "contacts/KER014", {"FirstName": "Rua", "organisation": two.tenants[1]})
    two.control("POST", "contacts/KER014", {"FirstName": "Mere"})
    deliver(two)
    assert [(event["tenantId"], event["eventType"]) for event in subscribed.told] == [(two.tenants[0], "UPDATE")]


def test_refused_and_replayed_calls_tell_nothing(two, web, subscribed):
    add_contact(web, Idempotency_Key="k")
    add_contact(web, Idempotency_Key="k")
    assert web.send("PUT", "Contacts", {"Name": "Kerikeri Foodmart"}).status_code == 400
    deliver(two)
    assert len(subscribed.told) == 1


@pytest.mark.parametrize("fault", [{"good": 500}, {"good": 302}, {"body": b"thanks"}, {"cookie": "a=b"}])
def test_a_bad_answer_is_tried_again_at_once_and_then_every_quarter_of_an_hour(two, web, subscribed, fault):
    for name, value in fault.items():
        setattr(subscribed, name, value)
    add_contact(web)
    assert deliver(two) == (0, 2)
    assert deliver(two) == (0, 0)
    two.advance(QUARTER_S)
    assert deliver(two) == (0, 1)
    subscribed.good, subscribed.body, subscribed.cookie = 200, b"", ""
    two.advance(QUARTER_S)
    assert deliver(two) == (1, 0)
    assert len({call["entropy"] for call in subscribed.calls}) == 4
    assert {call["firstEventSequence"] for call in subscribed.calls} == {1}
    assert standing(two)["waiting"] == 0


def test_nobody_listening_is_a_miss(two, web, subscribed):
    subscribed.shutdown()
    subscribed.server_close()
    add_contact(web)
    assert deliver(two) == (0, 2)
    assert "no answer" in standing(two)["tries"][-1]["wrong"]


def test_after_a_day_the_subscription_ends_and_replays_in_order_when_it_is_on_again(two, web, subscribed):
    subscribed.good = 500
    first = add_contact(web, "First")
    deliver(two)
    two.advance(86_400)
    deliver(two)
    assert standing(two)["status"] == "disabled"
    web.tokens = web.refresh().json()
    second = add_contact(web, "Second")
    assert deliver(two) == (0, 0)
    subscribed.good = 200
    subscribed.calls.clear()
    assert ask(two)["status"] == "ok"
    assert deliver(two) == (1, 0)
    assert [event["resourceId"] for event in subscribed.told] == [first, second]


def test_undelivered_events_are_kept_thirty_one_days(two, web, subscribed):
    add_contact(web)
    two.advance(32 * 86_400)
    assert deliver(two) == (0, 0)


def test_a_subscriber_may_call_back_while_it_is_told(two, web, subscribed):
    statuses = []
    subscribed.meanwhile = lambda: statuses.append(web.send("GET", "Organisation").status_code)
    add_contact(web)
    assert deliver(two) == (1, 0)
    assert statuses == [200]


def test_a_webhook_is_made_on_the_applications_page(two, web, receiver):
    path, _ = app_page(web.http, web.url, "Web")
    refused = web.http.post(f"{web.url}{path}/webhook", data={"url": "http://elsewhere.example"})
    assert refused.status_code == 422
    assert "must begin with https://" in refused.text
    form = {"url": receiver.url, "category": ["CONTACT", "INVOICE"]}
    assert web.http.post(f"{web.url}{path}/webhook", data=form).status_code == 303
    page = BeautifulSoup(web.http.get(f"{web.url}{path}").text, "html.parser")
    assert text_of(page, "#webhook-status") == "intent required"
    receiver.key = text_of(page, "#webhook-key")
    web.http.post(f"{web.url}{path}/intent", data=form)
    assert text_of(app_page(web.http, web.url, "Web")[1], "#webhook-status") == "ok"
    assert standing(two)["categories"] == ["CONTACT", "INVOICE"]


def test_subscriptions_can_be_dropped_and_go_with_their_application(two, web, receiver):
    subscribe(two, receiver.url)
    assert two.control("DELETE", "webhooks", {"application": web.client_id})["webhooks"] == []
    subscribe(two, receiver.url)
    path, _ = app_page(web.http, web.url, "Web")
    web.http.post(f"{web.url}{path}/delete")
    assert two.control("GET", "webhooks")["webhooks"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("webhooks", {"application": "Nobody", "url": "https://a.example"}, 404),
        ("webhooks", {"application": "Web", "url": "ftp://a.example"}, 400),
        ("webhooks", {"application": "Web", "url": "https://a.example", "categories": ["ITEM"]}, 400),
        ("webhooks/intent", {"application": "Web"}, 404),
    ],
)
def test_mistakes_are_told(two, web, path, body, status):
    answer = web.http.post(f"{web.url}/standin/{path}", json=body)
    assert (answer.status_code, "error" in answer.json()) == (status, True)
