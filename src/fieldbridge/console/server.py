"""The web server: it receives webhooks and people who come back from Xero, and answers monitors."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from fieldbridge.app import webhooks
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import remote_consent
from fieldbridge.console import monitoring
from fieldbridge.core.errors import SetupError

# The address of such a page holds a code.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
START_LOOK_S = 0.05
STOP_WITHIN_S = 5.0


def create_app(installation: Installation) -> Starlette:
    """The routes, over one installation."""

    async def xero_webhook(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > webhooks.BODY_MAX:
                return Response(status_code=413)
        signature = request.headers.get("x-xero-signature", "")
        taken = await run_in_threadpool(webhooks.receive, installation, body, signature)
        return Response(status_code=200 if taken else 401)

    async def back_from_xero(request: Request) -> Response:
        status, page = await run_in_threadpool(remote_consent.came_back, installation, request.url.query)
        return HTMLResponse(page, status, headers=PRIVATE)

    return Starlette(
        routes=[
            Route("/webhooks/xero", xero_webhook, methods=["POST"]),
            Route(remote_consent.PATH, back_from_xero, methods=["GET"]),
            *monitoring.routes(installation),
        ]
    )


@contextmanager
def serving(installation: Installation, host: str, port: int) -> Iterator[None]:
    """Serve on a thread for as long as the context lasts. Errors: SetupError when the address cannot be had."""
    # proxy_headers: the address a request came from is believed, never what it says of itself.
    config = uvicorn.Config(
        create_app(installation), host=host, port=port, log_level="critical", lifespan="off", proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise SetupError(
                "run.listen",
                f"Nothing can listen at {host}:{port}.",
                remedy="Is the port in use, or the address another machine's?",
            )
        installation.pause(START_LOOK_S)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_WITHIN_S)
