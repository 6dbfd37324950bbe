"""The ASGI application: API calls, identity, the My Applications pages and the control routes."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from fieldbridge.standin.api import answer_api
from fieldbridge.standin.control.routes import control_routes
from fieldbridge.standin.identity.routes import PATHS, answer_identity
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.options import Options
from fieldbridge.standin.passage import Passage, Run, arrive, depart
from fieldbridge.standin.request import Request
from fieldbridge.standin.signin.pages import page_routes
from fieldbridge.standin.wire.answers import Answer
from fieldbridge.standin.wires import Wires


def create_app(options: Options, wires: Wires | None = None, address: str = "https://api.xero.com") -> Starlette:
    """The whole local Xero as one application. `address` begins the links in webhook events.

    `wires` lets planned faults drop connections; `serve` passes it. Without it those faults fail the call.
    """
    xero = LocalXero(options, address)
    wires = wires or Wires()
    api = Mount("/api.xro/2.0", app=Endpoint(xero, wires, answer_api))
    identity = Endpoint(xero, wires, answer_identity)
    signing_in = [Route(path, identity) for path in PATHS]
    app = Starlette(routes=[api, *signing_in, *control_routes(xero), *page_routes(xero)])
    app.state.xero = xero
    return app


class Endpoint:
    """Every call faults can be planned for: read it, run it on a worker thread, then answer or let the wire fail."""

    def __init__(self, xero: LocalXero, wires: Wires, run: Run) -> None:
        self._xero = xero
        self._wires = wires
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request, from its body to its answer. One whose sender is gone before its end never arrived."""
        body = await _body(receive)
        if body is None:
            return
        request = _request(scope, body)
        passage = await run_in_threadpool(arrive, self._xero, request, self._run)
        try:
            await self._deliver(scope, receive, send, passage)
        finally:
            await run_in_threadpool(depart, self._xero, passage)

    async def _deliver(self, scope: Scope, receive: Receive, send: Send, passage: Passage) -> None:
        fault, answer = passage.fault, passage.answer
        if fault and fault.is_lost:
            self._wires.cut(scope["client"])
            return await _until_gone(receive)
        if fault and fault.kind == "delay":
            await asyncio.sleep(fault.delay_s)
        await send(_start(answer))
        if not (fault and fault.kind == "truncated"):
            return await send({"type": "http.response.body", "body": answer.body})
        await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
        self._wires.hang_up(scope["client"])
        return await _until_gone(receive)


async def _body(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _until_gone(receive: Receive) -> None:
    """Wait until the server has seen the connection end, so that it sends nothing of its own."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _request(scope: Scope, body: bytes) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("latin-1")
    raw_path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
    target = f"{raw_path}?{query}" if query else raw_path
    return Request(
        scope["method"], scope["scheme"], headers.get("host", ""), scope["path"], target, query, headers, body
    )


def _start(answer: Answer) -> Message:
    headers = {"Content-Length": str(len(answer.body)), **answer.headers}
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    if answer.status in (204, 304):
        del headers["Content-Length"]
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": answer.status, "headers": pairs}
