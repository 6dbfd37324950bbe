"""Invoices: creating them in batches, looking them up by number, reading them whole, changing their status.

Source: Xero, invoices: PUT only creates, while POST by a taken number edits that invoice. An unpaged list leaves out
lines, so every read here is paged, by id, or by number.
"""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from fieldbridge.core.records.books import Invoice, PostedInvoice, Record
from fieldbridge.core.records.documents import BookedInvoice
from fieldbridge.xero.codec import Wire, day_or_none, encode, quoted
from fieldbridge.xero.collection import PAGE_SIZE, Collection
from fieldbridge.xero.documents.shapes import (
    UNIT_DECIMALS,
    ContactRefWire,
    DocumentWire,
    SettlementWire,
    document_element,
    id_field,
    settled,
)
from fieldbridge.xero.outcomes import ElementWire, Writable
from fieldbridge.xero.refusals import refused
from fieldbridge.xero.session import Session

NUMBERS_PER_LOOK_UP = 40


class ReceiptWire(ElementWire, frozen=True, kw_only=True):
    """As much of an invoice as proves that it is ours."""

    invoice_id: str = id_field("InvoiceID")
    invoice_number: str = ""
    status: str = ""
    type: str = ""
    contact: ContactRefWire = ContactRefWire()
    currency_code: str = ""
    total: Decimal = Decimal(0)


def _receipt(one: ReceiptWire) -> PostedInvoice:
    return PostedInvoice(
        invoice_id=one.invoice_id,
        number=one.invoice_number,
        status=one.status,
        kind=one.type,
        contact_id=one.contact.contact_id,
        currency_code=one.currency_code,
        total=one.total,
        warnings=one.warned(),
    )


class InvoiceWire(DocumentWire, frozen=True, kw_only=True):
    """One element of a read."""

    invoice_id: str = id_field("InvoiceID")
    invoice_number: str = ""
    due_date: str = ""
    amount_due: Decimal = Decimal(0)
    amount_paid: Decimal = Decimal(0)
    amount_credited: Decimal = Decimal(0)
    fully_paid_on_date: str = ""
    sent_to_contact: bool = False
    credit_notes: list[SettlementWire] = []
    prepayments: list[SettlementWire] = []
    overpayments: list[SettlementWire] = []


def _record(one: InvoiceWire) -> BookedInvoice:
    return BookedInvoice(
        document_id=one.invoice_id,
        number=one.invoice_number,
        due_on=day_or_none(one.due_date),
        due=one.amount_due,
        paid=one.amount_paid,
        credited=one.amount_credited,
        fully_paid_on=day_or_none(one.fully_paid_on_date),
        was_sent=one.sent_to_contact,
        settlements=(
            *settled("payment", one.payments),
            *settled("credit note", one.credit_notes),
            *settled("prepayment", one.prepayments),
            *settled("overpayment", one.overpayments),
        ),
        **one.shared(),
    )


RECEIPTS = Writable("Invoices", ReceiptWire, _receipt, page_size=PAGE_SIZE, query=UNIT_DECIMALS)
INVOICES = Writable("Invoices", InvoiceWire, _record, page_size=PAGE_SIZE, query=UNIT_DECIMALS)
create = RECEIPTS.create
pages, by_id = INVOICES.pages, INVOICES.one


def body_of(invoices: Sequence[Invoice]) -> bytes:
    """The request that creates these invoices."""
    return encode({"Invoices": [_element(one) for one in invoices]})


def by_number(session: Session, numbers: Sequence[str]) -> dict[str, PostedInvoice]:
    """Look up sales invoices by number, whatever their status. Numbers Xero does not know are absent."""
    found: dict[str, PostedInvoice] = {}
    for start in range(0, len(numbers), NUMBERS_PER_LOOK_UP):
        some = ",".join(numbers[start : start + NUMBERS_PER_LOOK_UP])
        listed = RECEIPTS.every(session, {"InvoiceNumbers": some})
        found |= {one.number: one for one in listed if one.kind == "ACCREC"}
    return found


def by_reference(session: Session, contact_id: str, reference: str) -> PostedInvoice | None:
    """A contact's sales invoice with exactly this reference: the natural key of one that Xero numbered."""
    whose = f'Contact.ContactID==guid("{uuid.UUID(contact_id)}")'
    found = RECEIPTS.every(session, {"where": f'Type=="ACCREC" AND {whose} AND Reference=={quoted(reference)}'})
    return next(iter(found), None)


def set_status(session: Session, invoice_id: str, status: str, idempotency_key: str) -> PostedInvoice:
    """Approve, void or delete an invoice. Its lines stay as they are, because none are sent.

    Errors: RefusedError, for one when it has a payment.
    """
    return RECEIPTS.update(session, invoice_id, {"InvoiceID": invoice_id, "Status": status}, idempotency_key)


def _element(one: Invoice) -> dict[str, object]:
    own = {"Type": "ACCREC", "DueDate": one.due_on.isoformat()}
    return {**own, **document_element(one, "InvoiceNumber")}


class OnlineInvoice(Record, frozen=True, kw_only=True):
    """Where the customer sees and pays an invoice."""

    url: str


class OnlineInvoiceWire(Wire, frozen=True, kw_only=True):
    """The one element of that answer."""

    online_invoice_url: str = ""


ONLINE = Collection("OnlineInvoices", OnlineInvoiceWire, lambda one: OnlineInvoice(url=one.online_invoice_url))


def online_url(session: Session, invoice_id: str) -> str:
    """Where the customer sees and pays an invoice. Errors: RefusedError when Xero shows none, as for a draft."""
    found = ONLINE.records(session.read(f"Invoices/{invoice_id}/OnlineInvoice") or b"{}")
    if not found:
        raise refused(["There is no online invoice"], f"the address of {invoice_id}")
    return found[0].url
