"""The way of one API call: signed? allowed now? seen before? then the books, then the wire.

Order as in Xero: sign-in, rate limits, idempotency, the endpoint.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field, replace
from datetime import datetime

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.gate.idempotency import fingerprint
from fieldbridge.standin.gate.received import Received
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request, entered, signed
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.routes import answer_call
from fieldbridge.standin.signin.applications import Application
from fieldbridge.standin.wire.answers import Answer, CallFailedError, text_answer
from fieldbridge.standin.wire.query import Query

LARGEST_BODY = 10 * 1024 * 1024
OFFLINE = "The Xero API is currently offline for maintenance"
_NEEDS_JSON = "This local Xero answers JSON only. Send Accept: application/json (without it Xero would answer XML)."
_SEND_JSON = "This local Xero reads JSON only. Send Content-Type: application/json."


@dataclass
class Passage:
    """What became of a request: the fault it met, its answer, and the limit place and key it holds until it left."""

    entry: Received
    fault: Fault | None
    answer: Answer = field(default_factory=Answer)
    place: tuple[str, str] | None = None
    key: tuple[str, str] | None = None


def arrive(xero: LocalXero, request: Request) -> Passage:
    """Run one request up to its answer; nothing has been sent yet. Always followed by `depart`."""
    with xero.lock:
        now = xero.clock.now()
        entry = entered(request, now)
        xero.received.calls.append(entry)
        passage = Passage(entry, xero.faults.take(request.method, request.path))
        entry.fault = passage.fault.kind if passage.fault else ""
        try:
            _answer(xero, request, passage, now)
        except CallFailedError as failed:
            passage.answer = failed.answer
        _note(passage)
        passage.answer = _compressed(xero, request, passage.answer)
    return passage


def depart(xero: LocalXero, passage: Passage) -> None:
    """The answer has left, or never will: give back the place among the calls in flight."""
    with xero.lock:
        if passage.place:
            xero.limits.leave(*passage.place)
        if passage.key:
            xero.keys.finish(*passage.key)


def _note(passage: Passage) -> None:
    is_lost = passage.fault is not None and passage.fault.is_lost
    passage.entry.status = 0 if is_lost else passage.answer.status
    passage.entry.committed = passage.answer.committed


def _answer(xero: LocalXero, request: Request, passage: Passage, now: datetime) -> None:
    fault, switches = passage.fault, xero.board.now
    if fault and fault.kind == "lost_before":
        return
    if fault and fault.kind == "offline":
        raise CallFailedError(text_answer(OFFLINE, 503))
    if switches.url_limit_bytes and len(request.target) > switches.url_limit_bytes:
        raise CallFailedError(Answer(414))
    app = xero.verifier.verify(signed(request), now)
    tenant = (app.consumer_key, app.organisation_id)
    if fault and fault.kind.startswith("rate_"):
        raise CallFailedError(xero.limits.refusal(fault.kind.removeprefix("rate_"), *tenant, now, switches))
    if refused := xero.limits.admit(*tenant, now, switches):
        raise CallFailedError(refused)
    passage.place = tenant
    answer = _once(xero, request, passage, app, now)
    passage.answer = answer.with_headers(xero.limits.headers(*tenant, now))


def _once(xero: LocalXero, request: Request, passage: Passage, app: Application, now: datetime) -> Answer:
    """Through the idempotency store: a known key is replayed, a new one is kept with its answer."""
    key, switches = request.idempotency_key, xero.board.now
    if not key:
        return _with_fault(xero, request, passage.fault, app)
    mark = fingerprint(request.method, request.target, request.body)
    if known := xero.keys.replay(app.consumer_key, key, mark, now, switches):
        return replace(known, committed=False)
    answer = _with_fault(xero, request, passage.fault, app)
    if answer.status not in (304, 503):
        xero.keys.keep(app.consumer_key, key, mark, answer, now, switches)
        passage.key = (app.consumer_key, key)
    return answer


def _with_fault(xero: LocalXero, request: Request, fault: Fault | None, app: Application) -> Answer:
    """The endpoint's answer, or the planned one in its place; `commits` runs the endpoint all the same."""
    if fault is None or fault.runs_call:
        answer = _endpoint(xero, request, app)
        if fault is None or fault.kind != "status":
            return answer
        return replace(_planned(fault), committed=answer.committed)
    return _planned(fault)


def _planned(fault: Fault) -> Answer:
    if fault.kind == "not_modified":
        return Answer(304)
    content_type = next((value for name, value in fault.headers.items() if name.lower() == "content-type"), "")
    others = {name: value for name, value in fault.headers.items() if name.lower() != "content-type"}
    return Answer(fault.status, fault.body.encode(), content_type or "text/plain; charset=utf-8", others)


def _endpoint(xero: LocalXero, request: Request, app: Application) -> Answer:
    if len(request.body) > LARGEST_BODY:
        return text_answer("The request body is larger than 10 MB", 413)
    if not _takes_json(request.headers.get("accept", "")):
        return text_answer(_NEEDS_JSON, 406)
    if request.body and "json" not in request.headers.get("content-type", "application/json"):
        return text_answer(_SEND_JSON, 415)
    return answer_call(_call(request, xero.books[app.organisation_id], app))


def _takes_json(accept: str) -> bool:
    return any(kind in accept for kind in ("application/json", "application/*")) or "text/json" in accept


def _call(request: Request, books: Books, app: Application) -> Call:
    return Call(request.method, request.segments, Query(request.query), request.headers, request.body, books, app.name)


def _compressed(xero: LocalXero, request: Request, answer: Answer) -> Answer:
    wanted = "gzip" in request.headers.get("accept-encoding", "")
    if not (wanted and xero.board.now.gzip and answer.body):
        return answer
    packed = replace(answer, body=gzip.compress(answer.body, 3))
    return packed.with_headers({"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
