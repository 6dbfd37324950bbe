"""A subscriber for the webhook tests: checks signatures, and misbehaves when told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """`calls` and `told` hold what came rightly signed; `good` and `wrong` are the statuses of the answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook?x=1"
        self.key = ""
        self.calls: list[dict[str, Any]] = []
        self.good = 200
        self.wrong = 401
        self.body = b""
        self.cookie = ""
        self.answered = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self.changed = threading.Condition()

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Until something that the calls bring about is so."""
        ends = time.monotonic() + 60
        with self.changed:
            while not holds():
                assert time.monotonic() < ends
                self.changed.wait(0.05)  # what follows from a call may come a moment after it

    @property
    def told(self) -> list[dict[str, Any]]:
        return [event for call in self.calls for event in call["events"]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        sent = self.headers["x-xero-signature"]
        here = self.server
        made = base64.b64encode(hmac.new(here.key.encode(), body, hashlib.sha256).digest()).decode()
        is_right = hmac.compare_digest(made, sent)
        status = here.good if is_right else here.wrong
        if is_right:
            here.meanwhile()
            here.calls.append(json.loads(body))
        self.send_response_only(status)
        if here.cookie:
            self.send_header("Set-Cookie", here.cookie)
        self.send_header("Content-Length", str(len(here.body)))
        self.end_headers()
        self.wfile.write(here.body)
        with here.changed:
            here.answered += 1
            here.changed.notify_all()

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield receiver
        receiver.shutdown()
