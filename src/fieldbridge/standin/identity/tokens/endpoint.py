"""POST /connect/token and /connect/revocation."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.identity.scopes import asked, scope_fault
from fieldbridge.standin.identity.tokens.access import ACCESS_LIFE, access_token, id_token
from fieldbridge.standin.identity.tokens.credentials import authenticated, refusal
from fieldbridge.standin.identity.tokens.grants import Grant
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request
from fieldbridge.standin.wire.answers import Answer, Record, json_answer


def token(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """Tokens for a code, a refresh token or the client itself. Errors: the JSON errors of OAuth 2.0."""
    client = authenticated(xero, request)
    grants = {"authorization_code": _by_code, "refresh_token": _by_refresh, "client_credentials": _by_client}
    kind = request.form.get("grant_type", "")
    if kind not in grants:
        raise refusal(xero, "unsupported_grant_type" if kind else "invalid_request")
    if (client.kind == "custom") != (kind == "client_credentials") and not _manages_connections(client, request):
        raise refusal(xero, "unauthorized_client")
    return json_answer(grants[kind](xero, request, client, now))


def _manages_connections(client: Client, request: Request) -> bool:
    """A web app may have a token of its own for nothing but its connections."""
    form = request.form
    is_own = form.get("grant_type") == "client_credentials" and client.kind == "web"
    return is_own and asked(form.get("scope", "")) == ["app.connections"]


def _by_code(xero: LocalXero, request: Request, client: Client, now: datetime) -> Record:
    form = request.form
    if "code" not in form or "redirect_uri" not in form:
        raise refusal(xero, "invalid_request")
    grant = xero.identity.grants.redeem(form["code"], client.client_id, now)
    if grant is None or grant.redirect_uri != form["redirect_uri"] or not _proves(grant, form.get("code_verifier", "")):
        raise refusal(xero, "invalid_grant")
    fresh = xero.identity.grants.new_refresh(grant, now) if "offline_access" in grant.scopes else ""
    return _reply(xero, client, grant, fresh, now)


def _proves(grant: Grant, verifier: str) -> bool:
    """The verifier belongs to the challenge of the consent. Source: RFC 7636 4.6."""
    if not grant.challenge:
        return not verifier
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return 43 <= len(verifier) <= 128 and digest == grant.challenge


def _by_refresh(xero: LocalXero, request: Request, client: Client, now: datetime) -> Record:
    if "refresh_token" not in request.form:
        raise refusal(xero, "invalid_request")
    repeats = xero.board.now.graced_refresh_repeats
    rotated = xero.identity.grants.rotate(request.form["refresh_token"], client.client_id, now, repeats=repeats)
    if rotated is None:
        raise refusal(xero, "invalid_grant")
    return _reply(xero, client, *rotated, now)


def _reply(xero: LocalXero, client: Client, grant: Grant, refresh: str, now: datetime) -> Record:
    access = _made(xero, client, grant, list(grant.scopes), now)
    reply: Record = {}
    if "openid" in grant.scopes:
        reply["id_token"] = id_token(xero.identity, grant, access, now)
    reply |= _access(access, grant.scopes)
    if refresh:
        reply["refresh_token"] = refresh
    return reply


def _by_client(xero: LocalXero, request: Request, client: Client, now: datetime) -> Record:
    """Without `scope` everything the custom connection was set up with."""
    scopes = asked(request.form.get("scope", "")) or list(client.scopes)
    if fault := scope_fault(scopes, xero.board.now, now):
        raise refusal(xero, fault[0])
    if client.kind == "custom" and not set(scopes) <= set(client.scopes):
        raise refusal(xero, "invalid_scope")
    return _access(_made(xero, client, None, scopes, now), scopes)


def _made(xero: LocalXero, client: Client, grant: Grant | None, scopes: list[str], now: datetime) -> str:
    return access_token(xero.identity, client, grant, scopes, now, is_bare=xero.board.now.access_tokens_say_little)


def _access(token_text: str, scopes: list[str] | tuple[str, ...]) -> Record:
    seconds = int(ACCESS_LIFE.total_seconds())
    return {"access_token": token_text, "expires_in": seconds, "token_type": "Bearer", "scope": " ".join(scopes)}


def revocation(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """200 and nothing, also for a token nobody knows. Source: RFC 7009 2.2; Xero: all the user's connections go."""
    client = authenticated(xero, request)
    if "token" not in request.form:
        raise refusal(xero, "invalid_request")
    if xero.identity.grants.knows(request.form["token"], client.client_id):
        xero.identity.revoke(client.client_id)
    return Answer()
