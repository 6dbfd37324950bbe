"""Calls signed in with an access token: whose it is, which organisation it names, and what it may do."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.identity.scopes import allows, in_force
from fieldbridge.standin.identity.tokens.jwt import Claims
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request
from fieldbridge.standin.signin.signed_in import SignedIn
from fieldbridge.standin.wire.answers import CallFailedError, Record, json_answer

REJECTED = "AuthenticationUnsuccessful"


def is_bearer(request: Request) -> bool:
    """The call carries an access token."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


def unauthorised(detail: str) -> CallFailedError:
    """401 in the form of the API's gateway."""
    content: Record = {
        "Type": None, "Title": "Unauthorized", "Status": 401, "Detail": detail, "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }  # fmt: skip
    return CallFailedError(json_answer(content, 401))


def forbidden() -> CallFailedError:
    """403 for an organisation this token does not reach, or not any more; its keys are in lower case."""
    content = {"title": "Forbidden", "status": 403, "detail": REJECTED, "instance": str(uuid.uuid4())}
    return CallFailedError(json_answer(content, 403))


def claims_of(xero: LocalXero, request: Request, now: datetime) -> tuple[Client, Claims]:
    """The client and the claims of a living token. Errors: 401."""
    claims = xero.identity.signer.read(request.headers.get("authorization", "").partition(" ")[2].strip())
    client = xero.applications.by_client_id(claims["client_id"]) if claims and "scope" in claims else None
    if claims is None or client is None:
        raise unauthorised(REJECTED)
    ends = datetime.fromtimestamp(claims["exp"], UTC)
    if now >= ends:
        raise unauthorised(f"TokenExpired: token expired at {ends:%m/%d/%Y %H:%M:%S}")
    return client, claims


def signed_in_by_token(xero: LocalXero, request: Request, now: datetime) -> SignedIn:
    """Errors: 401 for the token, 403 for the organisation, 401 with WWW-Authenticate for the scope."""
    client, claims = claims_of(xero, request, now)
    organisation_id = request.headers.get("xero-tenant-id", "").lower() or client.organisation_id
    is_connected = xero.identity.connections.is_connected(client.client_id, organisation_id)
    if not is_connected or organisation_id not in xero.books:
        raise forbidden()
    scopes = in_force(claims["scope"], xero.board.now, now)
    if not allows(scopes, request.method, request.segments, xero.board.now):
        failed = unauthorised(xero.board.now.text_scope_missing)
        raise CallFailedError(failed.answer.with_headers({"WWW-Authenticate": "insufficent_scope"}))
    return SignedIn(client.client_id, client.name, organisation_id)
