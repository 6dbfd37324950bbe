"""The organisation, notes, and deleting an item."""

from __future__ import annotations

from fieldbridge.standin.books.items import delete_item
from fieldbridge.standin.books.notes import add_note, notes_of
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.listing import Listing
from fieldbridge.standin.resources.listings import ITEMS
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Answer, Record, RefusedError, not_found, validation_fault
from fieldbridge.standin.wire.dates import instant_companion

_ACTIONS = (
    "CreateApprovedInvoice", "CreateDraftInvoice", "CreateInvoicePayment", "CreateApprovedBill", "CreateDraftBill",
    "CreateDraftQuote", "CreateSentQuote", "AttachFilesIntoInvoice", "UseMulticurrency",
)  # fmt: skip
_FORBIDDEN = ("ApproveTransactionsBeforePeriodLockDate",)
LONGEST_NOTE = 2500
_NOTE: fields.Shape = {"Details": fields.text}


def organisation(call: Call) -> Answer:
    """The organisation the application is registered for."""
    return call.answer("Organisations", [call.books.organisation])


def organisation_actions(call: Call) -> Answer:
    """What this application may do. Approving before the period lock date is an adviser's right."""
    allowed = [{"Name": name, "Status": "ALLOWED"} for name in _ACTIONS]
    return call.answer("Actions", [*allowed, *({"Name": name, "Status": "NOT-ALLOWED"} for name in _FORBIDDEN)])


def remove_item(call: Call) -> Answer:
    """204; 400 when a tracked item is used on a document."""
    row = ITEMS.find(call.books, call.key)
    if row is None:
        raise not_found()
    try:
        delete_item(call.books, row)
    except RefusedError as refused:
        raise _refusal(row["ItemID"], refused.messages) from refused
    return Answer(204)


def notes(listing: Listing, call: Call) -> Answer:
    """The history of one record, newest first."""
    row = listing.find(call.books, call.key)
    if row is None:
        raise not_found()
    return call.answer("HistoryRecords", [_note(note) for note in notes_of(call.books, row[listing.id_field])])


def write_notes(listing: Listing, call: Call) -> Answer:
    """Source: Xero, history and notes: an unknown document is a 400, not a 404."""
    row = listing.find(call.books, call.key)
    if row is None:
        raise _refusal(call.key, ["The document with the supplied id was not found for this endpoint."])
    try:
        sent = [fields.read(element, _NOTE) for element in call.elements("HistoryRecords")]
    except fields.DataInvalidError as error:
        raise _refusal(call.key, [str(error)]) from error
    if any(len(note.get("Details", "")) > LONGEST_NOTE for note in sent):
        raise _refusal(call.key, [call.books.switches.text_note_long])
    identity = row[listing.id_field]
    added = [add_note(call.books, identity, "Note", note.get("Details", ""), call.app_name) for note in sent]
    return call.answer("HistoryRecords", [_note(note) for note in added])


def _note(note: Record) -> Record:
    shown = {name: note[name] for name in ("Changes", "DateUTC", "User", "Details")}
    return {**shown, "DateUTCString": instant_companion(note["DateUTC"]).rstrip("Z")}


def _refusal(identity: str, messages: list[str]) -> Exception:
    errors = [{"Message": message} for message in messages]
    return validation_fault([{"ID": identity, "HasValidationErrors": True, "ValidationErrors": errors}])
