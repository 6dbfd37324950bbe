"""Every collection that can be written: how an element finds its record and what saves it."""

from __future__ import annotations

from fieldbridge.standin.books.contact_shape import CONTACT
from fieldbridge.standin.books.contacts import create_contact, match, update_contact
from fieldbridge.standin.books.items import ITEM, create_item, match_item, update_item
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, INVOICE, Kind
from fieldbridge.standin.documents.payments import PAYMENT, create_payment, reverse_payment
from fieldbridge.standin.documents.saving import match_document, save_document
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.contact_views import show_contact
from fieldbridge.standin.resources.document_views import (
    show_credit_note,
    show_invoice,
    show_item,
    show_payment,
)
from fieldbridge.standin.resources.listing import Listing
from fieldbridge.standin.resources.listings import CONTACTS, CREDIT_NOTES, INVOICES, ITEMS, PAYMENTS
from fieldbridge.standin.resources.writing import Save, Writing, addressed
from fieldbridge.standin.wire.answers import Record, RefusedError


def _save_contact(call: Call, sent: Record) -> tuple[Record, list[str]]:
    if call.method == "PUT":
        return create_contact(call.books, sent), []
    known = addressed(CONTACTS, call) or match(call.books, sent)
    if known is None and "ContactID" in sent:
        raise RefusedError(call.books.switches.text_contact_unknown)
    return (update_contact(call.books, known, sent) if known else create_contact(call.books, sent)), []


def _save_item(call: Call, sent: Record) -> tuple[Record, list[str]]:
    if call.method == "PUT":
        return create_item(call.books, sent), []
    known = addressed(ITEMS, call) or match_item(call.books, sent)
    return (update_item(call.books, known, sent) if known else create_item(call.books, sent)), []


def _save_document(kind: Kind, listing: Listing) -> Save:
    """PUT only ever creates; POST changes what it finds by id or by number, and creates otherwise."""

    def save(call: Call, sent: Record) -> tuple[Record, list[str]]:
        if call.method == "PUT":
            known, sent = None, {name: value for name, value in sent.items() if name != kind.id_field}
        else:
            known = addressed(listing, call) or match_document(call.books, kind, sent)
        saved = save_document(call.books, kind, known, sent, call.query.unit_decimals)
        return saved.record, saved.warnings

    return save


def _save_payment(call: Call, sent: Record) -> tuple[Record, list[str]]:
    known = addressed(PAYMENTS, call)
    return (reverse_payment(call.books, known, sent) if known else create_payment(call.books, sent)), []


WRITE_CONTACTS = Writing("Contacts", "ContactID", CONTACT, _save_contact, show_contact)
WRITE_ITEMS = Writing("Items", "ItemID", ITEM, _save_item, show_item, most=500)
WRITE_INVOICES = Writing(
    "Invoices", "InvoiceID", INVOICE.shape, _save_document(INVOICE, INVOICES), show_invoice, "HasErrors"
)
WRITE_CREDIT_NOTES = Writing(
    "CreditNotes", "CreditNoteID", CREDIT_NOTE.shape, _save_document(CREDIT_NOTE, CREDIT_NOTES), show_credit_note,
    "HasErrors",
)  # fmt: skip
WRITE_PAYMENTS = Writing("Payments", "PaymentID", PAYMENT, _save_payment, show_payment)
