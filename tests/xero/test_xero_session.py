"""What every status of an answer means, and so what happens next."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldbridge.core.errors import (
    AccessError,
    OutageError,
    PacedError,
    RefusedError,
    SurpriseError,
    UnsureError,
)
from fieldbridge.net.exchange import Answer
from fieldbridge.xero.session import Session

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SINCE = datetime(2026, 7, 14, 10, 0, 30, tzinfo=UTC)


class Far:
    """A far side that always answers the same, and remembers what it was asked."""

    def __init__(self, status, body=b"", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = Answer(status=status, headers=names, body=body, wire_bytes=len(body))
        self.calls = []

    def __call__(self, call):
        self.calls.append(call)
        return self.answer


def reading(status, body=b"", **headers):
    return Session(Far(status, body, **headers), "http://xero.example/", lambda: NOW).read("Invoices")


def writing(status, body=b"", **headers):
    session = Session(Far(status, body, **headers), "http://xero.example", lambda: NOW)
    return session.create("Invoices", {"unitdp": "4"}, b"{}", "key")


def test_a_read_asks_for_json_and_for_what_changed():
    far = Far(200, b"{}")
    assert Session(far, "http://xero.example/", lambda: NOW).read("Contacts", {"page": "1"}, SINCE) == b"{}"
    (call,) = far.calls
    assert (call.method, call.url, call.query, call.write) == (
        "GET",
        "http://xero.example/api.xro/2.0/Contacts",
        (("page", "1"),),
        False,
    )
    assert call.headers == {"Accept": "application/json", "If-Modified-Since": "2026-07-14T10:00:30"}


def test_a_creation_is_a_put_with_its_key_and_is_marked_as_a_write():
    far = Far(200, b"{}")
    Session(far, "http://xero.example", lambda: NOW).create("Invoices", {"unitdp": "4"}, b"{1}", "fb-key")
    (call,) = far.calls
    assert (call.method, call.body, call.write) == ("PUT", b"{1}", True)
    assert call.headers["Idempotency-Key"] == "fb-key"
    assert call.headers["Content-Type"] == "application/json"


def test_not_modified_is_nothing_new():
    assert reading(304) is None


@pytest.mark.parametrize("act", [reading, writing])
@pytest.mark.parametrize("limit", ["minute", "day", "appminute", "app-minute"])
def test_a_limit_says_which_and_until_when(act, limit):
    with pytest.raises(PacedError) as caught:
        act(429, retry_after="26", x_rate_limit_problem=limit)
    assert limit in caught.value.message
    assert caught.value.until == NOW + timedelta(seconds=26)


@pytest.mark.parametrize("headers", [{}, {"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}])
def test_too_many_calls_in_flight_wait_a_moment_because_xero_names_none(headers):
    with pytest.raises(PacedError) as caught:
        writing(429, x_rate_limit_problem="concurrent", **headers)
    assert caught.value.until == NOW + timedelta(seconds=1)


@pytest.mark.parametrize(("limit", "wait_s"), [("minute", 60), ("appminute", 60), ("day", 3600)])
def test_a_limit_without_a_moment_is_waited_for_as_long_as_it_may_last(limit, wait_s):
    with pytest.raises(PacedError) as caught:
        writing(429, x_rate_limit_problem=limit)
    assert caught.value.until == NOW + timedelta(seconds=wait_s)


@pytest.mark.parametrize("act", [reading, writing])
@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        ("token_rejected", "The access token has not been authorized, or has been revoked by the user"),
        ("consumer_key_unknown", "Unknown"),
        ("signature_invalid", "Failed to validate signature"),
        ("signature_method_rejected", "No"),
        ("nonce_used", 'The nonce value "n" has already been used '),
        ("timestamp_refused", "too old"),
        ("permission_denied", "role lost"),
    ],
)
def test_each_problem_of_the_sign_in_has_its_code_and_its_words(act, problem, advice):
    body = f"oauth_problem={problem}&oauth_problem_advice={advice.replace(' ', '%20').replace(',', '%2C')}"
    with pytest.raises(AccessError) as caught:
        act(401, body.encode())
    assert caught.value.code == f"access.{problem}"
    assert advice.strip() in caught.value.message
    assert caught.value.remedy


def test_a_signature_that_does_not_match_says_that_the_certificate_is_another():
    with pytest.raises(AccessError) as caught:
        reading(401, b"oauth_problem=signature_invalid&oauth_problem_advice=Failed%20to%20validate%20signature")
    assert "certificate" in caught.value.remedy


@pytest.mark.parametrize("status", [401, 403])
def test_a_denial_in_json_is_a_denial_too(status):
    with pytest.raises(AccessError) as caught:
        reading(status, b'{"title":"Forbidden","status":403,"detail":"AuthenticationUnsuccessful"}')
    assert caught.value.code == "access.denied"
    assert "AuthenticationUnsuccessful" in caught.value.message


@pytest.mark.parametrize("act", [reading, writing])
@pytest.mark.parametrize("status", [503, 401])
@pytest.mark.parametrize(("limit", "wait_s"), [("Minute", 60), ("Day", 3600)])
def test_the_old_form_of_the_limit_is_taken_neither_for_an_outage_nor_for_a_denial(act, status, limit, wait_s):
    body = b"oauth_problem=rate%20limit%20exceeded&oauth_problem_advice=please%20wait%20before%20retrying"
    with pytest.raises(PacedError) as caught:
        act(status, body, x_rate_limit_problem=limit)
    assert caught.value.until == NOW + timedelta(seconds=wait_s)
    assert limit.lower() in caught.value.message


TROUBLE = [
    (500, b""),
    (502, b"<html>"),
    (503, b"The Xero API is currently offline for maintenance"),
    (503, b"The Xero API is temporarily unavailable"),
    (503, b"The Organisation is offline"),
    (504, b""),
]


@pytest.mark.parametrize(("status", "body"), TROUBLE)
def test_trouble_at_xero_is_an_outage_for_a_read_and_leaves_a_write_unsure(status, body):
    with pytest.raises(OutageError) as caught:
        reading(status, body)
    assert body.decode() in caught.value.message
    with pytest.raises(UnsureError):
        writing(status, body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b'{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Error converting value"}',
            "Error converting",
        ),
        (b'{"Message":"x","Elements":[{"ValidationErrors":[{"Message":"One"},{"Message":"Two"}]}]}', "One; Two"),
        (b"{}", "Xero gave no reason"),
    ],
)
def test_a_refused_request_carries_xeros_words(body, words):
    with pytest.raises(RefusedError) as caught:
        writing(400, body)
    assert caught.value.code == "xero.refused_request"
    assert words in caught.value.message


@pytest.mark.parametrize("act", [reading, writing])
@pytest.mark.parametrize("status", [302, 404, 406, 412, 414, 418])
def test_anything_else_is_a_surprise(act, status):
    with pytest.raises(SurpriseError) as caught:
        act(status)
    assert str(status) in caught.value.message


def test_a_refusal_that_cannot_be_read_is_a_surprise():
    with pytest.raises(SurpriseError):
        writing(400, b"<html>Bad request</html>")


def test_a_long_answer_is_not_repeated_whole():
    with pytest.raises(OutageError) as caught:
        reading(500, b"x" * 100_000)
    assert len(caught.value.message) < 1000
