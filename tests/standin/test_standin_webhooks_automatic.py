"""Webhooks that send themselves, and what a subscriber must bear: repeats, disorder, several calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from standin_receiver import receiving

QUARTER_S = 15 * 60


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def subscribe(two, receiver, **more):
    shown = two.control("POST", "webhooks", {"application": "Web", "url": receiver.url, **more})
    receiver.key = shown["key"]


def standing(two):
    return two.control("GET", "webhooks")["webhooks"][0]


def add(web, *names):
    for name in names:
        assert web.send("PUT", "Contacts", {"Name": name}).status_code == 200


def deliver(two):
    answer = two.control("POST", "webhooks/deliver")
    return answer["delivered"], answer["missed"]


@pytest.fixture
def automatic(two, web, receiver):
    """On by itself, for the first organisation."""
    web.sign_in(two.tenants[0])
    subscribe(two, receiver)
    two.switch(webhooks_automatic=True)
    receiver.wait_for(lambda: standing(two)["status"] == "ok")
    receiver.calls.clear()
    return receiver


@pytest.fixture
def by_hand(two, web, receiver):
    web.sign_in(two.tenants[0])
    subscribe(two, receiver)
    two.control("POST", "webhooks/intent", {"application": "Web"})
    receiver.calls.clear()
    return receiver


def heard(receiver, count: int) -> Callable[[], bool]:
    return lambda: len(receiver.calls) >= count


def test_a_new_address_is_asked_and_then_told_without_anybody_pressing_anything(two, web, automatic):
    add(web, "Brand New Deli")
    automatic.wait_for(heard(automatic, 1))
    assert [event["eventCategory"] for event in automatic.told] == ["CONTACT"]


def test_an_address_that_does_not_want_to_receive_is_asked_once(two, web, receiver):
    web.sign_in(two.tenants[0])
    receiver.good = 500
    subscribe(two, receiver)
    two.switch(webhooks_automatic=True)
    receiver.wait_for(lambda: len(standing(two)["tries"]) == 4)
    two.switch(webhooks_automatic=False)
    deliver(two)  # waits for whatever the sender was at
    assert (standing(two)["status"], receiver.answered) == ("intent required", 4)


def test_a_miss_is_repeated_as_the_clock_moves_until_the_subscription_ends(two, web, automatic):
    automatic.good = 500
    add(web, "Brand New Deli")
    automatic.wait_for(heard(automatic, 2))
    deliver(two)  # waits for whatever the sender was at
    two.advance(QUARTER_S)
    automatic.wait_for(heard(automatic, 3))
    two.advance(24 * 3600)
    automatic.wait_for(lambda: standing(two)["status"] == "disabled")
    automatic.good = 200
    automatic.calls.clear()
    two.control("POST", "webhooks/intent", {"application": "Web"})
    automatic.wait_for(lambda: len(automatic.told) == 1)


def test_events_wait_for_one_another_and_go_in_calls_of_a_size(two, web, by_hand):
    two.switch(webhook_gather_s=60, webhook_events_per_call=2)
    add(web, "One", "Two", "Three")
    assert deliver(two) == (0, 0)
    two.advance(60)
    assert deliver(two) == (2, 0)
    sizes = [len(call["events"]) for call in by_hand.calls]
    spans = [(call["firstEventSequence"], call["lastEventSequence"]) for call in by_hand.calls]
    assert (sizes, spans) == ([2, 1], [(1, 2), (3, 3)])


def test_retries_may_become_rarer(two, web, by_hand):
    two.switch(webhook_retries_grow=True)
    by_hand.good = 500
    add(web, "One")
    assert deliver(two) == (0, 2)
    waits = []
    for _ in range(4):
        quarters = 0
        while deliver(two) == (0, 0):
            two.advance(QUARTER_S)
            quarters += 1
        waits.append(quarters)
    assert waits == [1, 2, 4, 8]


def test_what_arrived_can_be_sent_again_with_another_entropy(two, web, by_hand):
    add(web, "One")
    deliver(two)
    assert two.control("POST", "webhooks/replay", {"application": "Web", "last": 5}) == {"again": 1}
    assert deliver(two) == (1, 0)
    first, second = by_hand.calls
    assert (first["events"], first["firstEventSequence"]) == (second["events"], second["firstEventSequence"])
    assert first["entropy"] != second["entropy"]


def test_events_may_leave_newest_first(two, web, by_hand):
    two.switch(webhooks_reversed=True, webhook_events_per_call=2)
    add(web, "One", "Two", "Three")
    deliver(two)
    names = {one["ContactID"]: one["Name"] for one in two.control("GET", "books")["organisations"][0]["contacts"]}
    assert [names[event["resourceId"]] for event in by_hand.told] == ["Three", "Two", "One"]


def test_a_replay_of_an_unknown_application_is_told(two, web):
    answer = web.http.post(f"{web.url}/standin/webhooks/replay", json={"application": "Web"})
    assert (answer.status_code, answer.json()["error"]) == (404, "No webhook of Web")
