"""My Applications: who may call, for which organisation, with which certificate."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from fieldbridge.standin.signin.certificate import CertificateRefusedError, expires, public_key_of

MOST_PER_ORGANISATION = 2
_KEY_CHARACTERS = string.ascii_uppercase + string.digits
ONLY_PRIVATE = (
    "This local Xero knows private applications only. A public application signs a user in through a browser "
    "and its access ends after 30 minutes; choose Private."
)


@dataclass(frozen=True)
class Application:
    """A registered private application. Its consumer key is also its access token; the secret is never used."""

    app_id: str
    name: str
    organisation_id: str
    certificate: str
    consumer_key: str
    consumer_secret: str
    created: datetime
    public_key: rsa.RSAPublicKey
    expires: datetime


@dataclass(frozen=True)
class Form:
    """What the add form holds."""

    kind: str = ""
    name: str = ""
    organisation: str = ""
    certificate: str = ""


class Applications:
    """Registered applications by consumer key. Callers hold the server's lock."""

    def __init__(self) -> None:
        self._by_key: dict[str, Application] = {}
        self._revoked: set[str] = set()

    def all(self) -> list[Application]:
        """In the order they were added."""
        return list(self._by_key.values())

    def by_key(self, consumer_key: str) -> Application | None:
        """The application with this consumer key."""
        return self._by_key.get(consumer_key)

    def by_id(self, app_id: str) -> Application | None:
        """The application of one page."""
        return next((app for app in self._by_key.values() if app.app_id == app_id), None)

    def was_revoked(self, consumer_key: str) -> bool:
        """The key belonged to an application that was deleted."""
        return consumer_key in self._revoked

    def faults(self, form: Form, organisations: set[str], now: datetime, *, refuse_expired: bool) -> dict[str, str]:
        """Field name to text for everything wrong with the form; empty when it can be saved."""
        faults = {}
        if form.kind != "private":
            faults["kind"] = ONLY_PRIVATE if form.kind == "public" else "Choose Private."
        if text := self._name_fault(form.name):
            faults["name"] = text
        if text := self._organisation_fault(form.organisation, organisations):
            faults["organisation"] = text
        if text := _certificate_fault(form.certificate, now, refuse_expired=refuse_expired):
            faults["certificate"] = text
        return faults

    def add(self, form: Form, now: datetime) -> Application:
        """Register a form without faults."""
        app = Application(
            app_id=secrets.token_hex(8),
            name=form.name.strip(),
            organisation_id=form.organisation,
            certificate=form.certificate.strip(),
            consumer_key=_characters(30),
            consumer_secret=_characters(30),
            created=now,
            public_key=public_key_of(form.certificate),
            expires=expires(form.certificate),
        )
        self._by_key[app.consumer_key] = app
        return app

    def remove(self, app: Application) -> None:
        """Its key is remembered as revoked, which calls are told."""
        del self._by_key[app.consumer_key]
        self._revoked.add(app.consumer_key)

    def _name_fault(self, name: str) -> str:
        if not name.strip():
            return "Enter a name."
        if "xero" in name.lower():
            return "The name must not contain Xero."
        taken = any(app.name.casefold() == name.strip().casefold() for app in self._by_key.values())
        return "Another application has this name." if taken else ""

    def _organisation_fault(self, organisation: str, known: set[str]) -> str:
        if organisation not in known:
            return "Choose an organisation."
        used = sum(app.organisation_id == organisation for app in self._by_key.values())
        full = used >= MOST_PER_ORGANISATION
        return f"This organisation already has {used} private applications; delete one first." if full else ""


def _certificate_fault(pem: str, now: datetime, *, refuse_expired: bool) -> str:
    if not pem.strip():
        return "Paste the certificate."
    try:
        public_key_of(pem)
    except CertificateRefusedError as refused:
        return str(refused)
    return f"The certificate expired on {expires(pem):%d %B %Y}." if refuse_expired and expires(pem) <= now else ""


def _characters(count: int) -> str:
    return "".join(secrets.choice(_KEY_CHARACTERS) for _ in range(count))
