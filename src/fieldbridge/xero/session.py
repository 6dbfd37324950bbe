"""A session with one Xero organisation: addresses, headers, and what each status means.

Source: Xero, HTTP response codes; OAuth 1.0a errors are form text, OAuth 2.0 errors are JSON.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import msgspec

from fieldbridge.core.errors import (
    AccessError,
    FieldbridgeError,
    OutageError,
    PacedError,
    RefusedError,
    SurpriseError,
    UnsureError,
)
from fieldbridge.core.records.books import Record
from fieldbridge.net.exchange import Answer, Call, Handler
from fieldbridge.xero.codec import Wire, decode, header_time

API_PATH = "/api.xro/2.0"
RECONNECT = "Reconnect with `fieldbridge connect`."


class Session:
    """Reads and writes of one organisation."""

    def __init__(self, handler: Handler, xero_url: str, sign_in: str = "") -> None:
        self._handler = handler
        self._root = xero_url.rstrip("/") + API_PATH
        self._sign_in = sign_in

    def read(self, resource: str, query: dict[str, str] | None = None, since: datetime | None = None) -> bytes | None:
        """One GET. Shape: the body, or None when Xero says that nothing was modified."""
        headers = {"Accept": "application/json"}
        if since is not None:
            headers["If-Modified-Since"] = header_time(since)
        pairs = tuple((query or {}).items())
        answer = self._handler(Call(method="GET", url=f"{self._root}/{resource}", query=pairs, headers=headers))
        if answer.status == 304:
            return None
        if answer.status == 200:
            return answer.body
        raise failure(answer, resource, write=False, sign_in=self._sign_in)

    def create(self, resource: str, query: dict[str, str], body: bytes, idempotency_key: str) -> bytes:
        """One PUT, which only ever creates. Errors: UnsureError when it may have been carried out."""
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Idempotency-Key": idempotency_key,
        }
        call = Call(
            method="PUT",
            url=f"{self._root}/{resource}",
            query=tuple(query.items()),
            headers=headers,
            body=body,
            write=True,
        )
        answer = self._handler(call)
        if answer.status == 200:
            return answer.body
        raise failure(answer, resource, write=True, sign_in=self._sign_in)


def failure(answer: Answer, resource: str, *, write: bool, sign_in: str = "") -> FieldbridgeError:
    """What an answer other than success means, and so what must happen next."""
    text = answer.body[:400].decode("utf-8", "replace").strip()
    if answer.status == 429:
        return limited(answer)
    if answer.status in (401, 403):
        return denied(answer, text, sign_in)
    if answer.status == 503 and text.startswith("oauth_problem=rate"):
        return PacedError("xero.rate_limit", "Xero's call limit is spent.", until=_in(60.0))
    if answer.status >= 500:
        said = f"Xero answered {answer.status} to {resource}: {text or 'no text'}."
        return UnsureError("xero.fault", said) if write else OutageError("xero.outage", said)
    if answer.status == 400:
        return RefusedError("xero.refused_request", f"Xero refused the request to {resource}: {_words(answer.body)}.")
    return SurpriseError("xero.unexpected", f"Xero answered {answer.status} to {resource}: {text or 'no text'}.")


def limited(answer: Answer) -> PacedError:
    """A call limit was met. Retry-After is absent when too many calls were in flight at once."""
    named = answer.headers.get("retry-after", "")
    wait_s = float(named) if named.isdecimal() else 1.0
    limit = answer.headers.get("x-rate-limit-problem", "call")
    return PacedError("xero.rate_limit", f"Xero's {limit} limit is spent.", until=_in(wait_s))


def lacks_scope(answer: Answer) -> bool:
    """Whether a 401 is about a missing scope. Xero spells the word in its own way; both spellings count."""
    said = answer.headers.get("www-authenticate", "")
    return answer.status == 401 and ("insufficent_scope" in said or "insufficient_scope" in said)


def denied(answer: Answer, text: str, sign_in: str) -> AccessError:
    """Xero does not let this connection in, in the words of whichever sign-in it used."""
    if lacks_scope(answer):
        return AccessError(
            "access.scope",
            "The sign-in does not allow this call: a scope is missing.",
            remedy="Refreshing never helps. " + RECONNECT,
        )
    problem = parse_qs(text).get("oauth_problem", [""])[0]
    advice = parse_qs(text).get("oauth_problem_advice", [""])[0]
    if problem == "signature_invalid":
        return AccessError(
            "access.signature_invalid",
            f"Xero could not verify our signature: {advice}.",
            remedy="The certificate pasted into Xero is not this installation's. Paste the one `fieldbridge "
            "certificate` prints.",
        )
    if problem:
        return AccessError(f"access.{problem}", f"Xero refused the sign-in: {problem}: {advice}.", remedy=RECONNECT)
    if sign_in == "private-app":
        return AccessError(
            "access.private_apps_ended",
            "Xero switched private apps (OAuth 1.0a) off in September 2021; it no longer answers this sign-in.",
            remedy="Run `fieldbridge connect NAME --sign-in pkce` under the same name: links and history stay.",
        )
    return AccessError("access.denied", f"Xero refused the sign-in ({answer.status}): {text[:200]}.", remedy=RECONNECT)


class _Message(Wire, frozen=True, kw_only=True):
    message: str = ""


class _Refusal(Wire, frozen=True, kw_only=True):
    message: str = ""
    elements: list["_Element"] = []


class _Element(Wire, frozen=True, kw_only=True):
    validation_errors: list[_Message] = []


def _words(body: bytes) -> str:
    refusal = decode(body, _Refusal, "a refused request")
    said = [error.message for element in refusal.elements for error in element.validation_errors]
    return "; ".join(said or [refusal.message]) or "no reason given"


def _in(wait_s: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=wait_s)


class Pagination(Wire, frozen=True, kw_only=True, rename="camel"):
    """How many pages a list has, the one part of an answer that Xero spells in camel case."""

    page: int = 1
    page_count: int = 1


class Page(msgspec.Struct, frozen=True):
    """One page of records. read_at is Xero's own clock, the watermark of the next read."""

    records: tuple[Record, ...]
    read_at: datetime
