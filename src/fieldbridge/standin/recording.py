"""The journal of a local Xero: one line of JSON for every call of the API, of identity and to subscribers."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from fieldbridge.standin.gate.received import Received
from fieldbridge.standin.request import PREFIX, Request
from fieldbridge.standin.wire.answers import Answer

HEADERS = ("accept", "content-type", "idempotency-key", "if-modified-since", "user-agent", "xero-tenant-id")
_TOKENS = ("access_token", "id_token", "refresh_token")
_WITHHELD = "withheld"


@dataclass(frozen=True)
class Exchange:
    """One call and its answer, before compression and whole even when a planned fault kept it from leaving.

    Shape: `signed_in` is the first word of Authorization; bodies are text, and bytes that are none {"base64": text};
    `status` is 0 when there was no answer; `fault` is the kind of the planned fault that the call met, or whose answer
    was replayed to it. Tokens and secrets are `withheld`. A call to a subscriber has its whole address for a path and
    is `signed_in` by `x-xero-signature`.
    """

    at: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    signed_in: str
    body: Any
    status: int
    content_type: str
    answer: Any
    fault: str


class Recording:
    """Appends exchanges to a file, or in a folder to a file of this process.

    A line is one write to a file opened for appending, so that processes may share it.
    """

    def __init__(self, target: str) -> None:
        path = Path(target)
        self._file = path / f"{os.getpid()}.jsonl" if path.is_dir() else path
        self._file.touch(mode=0o600)

    def add(self, exchange: Exchange) -> None:
        """One line more."""
        with self._file.open("ab", buffering=0) as file:
            file.write(msgspec.json.encode(exchange) + b"\n")


def call(request: Request, entry: Received, answer: Answer) -> Exchange:
    """Somebody called."""
    is_api = request.path.startswith(PREFIX)
    return Exchange(
        at=entry.at, method=request.method, path=request.path, query=request.query,
        headers={name: request.headers[name] for name in HEADERS if name in request.headers},
        signed_in=request.headers.get("authorization", "").partition(" ")[0],
        body=_text(request.body) if is_api else entry.body,
        status=answer.status, content_type=answer.content_type,
        answer=_text(answer.body) if is_api else _text(_without_tokens(answer)), fault=entry.fault or answer.fault,
    )  # fmt: skip


def push(at: datetime, url: str, body: bytes, status: int) -> Exchange:
    """A subscriber was called. Its query may hold a secret of its own."""
    headers = {"content-type": "application/json; charset=utf-8"}
    address = url.partition("?")[0]
    return Exchange(
        at=at.isoformat(), method="POST", path=address, query="", headers=headers, signed_in="x-xero-signature",
        body=_text(body), status=status, content_type="", answer="", fault="",
    )  # fmt: skip


def _text(body: bytes) -> Any:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _without_tokens(answer: Answer) -> bytes:
    """The same members, what is secret in them withheld. A planned fault's body is its planner's own."""
    if answer.fault or "json" not in answer.content_type:
        return answer.body
    content = msgspec.json.decode(answer.body)
    if isinstance(content, dict):
        content |= {name: _WITHHELD for name in _TOKENS if isinstance(content.get(name), str)}
    return msgspec.json.encode(content)
