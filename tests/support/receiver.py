"""Somebody who takes our webhooks: keeps what came rightly signed, and answers as told."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Shape: posts are (id, content) in order; forged counts those whose signature was wrong."""

    daemon_threads = True

    def __init__(self, secret: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/alerts"
        self.secret = secret
        self.status = 204
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.forged = 0

    @property
    def told(self) -> list[dict[str, Any]]:
        return [one for _, content in self.posts for one in content["notices"]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.headers["webhook-id"]
        signed = name.encode() + b"." + self.headers["webhook-timestamp"].encode() + b"." + body
        right = base64.b64encode(hmac.new(self.server.secret, signed, hashlib.sha256).digest()).decode()
        if self.headers["webhook-signature"] == f"v1,{right}":
            self.server.posts.append((name, json.loads(body)))
        else:
            self.server.forged += 1
        self.send_response_only(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving(secret: bytes) -> Iterator[Receiver]:
    with Receiver(secret) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield receiver
        receiver.shutdown()
