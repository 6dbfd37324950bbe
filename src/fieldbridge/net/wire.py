"""The wire: sends one request once, and sorts failures by whether it may have arrived."""

from contextlib import closing
from importlib.metadata import version
from urllib.parse import quote, urlencode

import httpx2

from fieldbridge.core.errors import OutageError, SurpriseError, UnsureError
from fieldbridge.net.exchange import Answer, Call, Handler

TIMEOUT_S = 30.0
# One client serves every connection of a process; how many calls one connection may have under way is not its affair.
CONNECTIONS_MAX = 200
# Shorter than servers keep idle connections, so that a write rarely meets one the server has just closed.
KEEP_ALIVE_S = 4.0
# A page of a thousand long documents has some 50 MB. More than this is no answer, packed small or not.
ANSWER_MAX = 256 * 1024 * 1024
USER_AGENT = f"fieldbridge/{version('fieldbridge')}"
NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


def open_client(timeout_s: float = TIMEOUT_S) -> httpx2.Client:
    """A client that follows nothing and retries nothing."""
    limits = httpx2.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=KEEP_ALIVE_S)
    return httpx2.Client(timeout=timeout_s, limits=limits, headers={"User-Agent": USER_AGENT}, follow_redirects=False)


def wire(client: httpx2.Client, answer_max: int = ANSWER_MAX) -> Handler:
    """The innermost layer. Units: answer_max in bytes, unpacked.

    Errors: OutageError when a request never left, or a read was not answered; UnsureError when a write may have
    arrived; SurpriseError when the answer to a read is without end.
    """

    def send(call: Call) -> Answer:
        request = client.build_request(
            call.method, address(call), headers=dict(call.headers), content=call.body or None
        )
        try:
            response = client.send(request, stream=True)
            body = _read(call, response, answer_max)
        except NEVER_LEFT as error:
            raise OutageError("net.unreachable", f"{_host(call)} cannot be reached: {error}.") from error
        except httpx2.HTTPError as error:
            raise _unanswered(call, error) from error
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            wire_bytes=response.num_bytes_downloaded,
        )

    return send


def _read(call: Call, response: httpx2.Response, answer_max: int) -> bytes:
    """All of an answer, unpacked piece by piece, so that a small one cannot become larger than memory."""
    body = bytearray()
    with closing(response):
        for piece in response.iter_bytes():
            body += piece
            if len(body) > answer_max:
                said = f"{_host(call)} answered {call.method} with more than {answer_max} bytes."
                raise UnsureError("net.too_large", said) if call.write else SurpriseError("net.too_large", said)
    return bytes(body)


def address(call: Call) -> str:
    """The full address of a request. A space is %20, never +: what is signed must read the same to both sides."""
    return f"{call.url}?{urlencode(call.query, quote_via=quote, safe='')}" if call.query else call.url


def _host(call: Call) -> str:
    return str(httpx2.URL(call.url).host)


def _unanswered(call: Call, error: httpx2.HTTPError) -> OutageError | UnsureError:
    what = f"{_host(call)} did not answer {call.method} {httpx2.URL(call.url).path}: {type(error).__name__}."
    return UnsureError("net.unanswered", what) if call.write else OutageError("net.unanswered", what)
