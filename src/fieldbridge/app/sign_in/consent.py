"""Somebody's consent: their browser at Xero's page, and its return to this machine.

Source: Xero, redirect URIs: https, or http for localhost by that name.
"""

import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from fieldbridge.core.errors import AccessError, SetupError
from fieldbridge.net.oauth2 import Consent, code_of

WAIT_S = 300.0
UNCHANGED = "Nothing was changed here. You can close this page."


def by_browser(asked: Consent, tell: Callable[[str], None]) -> str:
    """Open Xero's page and wait for the browser to come back. Shape: the address it came back to.

    Errors: SetupError when the redirect does not lead here; AccessError when nobody comes back.
    """
    answers: SimpleQueue[str] = SimpleQueue()
    with _listening(asked, answers):
        tell(f"Opening {asked.address}")
        if not webbrowser.open(asked.address):
            tell("No browser could be opened: open that page yourself, on this machine.")
        try:
            return answers.get(timeout=WAIT_S)
        except Empty:
            said = "Nobody came back from Xero within five minutes."
            raise AccessError("access.no_answer", said, remedy="Start again.") from None


@contextmanager
def _listening(asked: Consent, answers: SimpleQueue[str]) -> Iterator[None]:
    parts = urlsplit(asked.redirect_uri)
    if parts.scheme != "http" or parts.hostname != "localhost" or not parts.port:
        raise SetupError(
            "connect.redirect",
            f"{asked.redirect_uri} does not lead to this machine.",
            remedy="Give --paste, or use localhost.",
        )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if urlsplit(self.path).path != parts.path:
                self.send_error(404)
                return
            status, page = landed(asked, self.path)
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(page)
            answers.put(self.path)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing: the address holds a code."""

    try:
        # A thread for each connection: browsers open some that they send nothing through.
        server = ThreadingHTTPServer(("localhost", parts.port), Handler)
    except OSError as error:
        raise SetupError(
            "connect.port",
            f"Port {parts.port} is in use: {error.strerror}.",
            remedy="Free it; or register another redirect with the app, such as "
            f"http://localhost:{parts.port + 1}{parts.path}, and give it with --redirect-uri; or give --paste.",
        ) from None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def landed(asked: Consent, came_back: str) -> tuple[int, bytes]:
    """The page the browser ends on, after an answer that was awaited. Shape: as `page`."""
    try:
        code_of(asked, came_back)
    except AccessError as error:
        return page(400, "Not connected", error.message, f"{error.remedy} {UNCHANGED}")
    said = "fieldbridge connects now. Look where you started it: there it names the organisation."
    return page(200, "Xero has answered", said, "You can close this page.")


def page(status: int, heading: str, said: str, then: str) -> tuple[int, bytes]:
    """A page that is complete in itself. Shape: status and HTML."""
    pages = Environment(loader=PackageLoader("fieldbridge.app"), autoescape=True, undefined=StrictUndefined)
    told = {"heading": heading, "said": said, "next": then, "failed": status != HTTPStatus.OK}
    return status, pages.get_template("landed.html").render(**told).encode()
