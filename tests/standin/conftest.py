"""One small local Xero for all tests; every test starts from freshly seeded books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from standin_caller import Caller, certificate_of, consumer_key, new_key, register
from standin_oauth2 import App, new_app

from fieldbridge.standin import Options, running

TODAY = datetime.now(UTC).date()
SMALL = Options(contacts=30, items=12, history_months=1, calls_per_minute=1000)


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with running(SMALL) as url:
        yield url


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=60) as client:
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


@dataclass
class Two:
    """A server with two organisations, as `tenants`."""

    http: httpx2.Client
    url: str
    tenants: list[str]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/standin/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def switch(self, **switches: Any) -> None:
        self.control("POST", "switches", switches)

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance_s": seconds})


@pytest.fixture(scope="session")
def two_url() -> Iterator[str]:
    names = ("Kauri Wholesale Limited", "Rimu Retail Limited")
    with running(replace(SMALL, organisations=names, contacts=8, items=4, history_months=0)) as url:
        yield url


@pytest.fixture
def two(two_url: str, http: httpx2.Client) -> Two:
    """Freshly seeded, with no application registered."""
    two = Two(http, two_url, [])
    two.control("POST", "reset", {"keep_applications": False})
    two.tenants = [str(one["id"]) for one in two.control("GET", "books")["organisations"]]
    return two


@pytest.fixture
def web(two: Two) -> App:
    return new_app(two.http, two.url, "web", "Web")


@pytest.fixture
def mobile(two: Two) -> App:
    return new_app(two.http, two.url, "mobile", "Mobile")
