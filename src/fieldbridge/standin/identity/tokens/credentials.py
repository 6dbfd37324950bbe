"""Who calls the token and revocation endpoints, and how they say no."""

from __future__ import annotations

import base64
import binascii
import hmac
from urllib.parse import unquote_plus

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request
from fieldbridge.standin.wire.answers import CallFailedError, json_answer

_MEANING = {
    "invalid_client": "The client id or secret is wrong.",
    "invalid_grant": "The code or refresh token is unknown, used, expired or revoked.",
    "invalid_request": "The request is malformed.",
    "invalid_scope": "A scope is unknown or not enabled for this client.",
    "unauthorized_client": "The client may not use this grant or scope.",
    "unsupported_grant_type": "The grant type is not supported.",
}


def refusal(xero: LocalXero, error: str) -> CallFailedError:
    """The JSON error of the identity endpoints; switches decide status and description where nobody knows them."""
    switches = xero.board.now
    content = {"error": error}
    if switches.token_error_description:
        content["error_description"] = _MEANING[error]
    return CallFailedError(json_answer(content, switches.bad_client_status if error == "invalid_client" else 400))


def authenticated(xero: LocalXero, request: Request) -> Client:
    """The client by Basic authentication or by the body; a client without a secret by its id alone.

    Errors: invalid_client.
    """
    client_id, secret = _basic(request) or (request.form.get("client_id", ""), request.form.get("client_secret", ""))
    client = xero.applications.by_client_id(client_id)
    if client is None or not hmac.compare_digest(client.client_secret.encode(), secret.encode()):
        raise refusal(xero, "invalid_client")
    return client


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
