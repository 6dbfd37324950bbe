"""Rate limits per minute, per day and in flight."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from standin_caller import Caller, certificate_of, consumer_key, new_key, register

from fieldbridge.standin import Options, running


@pytest.fixture(scope="module")
def strict_url():
    options = Options(contacts=2, items=2, history_months=0, calls_per_minute=3, calls_per_day=5, calls_in_flight=2)
    with running(options) as url:
        yield url


@pytest.fixture(scope="module")
def strict_caller(strict_url):
    key = new_key()
    with httpx2.Client() as http:
        register(http, strict_url, certificate_of(key), "Bridge")
        yield Caller(http, strict_url, consumer_key(http, strict_url, "Bridge"), key)


@pytest.fixture
def strict(strict_caller):
    strict_caller.control("POST", "reset", {})
    return strict_caller


def test_every_answer_says_what_is_left(strict):
    headers = strict.send("GET", "Organisation").headers
    assert (headers["x-daylimit-remaining"], headers["x-minlimit-remaining"]) == ("4", "2")
    assert headers["x-appminlimit-remaining"] == "9999"
    assert strict.send("GET", "Invoices/none").headers["x-minlimit-remaining"] == "1"


def test_fourth_call_of_the_minute_waits_for_the_window(strict):
    for _ in range(3):
        assert strict.send("GET", "Organisation").status_code == 200
    refused = strict.send("GET", "Organisation")
    assert (refused.status_code, refused.content) == (429, b"")
    assert "content-type" not in refused.headers
    assert refused.headers["x-rate-limit-problem"] == "minute"
    assert refused.headers["x-minlimit-remaining"] == "0"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    strict.control("POST", "clock", {"advance_s": int(refused.headers["retry-after"])})
    assert strict.send("GET", "Organisation").status_code == 200


def test_refused_calls_cost_nothing_unless_switched(strict):
    def left():
        return strict.send("GET", "Organisation").headers["x-daylimit-remaining"]

    assert [left() for _ in range(5)] == ["4", "3", "2", "2", "2"]
    strict.switch(rejected_calls_count=True)
    assert [left() for _ in range(2)] == ["1", "0"]


def test_day_is_used_up(strict):
    for _ in range(5):
        strict.control("POST", "clock", {"advance_s": 61})
        strict.send("GET", "Organisation")
    strict.control("POST", "clock", {"advance_s": 61})
    refused = strict.send("GET", "Organisation")
    assert refused.headers["x-rate-limit-problem"] == "day"
    assert 3600 < int(refused.headers["retry-after"]) <= 86400
    strict.control("POST", "clock", {"advance_s": 86400})
    assert strict.send("GET", "Organisation").status_code == 200


def test_legacy_form_is_a_503_when_switched(strict):
    strict.switch(legacy_rate_limit=True)
    refused = [strict.send("GET", "Organisation") for _ in range(4)][-1]
    assert (refused.status_code, refused.headers["x-rate-limit-problem"]) == (503, "Minute")
    assert refused.text.startswith("oauth_problem=rate%20limit%20exceeded&oauth_problem_advice=please%20wait")


def test_a_third_call_in_flight_is_refused_without_retry_after(strict):
    strict.control("POST", "faults", {"kind": "delay", "delay_s": 0.4, "times": 2})
    with ThreadPoolExecutor(3) as pool, httpx2.Client() as http:
        others = Caller(http, strict.url, strict.consumer_key, strict.key)
        answers = list(pool.map(lambda _: others.send("GET", "Organisation"), range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["x-rate-limit-problem"] == "concurrent"
    assert "retry-after" not in refused.headers


def test_limit_comes_before_the_idempotency_key(strict, invoice):
    headers = {"Idempotency-Key": "once"}
    invoice["Contact"] = {"Name": "Any Dairy"}
    statuses = [strict.send("PUT", "Invoices", invoice, headers=headers).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize("problem", ["minute", "day", "concurrent"])
def test_planned_limits_look_like_real_ones(strict, problem):
    strict.control("POST", "faults", {"kind": f"rate_{problem}"})
    refused = strict.send("GET", "Organisation")
    assert (refused.status_code, refused.headers["x-rate-limit-problem"]) == (429, problem)
    assert strict.send("GET", "Organisation").status_code == 200


def test_the_limit_over_all_organisations_is_told_as_the_switches_say(caller):
    caller.control("POST", "faults", {"kind": "rate_appminute", "times": 2})
    answer = caller.send("GET", "Organisation")
    assert (answer.headers["x-rate-limit-problem"], "retry-after" in answer.headers) == ("appminute", True)
    caller.switch(app_minute_problem="app-minute", app_minute_retry_after=False)
    answer = caller.send("GET", "Organisation")
    assert (answer.headers["x-rate-limit-problem"], "retry-after" in answer.headers) == ("app-minute", False)
