"""Somebody's consent: their browser at Xero's page, and its return to this machine.

Source: Xero, redirect URIs: https, or http for localhost by that name.
"""

import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from fieldbridge.core.errors import AccessError, SetupError

WAIT_S = 300.0
DONE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>fieldbridge</title>
<body style="font: 1.2rem/1.6 system-ui; max-width: 34rem; margin: 4rem auto; padding: 0 1rem">
<h1>Thank you</h1><p>fieldbridge has Xero's answer. You can close this page and go back to where you started.</p>"""


def by_browser(redirect_uri: str, address: str, show: Callable[[str], None]) -> str:
    """Open Xero's page and wait for the browser to come back. Shape: the address it came back to.

    Errors: SetupError when the redirect does not lead here; AccessError when nobody comes back.
    """
    with _listening(redirect_uri) as (server, arrived):
        show(address)
        webbrowser.open(address)
        if not arrived.wait(WAIT_S):
            raise AccessError(
                "access.no_answer", "Nobody came back from Xero within five minutes.", remedy="Start again."
            )
        return server.came_back


class _Server(HTTPServer):
    came_back = ""


@contextmanager
def _listening(redirect_uri: str) -> Iterator[tuple[_Server, threading.Event]]:
    parts, arrived = urlsplit(redirect_uri), threading.Event()
    if parts.scheme != "http" or parts.hostname != "localhost" or not parts.port:
        raise SetupError(
            "connect.redirect",
            f"{redirect_uri} does not lead to this machine.",
            remedy="Give --paste, or use localhost.",
        )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if urlsplit(self.path).path != parts.path:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(DONE)
            server.came_back = self.path
            arrived.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing: the address holds a code."""

    try:
        server = _Server(("localhost", parts.port), Handler)
    except OSError as error:
        raise SetupError(
            "connect.port", f"Port {parts.port} is in use: {error}.", remedy="Free it, or register another redirect."
        ) from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server, arrived
    finally:
        server.shutdown()
        server.server_close()
