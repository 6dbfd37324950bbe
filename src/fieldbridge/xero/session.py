"""A session with one Xero organisation: addresses, headers, and the few ways of asking."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote

from fieldbridge.net.exchange import Answer, Call, Handler
from fieldbridge.xero.codec import header_time
from fieldbridge.xero.failures import failure

API_PATH = "/api.xro/2.0"
JSON = "application/json"
NO_QUERY: Mapping[str, str] = {}


class Session:
    """Reads and writes of one organisation.

    Errors: the eight kinds, as `failures` says. A write that may have been carried out raises UnsureError.
    """

    def __init__(self, handler: Handler, xero_url: str, now: Callable[[], datetime], sign_in: str = "") -> None:
        self._handler = handler
        self._now = now
        self._root = xero_url.rstrip("/") + API_PATH
        self._sign_in = sign_in

    def read(
        self, resource: str, query: Mapping[str, str] | None = None, since: datetime | None = None
    ) -> bytes | None:
        """One GET. Shape: the body, or None when Xero says that nothing was modified."""
        modified = {} if since is None else {"If-Modified-Since": header_time(since)}
        answer = self._ask("GET", resource, query or NO_QUERY, {"Accept": JSON, **modified})
        return None if answer.status == 304 else self._body(answer, resource)

    def find(self, resource: str, query: Mapping[str, str] = NO_QUERY) -> bytes | None:
        """One GET of a record by its key. Shape: the body, or None when there is no such record."""
        answer = self._ask("GET", resource, query, {"Accept": JSON})
        return None if answer.status == 404 else self._body(answer, resource)

    def download(self, resource: str, mime_type: str) -> bytes:
        """The bytes of a file."""
        return self._body(self._ask("GET", resource, NO_QUERY, {"Accept": mime_type}), resource)

    def create(self, resource: str, query: Mapping[str, str], body: bytes, idempotency_key: str) -> bytes:
        """One PUT, which only ever creates."""
        return self._write("PUT", resource, query, body, {"Content-Type": JSON, "Idempotency-Key": idempotency_key})

    def update(
        self, collection: str, record_id: str, query: Mapping[str, str], body: bytes, idempotency_key: str
    ) -> bytes:
        """One POST to a record named by Xero's own id, never by number: a number could be another document's."""
        resource = f"{collection}/{uuid.UUID(record_id)}"
        return self._write("POST", resource, query, body, {"Content-Type": JSON, "Idempotency-Key": idempotency_key})

    def upload(
        self, resource: str, query: Mapping[str, str], content: bytes, mime_type: str, idempotency_key: str
    ) -> bytes:
        """One PUT of a file's bytes; a file of the same name is replaced."""
        headers = {"Content-Type": mime_type, "Idempotency-Key": idempotency_key}
        return self._write("PUT", resource, query, content, headers)

    def delete(self, resource: str, idempotency_key: str) -> bytes:
        """One DELETE. Shape: often empty."""
        return self._write("DELETE", resource, NO_QUERY, b"", {"Idempotency-Key": idempotency_key})

    def _write(
        self, method: str, resource: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str]
    ) -> bytes:
        answer = self._ask(method, resource, query, {"Accept": JSON, **headers}, body)
        return self._body(answer, resource, write=True)

    def _ask(
        self, method: str, resource: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        url, pairs = f"{self._root}/{resource}", tuple(query.items())
        return self._handler(
            Call(method=method, url=url, query=pairs, headers=headers, body=body, write=method != "GET")
        )

    def _body(self, answer: Answer, resource: str, *, write: bool = False) -> bytes:
        if answer.status in (200, 204):
            return answer.body
        raise failure(answer, resource, self._now, write=write, sign_in=self._sign_in)


def segment(text: str) -> str:
    """One part of a path, such as a number or a file's name."""
    return quote(text, safe="")
