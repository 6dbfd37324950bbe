"""Arrivals, windows, names that stay, and the classes of failure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core import errors
from fieldbridge.core.identity import IDEMPOTENCY_KEY_MAX, digest, idempotency_key
from fieldbridge.core.plan import arrival
from fieldbridge.core.window import OVERLAP, full_read_is_due, since

NOW = datetime(2026, 7, 14, 10, 0, tzinfo=UTC)
attempts = st.lists(st.tuples(st.text(max_size=300), st.integers(1, 9)), min_size=1, max_size=50)


@pytest.mark.parametrize("same", [True, False])
def test_an_order_never_seen_is_taken(same):
    assert arrival(None, same_content=same) == "take"


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("known", ["waiting", "parked"])
def test_an_order_that_has_not_left_may_be_corrected_by_sending_it_again(known, same):
    assert arrival(known, same_content=same) == "replace"


@pytest.mark.parametrize("known", ["planned", "posted"])
def test_an_order_on_its_way_or_in_xero_is_a_repeat_or_a_conflict(known):
    assert arrival(known, same_content=True) == "repeat"
    assert arrival(known, same_content=False) == "conflict"


def test_windows_overlap_so_that_no_boundary_loses_a_row():
    assert since(None) is None
    assert since(NOW) == NOW - OVERLAP
    assert timedelta(minutes=5) <= OVERLAP


@given(st.integers(0, 100), st.integers(1, 48))
def test_a_full_read_is_due_from_its_hour_on(hours_ago, every_hours):
    assert full_read_is_due(NOW - timedelta(hours=hours_ago), NOW, every_hours) == (hours_ago >= every_hours)
    assert full_read_is_due(NOW + timedelta(hours=hours_ago), NOW, every_hours) == (hours_ago >= every_hours)


def test_the_first_read_is_a_full_one():
    assert full_read_is_due(None, NOW, 24)


@given(st.text(max_size=500), st.text(max_size=100), attempts)
def test_an_idempotency_key_fits_and_is_the_same_every_time(organisation, body_hash, tried):
    key = idempotency_key(organisation, body_hash, tried)
    assert len(key) <= IDEMPOTENCY_KEY_MAX
    assert key.isascii()
    assert key.isprintable()
    assert key == idempotency_key(organisation, body_hash, list(tried))


def test_an_idempotency_key_differs_by_organisation_body_order_and_attempt():
    keys = {
        idempotency_key("org", "body", [("BV1", 1)]),
        idempotency_key("other", "body", [("BV1", 1)]),
        idempotency_key("org", "other", [("BV1", 1)]),
        idempotency_key("org", "body", [("BV2", 1)]),
        idempotency_key("org", "body", [("BV1", 2)]),
        idempotency_key("org", "body", [("BV1", 1), ("BV2", 1)]),
    }
    assert len(keys) == 6


def test_a_digest_is_sha_256_in_hexadecimal():
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("kind", "scope", "then", "exit_code"),
    [
        (errors.SetupError, "process", "stop", 2),
        (errors.AccessError, "connection", "reconnect", 3),
        (errors.PacedError, "connection", "wait", 4),
        (errors.OutageError, "flow", "retry", 4),
        (errors.UnsureError, "record", "look_up", 4),
        (errors.RefusedError, "record", "park", 1),
        (errors.SurpriseError, "flow", "halt", 5),
        (errors.GuardError, "flow", "accept", 6),
    ],
)
def test_each_class_of_failure_says_what_breaks_and_what_happens_next(kind, scope, then, exit_code):
    made = kind("a.code", "What happened.", remedy="What to do.")
    assert (made.scope, made.then, made.exit_code) == (scope, then, exit_code)
    assert str(made) == "What happened. What to do."
    assert str(kind("a.code", "What happened.")) == "What happened."
