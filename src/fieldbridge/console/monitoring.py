"""What a monitor asks: is the process alive, may it be given work, and how do things stand."""

import hmac
from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fieldbridge.app.installation import Installation
from fieldbridge.app.readiness import checked
from fieldbridge.console import metrics

# Of the text format whatever the library's newest is: every Prometheus reads it.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Set by a proxy, so that the address we see is not the asker's.
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def routes(installation: Installation) -> list[Route]:
    """The three routes, over one installation."""
    token = installation.settings.metrics_token.get_secret_value()

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def ready(_: Request) -> Response:
        faults = await run_in_threadpool(checked, installation)
        return JSONResponse({"ready": not faults, "faults": faults}, status_code=503 if faults else 200)

    async def measured(request: Request) -> Response:
        if not may_look(request, token):
            return Response(status_code=401 if token else 403)
        return Response(await run_in_threadpool(metrics.render, installation), media_type=CONTENT_TYPE)

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", measured)]


def may_look(request: Request, token: str) -> bool:
    """Whoever holds the token; while there is none, who asks on this machine and not through a proxy."""
    if token:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(f"Bearer {token}".encode(), shown.encode())
    host = request.client.host if request.client else ""
    return _is_loopback(host) and not any(name in request.headers for name in FORWARDED)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
