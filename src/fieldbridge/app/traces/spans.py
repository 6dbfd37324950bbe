"""Spans, and the one that forgets them: what the rest of the product sees of tracing."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from fieldbridge.engine.stages import Program, RunRef, Stage, Stop, Turn
from fieldbridge.net.exchange import Answer, Call, Handler
from fieldbridge.store.ledger.runs import Run
from fieldbridge.xero.session import API_PATH

Fact = str | int | float | bool
Note = Callable[[str, Fact], None]


def _forget(_name: str, _fact: Fact) -> None:
    """Nobody wants to know."""


class Traces:
    """Where spans go. This one forgets them."""

    wanted = False

    def span(self, name: str, facts: Mapping[str, Fact], run: RunRef | None = None) -> AbstractContextManager[Note]:
        """Around something that takes time. Shape: what comes of it is given to the note; run is whose step it is."""
        return nullcontext(_forget)

    def ended(self, run: Run) -> None:
        """A run has ended: the span all its steps belong to."""


def observed(inner: Handler, traces: Traces) -> Handler:
    """A layer of the HTTP stack: a span for each call. No name, number or id of a record is in it."""

    def send(call: Call) -> Answer:
        name = f"{call.method} {resource(call.url)}"
        with traces.span(name, {"http.request.method": call.method}) as note:
            answer = inner(call)
            note("http.response.status_code", answer.status)
            note("fieldbridge.wire_bytes", answer.wire_bytes)
            return answer

    return send


def resource(url: str) -> str:
    """Which of Xero's collections an address is of."""
    return url.partition(API_PATH)[2].strip("/").partition("/")[0] or "connections"


def traced(programs: Mapping[str, Program], traces: Traces, run_of: Callable[[int], Run]) -> Mapping[str, Program]:
    """The same programs, with a span for each step, and one for each run when it ends."""
    if not traces.wanted:
        return programs
    return {name: _traced(one, traces, run_of) for name, one in programs.items()}


def _traced(program: Program, traces: Traces, run_of: Callable[[int], Run]) -> Program:
    def settle(ref: RunRef, stop: Stop | None) -> None:
        program.settle(ref, stop)
        traces.ended(run_of(ref.run_id))

    stages = tuple((name, _step(name, stage, traces)) for name, stage in program.stages)
    return replace(program, stages=stages, settle=settle)


def _step(name: str, stage: Stage, traces: Traces) -> Stage:
    def step(ref: RunRef) -> Turn:
        with traces.span(name, {"fieldbridge.flow": ref.flow}, ref) as note:
            turn = stage(ref)
            note("fieldbridge.again", turn.again)
            return turn

    return step
