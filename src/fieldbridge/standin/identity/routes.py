"""Which identity endpoint answers which method and path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.gate.planned import with_fault
from fieldbridge.standin.identity.authorize import consent_page, decide
from fieldbridge.standin.identity.connections_endpoint import connections, disconnect
from fieldbridge.standin.identity.discovery import DOCUMENT, KEYS, document, keys
from fieldbridge.standin.identity.tokens.endpoint import revocation, token
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.passage import Passage
from fieldbridge.standin.request import Request
from fieldbridge.standin.wire.answers import Answer, CallFailedError

Handler = Callable[[LocalXero, Request, datetime], Answer]
_ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/identity/connect/authorize"): consent_page,
    ("POST", "/identity/connect/authorize"): decide,
    ("POST", "/connect/token"): token,
    ("POST", "/connect/revocation"): revocation,
    ("GET", DOCUMENT): document,
    ("GET", KEYS): keys,
    ("GET", "/connections"): connections,
    ("DELETE", "/connections/{id}"): disconnect,
}
PATHS = (*dict.fromkeys(path for _, path in _ROUTES), "/Connections", "/Connections/{id}")
_ONE_CONNECTION = "/connections/"
_RETRY_S = "60"


def answer_identity(xero: LocalXero, request: Request, passage: Passage, now: datetime) -> Answer:
    """Errors: 405 for a method the path does not have; otherwise those of the endpoint."""
    if passage.fault and passage.fault.kind.startswith("rate_"):
        return _limited(passage.fault)
    path = request.path.lower()
    pattern = f"{_ONE_CONNECTION}{{id}}" if path.startswith(_ONE_CONNECTION) else path
    handler = _ROUTES.get((request.method, pattern))
    if handler is None:
        raise CallFailedError(Answer(405))
    return with_fault(passage.fault, lambda: handler(xero, request, now))


def _limited(fault: Fault) -> Answer:
    """These addresses have no limits of their own to tell of; a planned 429 is bare."""
    problem = fault.kind.removeprefix("rate_")
    return Answer(429, headers={"X-Rate-Limit-Problem": problem, "Retry-After": _RETRY_S})
