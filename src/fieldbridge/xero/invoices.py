"""Invoices: creating them in batches judged element by element, and looking them up by number.

Source: Xero, invoices: PUT only creates, while POST by a taken number edits that invoice. With summarizeErrors=false
the answer is 200 and each element, in the order sent, says for itself whether it was saved.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.errors import SurpriseError
from fieldbridge.core.money import line_amount
from fieldbridge.core.records.books import Invoice, InvoiceLine, PostedInvoice
from fieldbridge.xero.codec import Wire, decode, encode
from fieldbridge.xero.session import Session

BATCH_MAX = 50
NUMBERS_PER_LOOK_UP = 40
NO_ID = "00000000-0000-0000-0000-000000000000"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one element: a receipt, or the reasons it was refused."""

    posted: PostedInvoice | None
    refusals: tuple[str, ...] = ()


class MessageWire(Wire, frozen=True, kw_only=True):
    """A validation error or a warning. Older answers say Description for Message."""

    message: str = ""
    description: str = ""


class ContactRefWire(Wire, frozen=True, kw_only=True):
    """Only the key: sending more would edit the contact."""

    contact_id: str = msgspec.field(name="ContactID", default="")


class InvoiceWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    invoice_id: str = msgspec.field(name="InvoiceID", default=NO_ID)
    invoice_number: str = ""
    status: str = ""
    type: str = ""
    contact: ContactRefWire = ContactRefWire()
    currency_code: str = ""
    total: Decimal = Decimal(0)
    status_attribute: str = msgspec.field(name="StatusAttributeString", default="")
    has_errors: bool = False
    validation_errors: list[MessageWire] = []
    warnings: list[MessageWire] = []


class Envelope(Wire, frozen=True, kw_only=True):
    """The answer."""

    invoices: list[InvoiceWire]


def body_of(invoices: Sequence[Invoice]) -> bytes:
    """The request that creates these invoices."""
    return encode({"Invoices": [_element(one) for one in invoices]})


def create(session: Session, body: bytes, count: int, idempotency_key: str) -> list[Outcome]:
    """Create invoices. Shape: one outcome for each, in the order sent.

    Errors: UnsureError when they may have been created; SurpriseError when the answer does not account for each.
    """
    query = {"summarizeErrors": "false", "unitdp": "4"}
    answer = session.create("Invoices", query, body, idempotency_key)
    elements = decode(answer, Envelope, "created invoices").invoices
    if len(elements) != count:
        raise SurpriseError("xero.batch", f"Xero answered about {len(elements)} invoices when {count} were sent.")
    return [_outcome(one) for one in elements]


def by_number(session: Session, numbers: Sequence[str]) -> dict[str, PostedInvoice]:
    """Look up sales invoices by number, whatever their status. Numbers Xero does not know are absent."""
    found: dict[str, PostedInvoice] = {}
    for start in range(0, len(numbers), NUMBERS_PER_LOOK_UP):
        some = numbers[start : start + NUMBERS_PER_LOOK_UP]
        query = {"InvoiceNumbers": ",".join(some), "page": "1", "pageSize": "1000"}
        body = session.read("Invoices", query)
        elements = decode(body or b'{"Invoices":[]}', Envelope, "invoices by number").invoices
        found |= {one.invoice_number: _receipt(one) for one in elements if one.type == "ACCREC"}
    return found


def _element(one: Invoice) -> dict[str, object]:
    return {
        "Type": "ACCREC",
        "InvoiceNumber": one.number,
        "Contact": {"ContactID": one.contact_id},
        "Date": one.issued_on.isoformat(),
        "DueDate": one.due_on.isoformat(),
        "Status": one.status,
        "LineAmountTypes": "Exclusive",
        "Reference": one.reference,
        "CurrencyCode": one.currency_code,
        "LineItems": [_line(line) for line in one.lines],
    }


def _line(line: InvoiceLine) -> dict[str, object]:
    if line.quantity is None or line.unit_amount is None:
        return {"Description": line.description}
    element: dict[str, object] = {
        "Description": line.description,
        "Quantity": line.quantity,
        "UnitAmount": line.unit_amount,
        "ItemCode": line.item_code,
        "AccountCode": line.account_code,
        "TaxType": line.tax_type,
        "LineAmount": line_amount(line.quantity, line.unit_amount, line.discount_rate),
    }
    if line.discount_rate:
        element["DiscountRate"] = line.discount_rate
    return element


def _outcome(one: InvoiceWire) -> Outcome:
    refusals = tuple(error.message or error.description for error in one.validation_errors)
    if one.status_attribute == "ERROR" or one.has_errors or refusals:
        return Outcome(None, refusals or ("Xero gave no reason",))
    return Outcome(_receipt(one))


def _receipt(one: InvoiceWire) -> PostedInvoice:
    return PostedInvoice(
        invoice_id=one.invoice_id,
        number=one.invoice_number,
        status=one.status,
        contact_id=one.contact.contact_id,
        currency_code=one.currency_code,
        total=one.total,
        warnings=tuple(warning.message or warning.description for warning in one.warnings),
    )
