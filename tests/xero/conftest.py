"""A local Xero on a thread of this process, a session signed in to it as a private app, and its control routes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from xero_control import SMALL, Control, Row
from xero_scripted import drafted

from fieldbridge.app.demo.office import Office
from fieldbridge.app.installation import utc_now
from fieldbridge.core.records.books import Invoice, PostedInvoice
from fieldbridge.core.records.documents import BookedCredit, CreditNote
from fieldbridge.net.layers import signed
from fieldbridge.net.oauth1 import private_application
from fieldbridge.net.wire import open_client, wire
from fieldbridge.standin import running
from fieldbridge.xero.documents import credit_notes, invoices
from fieldbridge.xero.session import Session


@pytest.fixture(scope="session")
def local_url() -> Iterator[str]:
    with running(SMALL) as url:
        yield url


@pytest.fixture(scope="session")
def signer(local_url: str) -> Any:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test service desk")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    office = Office(local_url)
    app = office.add_private_app("Endpoints", certificate.public_bytes(serialization.Encoding.PEM).decode())
    office.close()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private_application(app.consumer_key, pem.decode())


@pytest.fixture
def control(local_url: str, signer: Any) -> Iterator[Control]:
    """Freshly seeded books; nothing of earlier tests is remembered but the application."""
    made = Control(local_url)
    made("POST", "reset", {"keep_applications": True})
    yield made
    made.close()


@pytest.fixture
def session(local_url: str, signer: Any, control: Control) -> Iterator[Session]:
    """Signed in; nothing is retried, paced or counted."""
    with open_client(10.0) as client:
        yield Session(signed(wire(client), signer), local_url, utc_now, sign_in="private-app")


@pytest.fixture
def by_hand(local_url: str, signer: Any, control: Control) -> Iterator[Session]:
    """For requests the connector never makes: it does not say that it is fieldbridge (tests/openapi)."""
    with open_client(10.0) as client:
        client.headers["User-Agent"] = "by hand"
        yield Session(signed(wire(client), signer), local_url, utc_now, sign_in="private-app")


@pytest.fixture
def customer(control: Control) -> Row:
    """A contact that every seed has."""
    return next(one for one in control.books()["contacts"] if one["AccountNumber"] == "KER014")


@pytest.fixture
def invoice(session: Session, customer: Row) -> PostedInvoice:
    """An approved invoice of 115.00."""
    body = invoices.body_of([drafted(Invoice, "SO-1", customer["ContactID"])])
    (outcome,) = invoices.create(session, body, 1, "invoice-1")
    assert outcome.posted
    return outcome.posted


@pytest.fixture
def credit(session: Session, customer: Row) -> BookedCredit:
    """An approved credit note of 115.00."""
    body = credit_notes.body_of([drafted(CreditNote, "CN-1", customer["ContactID"])])
    (outcome,) = credit_notes.create(session, body, 1, "credit-1")
    assert outcome.posted
    return outcome.posted
