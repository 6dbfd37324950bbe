"""What a planned fault puts in the place of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fieldbridge.standin.gate.faults import Fault
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.answers import Answer, problem_answer, text_answer

OUTAGES = {
    "offline": "The Xero API is currently offline for maintenance",
    "unavailable": "The Xero API is temporarily unavailable",
    "organisation_offline": "The Organisation is offline",
}


def outage(fault: Fault | None, switches: Switches) -> Answer | None:
    """The 503 that comes before anything is looked at, in plain text; None when no outage is planned."""
    if fault is None or fault.kind not in OUTAGES:
        return None
    if fault.kind == "organisation_offline" and switches.legacy_organisation_offline:
        return problem_answer("organisation offline", switches.text_organisation_offline, 503)
    return text_answer(OUTAGES[fault.kind], 503)


def with_fault(fault: Fault | None, endpoint: Callable[[], Answer]) -> Answer:
    """The endpoint's answer, or the planned one in its place; `commits` runs the endpoint all the same."""
    if fault is None or fault.runs_call:
        answer = endpoint()
        if fault is None or fault.kind != "status":
            return answer
        return replace(_planned(fault), committed=answer.committed)
    return _planned(fault)


def _planned(fault: Fault) -> Answer:
    if fault.kind == "not_modified":
        return Answer(304, fault=fault.kind)
    content_type = next((value for name, value in fault.headers.items() if name.lower() == "content-type"), "")
    others = {name: value for name, value in fault.headers.items() if name.lower() != "content-type"}
    shown = content_type or "text/plain; charset=utf-8"
    return Answer(fault.status, fault.body.encode(), shown, others, fault=fault.kind)
