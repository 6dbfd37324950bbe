"""One small local Xero for all tests; every test starts from freshly seeded books."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from standin_caller import Caller, certificate_of, consumer_key, new_key, register

from fieldbridge.standin import Options, running

TODAY = datetime.now(UTC).date()
SMALL = Options(contacts=30, items=12, history_months=1, calls_per_minute=1000)


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with running(SMALL) as url:
        yield url


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
def signed_up(base_url: str, http: httpx2.Client) -> Caller:
    key = new_key()
    assert register(http, base_url, certificate_of(key), "Bridge").status_code == 303
    return Caller(http, base_url, consumer_key(http, base_url, "Bridge"), key)


@pytest.fixture
def caller(signed_up: Caller) -> Caller:
    signed_up.control("POST", "reset", {})
    return signed_up


@pytest.fixture
def invoice() -> dict[str, object]:
    """A sendable sales invoice of one line."""
    return {
        "Type": "ACCREC",
        "Contact": {"Name": "Kerikeri Foodmart"},
        "InvoiceNumber": "SO-1",
        "Date": TODAY.isoformat(),
        "DueDate": (TODAY + timedelta(days=20)).isoformat(),
        "LineItems": [{"Description": "Delivery", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"}],
    }
