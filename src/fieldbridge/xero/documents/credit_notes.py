"""CreditNotes: read, created in batches, put against invoices.

Source: Xero, credit notes: the number of a sales credit note is unique, and it takes no discounts.
"""

import uuid
from collections.abc import Mapping, Sequence

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.documents import BookedCredit, CreditNote
from fieldbridge.xero.codec import encode, quoted
from fieldbridge.xero.collection import PAGE_SIZE
from fieldbridge.xero.documents.credits import Allocating, CreditWire
from fieldbridge.xero.documents.shapes import UNIT_DECIMALS, document_element, id_field
from fieldbridge.xero.outcomes import Writable
from fieldbridge.xero.session import Session


class CreditNoteWire(CreditWire, frozen=True, kw_only=True):
    """One element of the answer."""

    credit_note_id: str = id_field("CreditNoteID")
    credit_note_number: str = ""


CREDIT_NOTES = Writable(
    "CreditNotes",
    CreditNoteWire,
    lambda one: one.credit(one.credit_note_id, one.credit_note_number),
    page_size=PAGE_SIZE,
    query=UNIT_DECIMALS,
)
pages, by_id, create = CREDIT_NOTES.pages, CREDIT_NOTES.one, CREDIT_NOTES.create
allocate, take_back = Allocating("CreditNotes").allocate, Allocating("CreditNotes").take_back


def body_of(credits_: Sequence[CreditNote]) -> bytes:
    """The request that creates these credit notes. Errors: RefusedError for one with a discount."""
    return encode({"CreditNotes": [_element(one) for one in credits_]})


def by_number(session: Session, number: str) -> BookedCredit | None:
    """The sales credit note with this number, whatever its status: the natural key of what was created here."""
    wanted: Mapping[str, str] = {"where": f'Type=="ACCRECCREDIT" AND CreditNoteNumber=={quoted(number)}'}
    return next((one for one in CREDIT_NOTES.every(session, wanted) if one.number == number), None)


def by_reference(session: Session, contact_id: str, reference: str) -> BookedCredit | None:
    """A contact's sales credit note with exactly this reference: the natural key of one that Xero numbered."""
    whose = f'Contact.ContactID==guid("{uuid.UUID(contact_id)}")'
    where = f'Type=="ACCRECCREDIT" AND {whose} AND Reference=={quoted(reference)}'
    return next(iter(CREDIT_NOTES.every(session, {"where": where})), None)


def set_status(session: Session, credit_note_id: str, status: str, idempotency_key: str) -> BookedCredit:
    """Approve, void or delete a credit note. Errors: RefusedError, for one when it is allocated."""
    fields = {"CreditNoteID": credit_note_id, "Status": status}
    return CREDIT_NOTES.update(session, credit_note_id, fields, idempotency_key)


def _element(one: CreditNote) -> dict[str, object]:
    if any(line.discount_rate for line in one.lines):
        raise RefusedError(
            "credit.discount",
            f"Credit note {one.number} has a discount, which Xero does not take on credit notes.",
            remedy="Have it entered at the price to be credited.",
        )
    return {"Type": "ACCRECCREDIT", **document_element(one, "CreditNoteNumber")}
