"""Create or change one invoice or credit note."""

from __future__ import annotations

from dataclasses import dataclass

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.notes import add_note
from fieldbridge.standin.books.parties import mark_role
from fieldbridge.standin.books.stock import move_stock
from fieldbridge.standin.documents.drafting import Draft
from fieldbridge.standin.documents.kinds import Kind
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.documents.status import APPROVED, is_settled
from fieldbridge.standin.wire.answers import Record, RefusedError

_UNSEEN_WHEN_SETTLED = {"DueDate", "SentToContact", "Status", "InvoiceID", "InvoiceNumber"}
_SENT_EARLY = "Only AUTHORISED invoices may have SentToContact updated."


@dataclass(frozen=True)
class Saved:
    """The record as stored and the warnings that ride on the answer."""

    record: Record
    warnings: list[str]


def match_document(books: Books, kind: Kind, sent: Record) -> Record | None:
    """What a POST means: by id, else by a sales number. Errors: RefusedError for an id that does not exist."""
    if kind.id_field in sent:
        found = kind.table(books).get(sent[kind.id_field])
        if found is None:
            raise RefusedError(_unknown(books, kind))
        return found
    same = kind.table(books).find("number", sent.get(kind.number_field, "").casefold())
    return next((row for row in same if kind.is_sale(row)), None)


def _unknown(books: Books, kind: Kind) -> str:
    if kind.name == "CreditNote":
        return "An existing Credit Note with the specified CreditNoteID could not be found"
    return books.switches.text_invoice_unknown


def save_document(books: Books, kind: Kind, before: Record | None, sent: Record, unit_decimals: int) -> Saved:
    """Errors: RefusedError with every rule broken; the caller then undoes the journal."""
    draft = Draft(books, kind, before, sent, unit_decimals)
    after = draft.completed()
    _number(books, kind, before, after)
    if after.get("SentToContact") and after["Status"] not in APPROVED:
        draft.warnings.append(_SENT_EARLY)
        after["SentToContact"] = False
    move_stock(books, before, after)
    stored = kind.table(books).put(settle(books, kind, _stamped(books, before, after, sent)))
    _tell(books, kind, before, stored)
    return Saved(stored, draft.warnings)


def _number(books: Books, kind: Kind, before: Record | None, after: Record) -> None:
    """Sales numbers are unique and made up when missing; bills may repeat the supplier's number."""
    table, number = kind.table(books), after.get(kind.number_field)
    if not number:
        if kind.is_sale(after):
            after[kind.number_field] = books.next_number(kind.prefix, table)
        return
    if len(number) > 255 or not (number.isascii() and number.isprintable()):
        raise RefusedError(books.switches.text_number_characters)
    same = (row for row in table.find("number", number.casefold()) if row[kind.id_field] != after[kind.id_field])
    if kind.is_sale(after) and any(kind.is_sale(row) and _blocks(books, row) for row in same):
        raise RefusedError(kind.number_taken)


def _blocks(books: Books, row: Record) -> bool:
    return books.switches.voided_number_blocks or row["Status"] not in ("VOIDED", "DELETED")


def _stamped(books: Books, before: Record | None, after: Record, sent: Record) -> Record:
    """UpdatedDateUTC moves, except when only DueDate or SentToContact of a part-paid document changed."""
    if before and is_settled(before) and set(sent) <= _UNSEEN_WHEN_SETTLED:
        return after
    return {**after, "UpdatedDateUTC": books.now()}


def _tell(books: Books, kind: Kind, before: Record | None, stored: Record) -> None:
    identity, contact_id = stored[kind.id_field], stored["Contact"]["ContactID"]
    mark_role(books, contact_id, "IsCustomer" if kind.is_sale(stored) else "IsSupplier")
    name = books.contacts[contact_id]["Name"]
    number = stored.get(kind.number_field, "")
    changes = "Edited" if before else "Created"
    add_note(books, identity, changes, f"{number} to {name} for {stored['Total']}.")
