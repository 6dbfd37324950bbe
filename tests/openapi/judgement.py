"""What of one exchange is held against the descriptions, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from description import Description, Operation
from events import Webhooks
from exchanges import answer_faults, is_ours, is_pdf, is_xml, request_faults
from known import EXCUSES, GENERAL_STATUSES, UNDESCRIBED_PATHS
from schemas import Fault, Plain

# With these the journal has the endpoint's own answer, whatever became of it on the wire.
OWN_ANSWER = {"", "delay", "lost_after", "truncated"}


@dataclass
class Verdict:
    """Shape: `checked` names the parts held against the description; `left_out` says which were not, and why."""

    operation: str
    checked: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def judged(descriptions: list[Description], webhooks: Webhooks, exchange: Plain) -> Verdict:
    """Hold one line of the journal against the descriptions."""
    if exchange["signed_in"] == "x-xero-signature":
        return _told(webhooks, exchange)
    path = exchange["path"]
    for description in descriptions:
        if path.startswith(description.root) and (found := description.find(exchange["method"], path)):
            verdict = Verdict(found[0].name)
            _judge_request(verdict, *found, exchange)
            _judge_answer(verdict, found[0], exchange)
            return verdict
    return _unknown(Verdict(f"{exchange['method']} {path}"), exchange)


def _told(webhooks: Webhooks, exchange: Plain) -> Verdict:
    """A call to a subscriber; how that answers is its own affair."""
    verdict = Verdict("webhook", ["answers"])
    _note(verdict, "local Xero", "", webhooks.faults(exchange["body"]))
    return verdict


def _note(verdict: Verdict, who: str, what: str, faults: Iterable[Fault]) -> None:
    """Faults with an excuse that holds for them are only counted."""
    for fault in faults:
        reason, ours_too = EXCUSES.get(fault.excuse, ("", False))
        if reason and (ours_too or who != "ours"):
            verdict.excused.append(f"{who}: {reason}")
        else:
            verdict.faults.append(f"{what}{fault.text}")


def _unknown(verdict: Verdict, exchange: Plain) -> Verdict:
    """A call that is not in the descriptions must be one that is known not to be, or refused."""
    if reason := UNDESCRIBED_PATHS.get(exchange["path"]):
        verdict.left_out.append(f"all of {exchange['path']}: {reason}")
    elif is_ours(exchange) or exchange["status"] < 400 or exchange["fault"] not in OWN_ANSWER:
        verdict.faults.append("no such path and method")
    else:
        verdict.left_out.append(f"all of a call of others to no described path, refused with {exchange['status']}")
    return verdict


def _judge_request(verdict: Verdict, operation: Operation, values: dict[str, str], exchange: Plain) -> None:
    """Ours always; that of others when it was carried out, since tests send wrong ones on purpose."""
    who = "ours" if is_ours(exchange) else "others"
    if who == "others" and not (exchange["status"] in (200, 204) and exchange["fault"] in OWN_ANSWER):
        why = exchange["fault"] or f"{exchange['status']}"
        verdict.left_out.append(f"request of others, not carried out: {why}")
        return
    verdict.checked.append(who)
    _note(verdict, who, f"request of {who}: ", request_faults(operation, values, exchange))


def _judge_answer(verdict: Verdict, operation: Operation, exchange: Plain) -> None:
    """Every one that is the endpoint's own and whose status the description has."""
    status = exchange["status"]
    if exchange["fault"] not in OWN_ANSWER:
        verdict.left_out.append(f"answer by planned fault: {exchange['fault']}")
    elif status not in operation.answers and status in GENERAL_STATUSES:
        verdict.left_out.append(f"answer {status}, which the description never lists: {GENERAL_STATUSES[status]}")
    elif is_xml(exchange["content_type"]):
        verdict.left_out.append("answer in XML; the description has JSON only")
    elif is_pdf(exchange["content_type"]):
        verdict.left_out.append("answer as a PDF")
    else:
        verdict.checked.append("answers")
        verdict.faults += [f"answer {status}: {fault.text}" for fault in answer_faults(operation, exchange)]
