"""The wire: sends one request once, and sorts failures by whether it may have arrived."""

from importlib.metadata import version
from urllib.parse import quote, urlencode

import httpx2

from fieldbridge.core.errors import OutageError, UnsureError
from fieldbridge.net.exchange import Answer, Call, Handler

TIMEOUT_S = 30.0
# One client serves every connection of a process; how many calls one connection may have under way is not its affair.
CONNECTIONS_MAX = 200
# Shorter than servers keep idle connections, so that a write rarely meets one the server has just closed.
KEEP_ALIVE_S = 4.0
USER_AGENT = f"fieldbridge/{version('fieldbridge')}"
NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


def open_client(timeout_s: float = TIMEOUT_S) -> httpx2.Client:
    """A client that follows nothing and retries nothing."""
    limits = httpx2.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=KEEP_ALIVE_S)
    return httpx2.Client(timeout=timeout_s, limits=limits, headers={"User-Agent": USER_AGENT}, follow_redirects=False)


def wire(client: httpx2.Client) -> Handler:
    """The innermost layer.

    Errors: OutageError when a request never left, or a read was not answered; UnsureError when a write may have
    arrived.
    """

    def send(call: Call) -> Answer:
        request = client.build_request(
            call.method, address(call), headers=dict(call.headers), content=call.body or None
        )
        try:
            response = client.send(request)
        except NEVER_LEFT as error:
            raise OutageError("net.unreachable", f"{_host(call)} cannot be reached: {error}.") from error
        except httpx2.HTTPError as error:
            raise _unanswered(call, error) from error
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            wire_bytes=response.num_bytes_downloaded,
        )

    return send


def address(call: Call) -> str:
    """The full address of a request. A space is %20, never +: what is signed must read the same to both sides."""
    return f"{call.url}?{urlencode(call.query, quote_via=quote, safe='')}" if call.query else call.url


def _host(call: Call) -> str:
    return str(httpx2.URL(call.url).host)


def _unanswered(call: Call, error: httpx2.HTTPError) -> OutageError | UnsureError:
    what = f"{_host(call)} did not answer {call.method} {httpx2.URL(call.url).path}: {type(error).__name__}."
    return UnsureError("net.unanswered", what) if call.write else OutageError("net.unanswered", what)
