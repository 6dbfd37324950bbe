"""One request's way through the server: noted, met by a planned fault or answered, and seen off."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime

from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.gate.planned import outage
from fieldbridge.standin.gate.received import Received
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.recording import call
from fieldbridge.standin.request import Request, entered
from fieldbridge.standin.wire.answers import Answer, CallFailedError


@dataclass
class Passage:
    """What became of a request: the fault it met, its answer, and the limit place and key it holds until it left."""

    entry: Received
    fault: Fault | None
    answer: Answer = field(default_factory=Answer)
    place: tuple[str, str] | None = None
    key: tuple[str, str] | None = None


Run = Callable[[LocalXero, Request, Passage, datetime], Answer]


def arrive(xero: LocalXero, request: Request, run: Run) -> Passage:
    """Run one request up to its answer; nothing has been sent yet. Always followed by `depart`."""
    with xero.lock:
        now = xero.clock.now()
        entry = entered(request, now)
        xero.received.calls.append(entry)
        passage = Passage(entry, xero.faults.take(request.method, request.path))
        entry.fault = passage.fault.kind if passage.fault else ""
        passage.answer = _answer(xero, request, passage, run, now)
        if xero.recording:
            xero.recording.add(call(request, entry, passage.answer))
        plain, passage.answer = passage.answer, _compressed(xero, request, passage.answer)
        if passage.place:
            sizes = (len(plain.body), len(passage.answer.body))
            xero.egress.count(passage.place[0], request.method, request.segments, sizes, now, xero.board.now)
        passage.answer = passage.answer.with_headers({"Date": format_datetime(now, usegmt=True)})
        _note(passage)
    return passage


def _answer(xero: LocalXero, request: Request, passage: Passage, run: Run, now: datetime) -> Answer:
    if passage.fault and passage.fault.kind == "lost_before":
        return Answer(0)
    try:
        return outage(passage.fault, xero.board.now) or run(xero, request, passage, now)
    except CallFailedError as failed:
        return failed.answer


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


def _compressed(xero: LocalXero, request: Request, answer: Answer) -> Answer:
    wanted = "gzip" in request.headers.get("accept-encoding", "")
    if not (wanted and xero.board.now.gzip and answer.body):
        return answer
    packed = replace(answer, body=gzip.compress(answer.body, 3))
    return packed.with_headers({"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
