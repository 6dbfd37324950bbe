"""GET and POST /identity/connect/authorize: the page on which a person lets an application in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.identity.scopes import asked, scope_fault
from fieldbridge.standin.identity.tiers import connection_fault
from fieldbridge.standin.identity.tokens.grants import Grant
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request
from fieldbridge.standin.signin.html import html_answer
from fieldbridge.standin.wire.answers import Answer, CallFailedError
from fieldbridge.standin.wire.query import Query

PARAMETERS = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge",
              "code_challenge_method", "nonce", "acr_values")  # fmt: skip
Asked = Mapping[str, str]


def consent_page(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """Which application asks for what, and the organisations to choose from. Errors: a page naming the fault."""
    query = Query(request.query)
    sent = {name: query.text(name) for name in PARAMETERS if query.text(name)}
    return _page(xero, _client(xero, sent, now), sent, "")


def decide(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """Back to the application: with a code after Allow, with access_denied after Cancel."""
    sent = {name: request.form[name] for name in PARAMETERS if request.form.get(name)}
    client = _client(xero, sent, now)
    if request.form.get("decision") != "allow":
        if not xero.board.now.cancel_tells_client:
            raise _fault_page("access_denied", "The application was not allowed in.")
        return _back(sent, {"error": "access_denied"})
    chosen = [identity for identity in request.values("organisation") if identity in xero.books]
    if not chosen or (len(chosen) > 1 and not _is_bulk(sent)):
        text = "Choose at least one organisation." if _is_bulk(sent) else "Choose one organisation."
        return _page(xero, client, sent, text)
    if full := connection_fault(xero, client, chosen):
        return _page(xero, client, sent, full)
    return _back(sent, {"code": _allow(xero, client, sent, chosen, now), "scope": sent["scope"]})


def _client(xero: LocalXero, sent: Asked, now: datetime) -> Client:
    """Errors: a page, never a redirect, for whatever is wrong with the application or its request."""
    client = xero.applications.by_client_id(sent.get("client_id", ""))
    if client is None or client.kind == "custom":
        raise _fault_page("unauthorized_client", "Unknown client or client not enabled")
    if sent.get("redirect_uri") not in client.redirect_uris:
        raise _fault_page("invalid_request", "Invalid redirect_uri")
    if sent.get("response_type") != "code":
        raise _fault_page("unsupported_response_type", "response_type must be code")
    if text := _challenge_fault(client, sent):
        raise _fault_page("invalid_request", text)
    scopes = asked(sent.get("scope", ""))
    if fault := scope_fault(scopes, xero.board.now, now) if scopes else ("invalid_request", "scope is missing"):
        raise _fault_page(*fault)
    return client


def _challenge_fault(client: Client, sent: Asked) -> str:
    """A mobile or desktop app must send a challenge; whoever sends one must use S256."""
    if "code_challenge" not in sent:
        return "code challenge required" if client.kind == "mobile" else ""
    return "" if sent.get("code_challenge_method") == "S256" else "code_challenge_method must be S256"


def _fault_page(code: str, text: str) -> CallFailedError:
    return CallFailedError(html_answer("consent_fault.html", 400, code=code, text=text))


def _is_bulk(sent: Asked) -> bool:
    """Several organisations may be chosen at once."""
    return "bulk_connect:false" not in sent.get("acr_values", "").split()


def _page(xero: LocalXero, client: Client, sent: Asked, wrong: str) -> Answer:
    connected = {one.organisation_id for one in xero.identity.connections.of(client.client_id)}
    return html_answer(
        "consent.html", 422 if wrong else 200, client=client, sent=sent, scopes=asked(sent["scope"]), wrong=wrong,
        organisations=xero.books.names(), connected=connected, is_bulk=_is_bulk(sent),
    )  # fmt: skip


def _allow(xero: LocalXero, client: Client, sent: Asked, chosen: list[str], now: datetime) -> str:
    """Connect the organisations and make the code."""
    event = str(uuid.uuid4())
    for organisation_id in chosen:
        xero.identity.connections.connect(client.client_id, organisation_id, event, now)
    scopes = xero.identity.agree(client.client_id, asked(sent["scope"]))
    grant = Grant(
        client.client_id, scopes, event, now, sent["redirect_uri"], sent.get("code_challenge", ""),
        sent.get("nonce", ""),
    )  # fmt: skip
    return xero.identity.grants.new_code(grant)


def _back(sent: Asked, values: dict[str, str]) -> Answer:
    """Redirect to the application; its state comes back as it was sent."""
    if "state" in sent:
        values["state"] = sent["state"]
    mark = "&" if urlsplit(sent["redirect_uri"]).query else "?"
    return Answer(303, headers={"Location": f"{sent['redirect_uri']}{mark}{urlencode(values)}"})
