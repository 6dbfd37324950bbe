"""A caller for the tests that signs in with OAuth 2.0: registers an app, clicks through consent, keeps tokens."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from bs4 import BeautifulSoup

REDIRECT = "http://localhost:8123/callback"
SCOPES = "offline_access accounting.invoices accounting.payments accounting.contacts accounting.settings"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def add_app(http: httpx2.Client, url: str, **form: str) -> httpx2.Response:
    return http.post(f"{url}/my-applications/add", data=form, follow_redirects=False)


def app_page(http: httpx2.Client, url: str, name: str) -> tuple[str, BeautifulSoup]:
    """The path and the content of the page of the app called `name`."""
    listed = BeautifulSoup(http.get(f"{url}/my-applications").text, "html.parser")
    link = next(link for link in listed.select("ul.plain a") if link.text == name)
    return str(link["href"]), BeautifulSoup(http.get(f"{url}{link['href']}").text, "html.parser")


def text_of(page: BeautifulSoup, selector: str) -> str:
    found = page.select_one(selector)
    return found.text if found else ""


@dataclass
class App:
    """One registered OAuth 2.0 application and the tokens it has."""

    http: httpx2.Client
    url: str
    client_id: str
    client_secret: str
    tokens: dict[str, Any] = field(default_factory=dict)
    tenant: str = ""

    @property
    def is_public(self) -> bool:
        return not self.client_secret

    def question(self, **changes: str) -> dict[str, str]:
        """The parameters of the authorize request; an empty change leaves one out."""
        asked = {"response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT, "scope": SCOPES,
                 "state": "s t&1"}  # fmt: skip
        if self.is_public:
            asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        return {name: value for name, value in (asked | changes).items() if value}

    def consent_page(self, **changes: str) -> httpx2.Response:
        return self.http.get(f"{self.url}/identity/connect/authorize?{urlencode(self.question(**changes))}")

    def decide(self, *organisations: str, decision: str = "allow", **changes: str) -> httpx2.Response:
        form = {**self.question(**changes), "organisation": list(organisations), "decision": decision}
        return self.http.post(f"{self.url}/identity/connect/authorize", data=form, follow_redirects=False)

    def code(self, *organisations: str, **changes: str) -> str:
        answer = self.decide(*organisations, **changes)
        assert answer.status_code == 303, answer.text
        return returned(answer)["code"]

    def token(self, **form: str) -> httpx2.Response:
        sent = {"client_id": self.client_id, **form} if self.is_public else form
        auth = None if self.is_public else (self.client_id, self.client_secret)
        return self.http.post(f"{self.url}/connect/token", data=sent, auth=auth)

    def redeem(self, code: str, **changes: str) -> httpx2.Response:
        verifier = {"code_verifier": VERIFIER} if self.is_public else {}
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **verifier}
        return self.token(**(form | changes))

    def sign_in(self, *organisations: str, **changes: str) -> App:
        answer = self.redeem(self.code(*organisations, **changes))
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        self.tenant = organisations[0]
        return self

    def refresh(self, token: str = "") -> httpx2.Response:
        return self.token(grant_type="refresh_token", refresh_token=token or self.tokens["refresh_token"])

    def revoke(self) -> httpx2.Response:
        auth = None if self.is_public else (self.client_id, self.client_secret)
        form = {"token": self.tokens["refresh_token"], **({"client_id": self.client_id} if self.is_public else {})}
        return self.http.post(f"{self.url}/connect/revocation", data=form, auth=auth)

    def connections(self, query: str = "") -> httpx2.Response:
        return self.http.get(f"{self.url}/connections{query}", headers=self.bearer())

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}", "Accept": "application/json"}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        sent = {**self.bearer(), "xero-tenant-id": self.tenant}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, f"{self.url}/api.xro/2.0/{path}", json=body, headers=sent)

    def claims(self, name: str = "access_token") -> dict[str, Any]:
        body = self.tokens[name].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def returned(answer: httpx2.Response) -> dict[str, str]:
    """What the redirect brings back to the application."""
    location = answer.headers["location"]
    assert location.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def new_app(http: httpx2.Client, url: str, kind: str, name: str, **form: str) -> App:
    fields = {"redirect_uris": REDIRECT} if kind != "custom" else {}
    answer = add_app(http, url, kind=kind, name=name, **(fields | form))
    assert answer.status_code == 303, answer.text
    _, page = app_page(http, url, name)
    return App(http, url, text_of(page, "#client-id"), text_of(page, "#client-secret"))
