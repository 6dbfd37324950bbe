"""Writing elements: one by one, judged together or each on its own, refused ones leaving no trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.listing import Listing, View
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import NO_GUID, Answer, Record, RefusedError, not_found, validation_fault
from fieldbridge.standin.wire.dates import plain

Save = Callable[[Call, Record], tuple[Record, list[str]]]


@dataclass
class Outcome:
    """What became of one element: its record when saved, its texts when refused or odd."""

    sent: Record
    record: Record | None = None
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The element's StatusAttributeString."""
        if self.errors:
            return "ERROR"
        return "WARNING" if self.warnings else "OK"


@dataclass(frozen=True)
class Writing:
    """How one kind of element is written. `save` gets the call and the element and may raise RefusedError.

    `error_flag` is the name the kind gives its has-errors member.
    """

    name: str
    id_field: str
    shape: fields.Shape
    save: Save
    show: Callable[[View, Record], Record]
    error_flag: str = "HasValidationErrors"
    most: int = 0
    """More elements than this are refused; 0 means no limit."""


def addressed(listing: Listing, call: Call) -> Record | None:
    """The record the path names, if it names one. Errors: 404 for the whole call when it does not exist."""
    if len(call.segments) == 1:
        return None
    found = listing.find(call.books, call.key)
    if found is None:
        raise not_found()
    return found


def write(writing: Writing, call: Call) -> Answer:
    """Save the elements of the call in order.

    `summarizeErrors` absent or true: any refused element makes the whole answer a 400, which tells nothing of the
    others; those are saved all the same (switch siblings_saved_on_summarised_400; several clients report it, as
    freakboy3742/pyxero issue 79 does). False: 200, each element with its own StatusAttributeString.
    """
    sent = _elements(writing, call)
    mark = call.books.journal.mark()
    outcomes = [_save(writing, call, element) for element in sent]
    summarised = call.query.flag("summarizeErrors", default=True)
    if summarised and any(outcome.errors for outcome in outcomes):
        if not call.books.switches.siblings_saved_on_summarised_400:
            call.books.journal.undo(mark)
        raise validation_fault([_refused(writing, outcome) for outcome in outcomes if outcome.errors])
    shown = [_shown(writing, call, outcome, summarised=summarised) for outcome in outcomes]
    return call.answer(writing.name, shown)


def _elements(writing: Writing, call: Call) -> list[Record]:
    """Every element converted. Errors: DataInvalidError for a malformed value in any of them."""
    raw = call.elements(writing.name)
    if writing.most and len(raw) > writing.most:
        raise fields.DataInvalidError(f"No more than {writing.most} {writing.name} can be sent at once")
    return [fields.read(element, writing.shape) for element in raw]


def _save(writing: Writing, call: Call, sent: Record) -> Outcome:
    mark = call.books.journal.mark()
    try:
        record, warnings = writing.save(call, sent)
        return Outcome(sent, record, warnings=warnings)
    except RefusedError as refused:
        call.books.journal.undo(mark)
        return Outcome(sent, errors=list(dict.fromkeys(refused.messages)))


def _messages(texts: list[str]) -> list[Record]:
    return [{"Message": text} for text in texts]


def _refused(writing: Writing, outcome: Outcome) -> Record:
    """The echo of what was sent, with the all-zero id when it names no record, and why it was refused."""
    echo: Any = plain(outcome.sent)
    identity = {writing.id_field: outcome.sent.get(writing.id_field, NO_GUID)}
    flags = {writing.error_flag: True, "HasValidationErrors": True}
    return {**identity, **echo, **flags, "ValidationErrors": _messages(outcome.errors)}


def _shown(writing: Writing, call: Call, outcome: Outcome, *, summarised: bool) -> Record:
    if outcome.record is None:
        return {**_refused(writing, outcome), "StatusAttributeString": outcome.status}
    shown = writing.show(View(call.books, call.query.unit_decimals), outcome.record)
    shown[writing.error_flag] = False
    if not summarised:
        shown["StatusAttributeString"] = outcome.status
    if outcome.warnings:
        shown["Warnings"] = _messages(outcome.warnings)
    return shown
