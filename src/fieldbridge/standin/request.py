"""One HTTP request to the API or to identity, and what sign-in and the record of calls need of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from fieldbridge.standin.gate.idempotency import METHODS
from fieldbridge.standin.gate.received import Received, form_without_secrets, without_secrets
from fieldbridge.standin.signin.verifier import Signed

PREFIX = "/api.xro/2.0/"


@dataclass(frozen=True)
class Request:
    """One HTTP request. `path` is decoded, `target` is path and query as sent."""

    method: str
    scheme: str
    host: str
    path: str
    target: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def idempotency_key(self) -> str:
        """The key of a write; reads have none."""
        return self.headers.get("idempotency-key", "") if self.method in METHODS else ""

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path after the prefix."""
        return tuple(part for part in self.path.removeprefix(PREFIX).split("/") if part)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body; of a repeated one the last."""
        return dict(self._pairs())

    def values(self, name: str) -> list[str]:
        """Every value of one field of a form body."""
        return [value for key, value in self._pairs() if key == name]

    def _pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)


def signed(request: Request) -> Signed:
    """What sign-in checks."""
    url = f"{request.scheme}://{request.host}{request.target}"
    headers = request.headers
    return Signed(request.method, url, headers.get("authorization", ""), headers.get("content-type", ""), request.body)


def entered(request: Request, now: datetime) -> Received:
    """The entry of the record of calls, before anything is known of the answer."""
    is_api = request.path.startswith(PREFIX)
    body = request.body.decode(errors="replace")
    return Received(
        now.isoformat(), request.method, request.path, request.query, without_secrets(request.headers),
        request.headers.get("idempotency-key", ""), body if is_api else form_without_secrets(body),
    )  # fmt: skip
