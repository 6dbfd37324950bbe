"""The add form of My Applications: what it holds, what is wrong with it, and the application it makes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fieldbridge.standin.identity.clients import KIND_NAMES, ClientKind, new_client, redirect_fault
from fieldbridge.standin.identity.scopes import asked, scope_fault
from fieldbridge.standin.signin.applications import Application, Applications, Registered, new_key
from fieldbridge.standin.signin.certificate import certificate_fault, expires, public_key_of
from fieldbridge.standin.switches import Switches

MOST_PER_ORGANISATION = 2
NOT_PUBLIC = (
    "This local Xero knows private applications and those of OAuth 2.0. A public application signed a user in "
    "with OAuth 1.0a through a browser; choose Web app instead."
)
_TIED = ("private", "custom")


@dataclass(frozen=True)
class Form:
    """`redirect_uris` has one address per line, `scopes` are separated by spaces or line ends."""

    kind: str = ""
    name: str = ""
    organisation: str = ""
    certificate: str = ""
    redirect_uris: str = ""
    scopes: str = ""

    @property
    def redirects(self) -> list[str]:
        """The addresses, each once."""
        return list(dict.fromkeys(self.redirect_uris.split()))


def faults(
    form: Form, applications: Applications, organisations: set[str], now: datetime, switches: Switches
) -> dict[str, str]:
    """Field name to text for everything wrong with the form; empty when it can be saved."""
    texts = {"kind": _kind_fault(form.kind), "name": _name_fault(form.name, applications)}
    if form.kind in (*_TIED, "public", ""):
        texts["organisation"] = _organisation_fault(form, applications, organisations)
    if form.kind in ("private", "public", ""):
        given = form.certificate
        texts["certificate"] = certificate_fault(given, now, switches) if given.strip() else "Paste the certificate."
    if form.kind in ("web", "mobile"):
        texts["redirect_uris"] = _redirect_fault(form.redirects)
    if form.kind == "custom":
        texts["scopes"] = _scopes_fault(form.scopes, switches, now)
    return {name: text for name, text in texts.items() if text}


def made_from(form: Form, now: datetime) -> Registered:
    """The application of a form without faults."""
    name = form.name.strip()
    if form.kind != "private":
        kind = cast("ClientKind", form.kind)
        return new_client(kind, name, form.redirects, form.organisation, asked(form.scopes), now)
    return Application(
        app_id=secrets.token_hex(8),
        name=name,
        organisation_id=form.organisation,
        certificate=form.certificate.strip(),
        consumer_key=new_key(),
        consumer_secret=new_key(),
        created=now,
        public_key=public_key_of(form.certificate),
        expires=expires(form.certificate),
    )


def _kind_fault(kind: str) -> str:
    if kind in ("private", *KIND_NAMES):
        return ""
    return NOT_PUBLIC if kind == "public" else "Choose a kind."


def _name_fault(name: str, applications: Applications) -> str:
    if not name.strip():
        return "Enter a name."
    if "xero" in name.lower():
        return "The name must not contain Xero."
    taken = any(app.name.casefold() == name.strip().casefold() for app in applications.all())
    return "Another application has this name." if taken else ""


def _organisation_fault(form: Form, applications: Applications, known: set[str]) -> str:
    if form.organisation not in known:
        return "Choose an organisation."
    private = (app for app in applications.all() if app.kind == "private")
    used = sum(app.organisation_id == form.organisation for app in private)
    full = used >= MOST_PER_ORGANISATION and form.kind == "private"
    return f"This organisation already has {used} private applications; delete one first." if full else ""


def _redirect_fault(uris: list[str]) -> str:
    if not uris:
        return "Enter at least one redirect URI."
    return " ".join(filter(None, map(redirect_fault, uris)))


def _scopes_fault(text: str, switches: Switches, now: datetime) -> str:
    if not asked(text):
        return "Enter at least one scope."
    fault = scope_fault(asked(text), switches, now)
    return f"{fault[1]}." if fault else ""
