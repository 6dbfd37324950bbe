"""All /standin/ routes and what guards them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fieldbridge.standin.control import edits, knobs, webhooks
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.wire.fields import DataInvalidError, decode

Handler = Callable[[LocalXero, dict[str, Any], str], Any]
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/standin/reset", knobs.reset),
    ("GET", "/standin/clock", knobs.clock),
    ("POST", "/standin/clock", knobs.move_clock),
    ("GET", "/standin/faults", knobs.faults),
    ("POST", "/standin/faults", knobs.plan_fault),
    ("DELETE", "/standin/faults", knobs.forget_faults),
    ("GET", "/standin/received", knobs.received),
    ("DELETE", "/standin/received", knobs.forget_received),
    ("GET", "/standin/egress", knobs.egress),
    ("GET", "/standin/switches", knobs.switches),
    ("POST", "/standin/switches", knobs.turn_switches),
    ("GET", "/standin/books", edits.books),
    ("POST", "/standin/organisation", edits.edit_organisation),
    ("POST", "/standin/contacts/{id}", edits.edit_contact),
    ("POST", "/standin/items/{id}", edits.edit_item),
    ("DELETE", "/standin/items/{id}", edits.delete_item),
    ("POST", "/standin/invoices/{id}", edits.edit_invoice),
)
_UNLOCKED: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/standin/webhooks", webhooks.webhooks),
    ("POST", "/standin/webhooks", webhooks.subscribe),
    ("DELETE", "/standin/webhooks", webhooks.unsubscribe),
    ("POST", "/standin/webhooks/intent", webhooks.ask),
    ("POST", "/standin/webhooks/deliver", webhooks.deliver),
    ("POST", "/standin/webhooks/replay", webhooks.replay),
)


def control_routes(xero: LocalXero) -> list[Route]:
    """Shape: bodies and answers are JSON objects; a refused request answers 400 {"error": text}, 404 for no record."""
    locked = ((method, path, _locked(handler)) for method, path, handler in _ROUTES)
    return [Route(path, _endpoint(xero, handler), methods=[method]) for method, path, handler in (*locked, *_UNLOCKED)]


def _locked(handler: Handler) -> Handler:
    """Run it with the server's lock held, and tell webhook subscribers what it changed."""

    def run(xero: LocalXero, content: dict[str, Any], identity: str) -> Any:
        with xero.lock:
            for books in xero.books.opened:
                books.journal.forget()
            try:
                result = handler(xero, content, identity)
            except Exception:
                for books in xero.books.opened:
                    books.journal.undo(0)
                raise
            for books in xero.books.opened:
                xero.webhooks.note(books)
            return result

    return run


def _endpoint(xero: LocalXero, handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        if request.client is None or not ip_address(request.client.host).is_loopback:
            return _json({"error": "The control routes answer this machine only."}, 403)
        body, organisation = await request.body(), request.query_params.get("organisation", "")
        return await run_in_threadpool(_run, xero, handler, body, organisation, request.path_params.get("id", ""))

    return endpoint


def _run(xero: LocalXero, handler: Handler, body: bytes, organisation: str, identity: str) -> Response:
    try:
        content = _object(body) | ({"organisation": organisation} if organisation else {})
        return _json(handler(xero, content, identity), 200)
    except edits.NoSuchRecordError as error:
        return _json({"error": str(error)}, 404)
    except (KeyError, AttributeError, ArithmeticError) as error:
        return _json({"error": f"This does not fit the record: {error!r}"}, 400)
    except (ValueError, TypeError, DataInvalidError) as error:
        return _json({"error": str(error)}, 400)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object sent; nothing counts as an empty one."""
    content = decode(body) if body.strip() else {}
    if not isinstance(content, dict):
        raise TypeError("Send a JSON object.")
    return content


def _json(content: Any, status: int) -> Response:
    return Response(_ENCODER.encode(content), status, media_type="application/json")
