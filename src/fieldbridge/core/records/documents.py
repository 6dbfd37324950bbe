"""Documents as Xero holds them, the money between them, and what is written besides invoices.

Units: every amount is in the document's own currency; days are the organisation's calendar days.
Source: Xero, fields of invoices, credit notes, quotes, payments, overpayments, prepayments, history and attachments.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from fieldbridge.core.records.books import ContactFields, PaymentTerms, Record, SalesDocument

Settler = Literal["payment", "credit note", "prepayment", "overpayment"]


class CreditNote(SalesDocument, frozen=True, kw_only=True):
    """A credit for a customer, to be created. Allocating it to an invoice is a second step."""


class Quote(SalesDocument, frozen=True, kw_only=True):
    """A quote, to be created."""

    expires_on: date | None = None
    title: str = ""
    summary: str = ""
    terms: str = ""


class Payment(Record, frozen=True, kw_only=True):
    """A payment of an invoice, to be created. The account is a bank account or one that takes payments."""

    invoice_id: str
    account_id: str
    paid_on: date
    amount: Decimal
    reference: str = ""


class OnAccount(Record, frozen=True, kw_only=True):
    """Money of a customer that is for no invoice yet, to be noted at a bank account.

    Shape: kind says what it is; account_code and tax are those of a prepayment, an overpayment has neither.
    """

    kind: Literal["overpayment", "prepayment"]
    contact_id: str
    account_id: str
    received_on: date
    amount: Decimal
    currency_code: str
    reference: str = ""
    description: str = ""
    account_code: str = ""


class BookedReceipt(Record, frozen=True, kw_only=True):
    """Money received at a bank account. Shape: credit_id is the overpayment's or prepayment's it left behind."""

    transaction_id: str
    status: str = ""
    reference: str = ""
    contact_id: str = ""
    total: Decimal = Decimal(0)
    credit_id: str = ""


class NewContact(Record, frozen=True, kw_only=True):
    """A customer a rep met, to be created; or a contact that is there, to be known by the tablet's code too.

    Shape: code is what the tablets call it; contact_id is empty for a new one; is_archived for one to be restored.
    """

    code: str
    fields: ContactFields
    terms: PaymentTerms | None = None
    contact_id: str = ""
    is_archived: bool = False


class Membership(Record, frozen=True, kw_only=True):
    """A contact to be put into a contact group, which is named because people make groups by name."""

    contact_id: str
    group: str


class Enclosure(Record, frozen=True, kw_only=True):
    """A file beside an order file, to be attached to a record of one of Xero's collections.

    Shape: mark is the transaction's own, by which its files are told from those of others once they are put away.
    """

    collection: str
    record_id: str
    name: str
    mark: str


class Remark(Record, frozen=True, kw_only=True):
    """A note to be added to the history of a record of one of Xero's collections."""

    collection: str
    record_id: str
    text: str


class BookedLine(Record, frozen=True, kw_only=True):
    """One line of a document. Shape: tracking pairs a category with one of its options."""

    line_id: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    amount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    item_code: str = ""
    account_code: str = ""
    tax_type: str = ""
    tracking: tuple[tuple[str, str], ...] = ()


class Settlement(Record, frozen=True, kw_only=True):
    """Money put against a document: what it was, how much, when."""

    kind: Settler
    settler_id: str
    amount: Decimal
    settled_on: date | None = None
    reference: str = ""


class Allocation(Record, frozen=True, kw_only=True):
    """A part of a credit to be put against one invoice."""

    invoice_id: str
    amount: Decimal
    allocated_on: date


class CreditAllocation(Record, frozen=True, kw_only=True):
    """A part of a credit note to be put against one invoice, one of which may be about to be created."""

    credit_note_id: str
    invoice_id: str
    amount: Decimal
    allocated_on: date


class BookedAllocation(Record, frozen=True, kw_only=True):
    """A part of a credit put against one invoice. allocation_id is empty where Xero does not tell it."""

    invoice_id: str
    amount: Decimal
    allocated_on: date | None = None
    allocation_id: str = ""
    invoice_number: str = ""


class BookedDocument(Record, frozen=True, kw_only=True):
    """What all documents in Xero have. Shape: kind is Xero's Type, amounts say whether lines include tax."""

    document_id: str
    number: str = ""
    kind: str = ""
    status: str = ""
    contact_id: str = ""
    contact_name: str = ""
    reference: str = ""
    issued_on: date | None = None
    currency_code: str = ""
    currency_rate: Decimal | None = None
    amounts: str = ""
    subtotal: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    lines: tuple[BookedLine, ...] = ()
    has_attachments: bool = False
    updated_at: datetime | None = None


class BookedInvoice(BookedDocument, frozen=True, kw_only=True):
    """An invoice or a bill, with everything that was paid or credited."""

    due_on: date | None = None
    due: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    fully_paid_on: date | None = None
    was_sent: bool = False
    settlements: tuple[Settlement, ...] = ()


class BookedCredit(BookedDocument, frozen=True, kw_only=True):
    """A credit note, an overpayment or a prepayment: money that can be put against invoices."""

    remaining: Decimal = Decimal(0)
    allocations: tuple[BookedAllocation, ...] = ()
    settlements: tuple[Settlement, ...] = ()


class OpenDocument(Record, frozen=True, kw_only=True):
    """As much of a sales document as says what is owed on it, or owed back.

    Units: due of an invoice, remaining of a credit, both in the document's currency; rate is how much of that
    currency one unit of the base currency is worth.
    """

    contact_id: str
    currency_code: str = ""
    currency_rate: Decimal | None = None
    issued_on: date | None = None
    due_on: date | None = None
    due: Decimal = Decimal(0)
    remaining: Decimal = Decimal(0)


class BookedQuote(BookedDocument, frozen=True, kw_only=True):
    """A quote."""

    expires_on: date | None = None
    title: str = ""
    summary: str = ""
    terms: str = ""


class BookedPayment(Record, frozen=True, kw_only=True):
    """A payment. Shape: target is the kind of what it settles; a reversed payment has status DELETED."""

    payment_id: str
    target: str = ""
    target_id: str = ""
    target_number: str = ""
    account_id: str = ""
    account_code: str = ""
    paid_on: date | None = None
    amount: Decimal = Decimal(0)
    currency_rate: Decimal | None = None
    reference: str = ""
    status: str = ""
    kind: str = ""
    is_reconciled: bool = False
    batch_id: str = ""
    updated_at: datetime | None = None


class Note(Record, frozen=True, kw_only=True):
    """An entry of a record's history: a note somebody added, or a change Xero noted."""

    details: str
    changes: str = ""
    user: str = ""
    made_at: datetime | None = None


class Attachment(Record, frozen=True, kw_only=True):
    """A file on a record. Units: size in bytes."""

    attachment_id: str
    name: str
    mime_type: str = ""
    size: int = 0
    is_online: bool = False


class Upload(Record, frozen=True, kw_only=True):
    """A file to be attached. is_online shows it with the online invoice or credit note; nothing else is online."""

    name: str
    mime_type: str
    content: bytes
    is_online: bool = False
