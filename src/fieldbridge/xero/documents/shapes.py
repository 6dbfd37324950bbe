"""The parts documents share: lines, the contact, money put against them; read and written the same way.

Source: Xero, line items: LineAmount is Quantity times UnitAmount less the discount; discounts are for invoices and
quotes only. Sending more than a contact's id would edit the contact.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from fieldbridge.core.money import line_amount
from fieldbridge.core.records.books import InvoiceLine, SalesDocument
from fieldbridge.core.records.documents import BookedAllocation, BookedLine, Settlement, Settler
from fieldbridge.xero.codec import Wire, day_or_none, instant_or_none
from fieldbridge.xero.outcomes import NO_ID, ElementWire

PRICE_DECIMALS = 4
UNIT_DECIMALS = {"unitdp": f"{PRICE_DECIMALS}"}


class ContactRefWire(Wire, frozen=True, kw_only=True):
    """Whose document it is."""

    contact_id: str = msgspec.field(name="ContactID", default="")
    name: str = ""


class TrackingWire(Wire, frozen=True, kw_only=True):
    """One mark of a line."""

    name: str = ""
    option: str = ""


class LineWire(Wire, frozen=True, kw_only=True):
    """One line."""

    line_item_id: str = msgspec.field(name="LineItemID", default="")
    description: str = ""
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    line_amount: Decimal = Decimal(0)
    tax_amount: Decimal = Decimal(0)
    item_code: str = ""
    account_code: str = ""
    tax_type: str = ""
    tracking: list[TrackingWire] = []

    def record(self) -> BookedLine:
        """The line."""
        return BookedLine(
            line_id=self.line_item_id,
            description=self.description,
            quantity=self.quantity,
            unit_amount=self.unit_amount,
            discount_rate=self.discount_rate,
            discount_amount=self.discount_amount,
            amount=self.line_amount,
            tax=self.tax_amount,
            item_code=self.item_code,
            account_code=self.account_code,
            tax_type=self.tax_type,
            tracking=tuple((one.name, one.option) for one in self.tracking),
        )


class SettlementWire(Wire, frozen=True, kw_only=True):
    """Money put against a document, as the document lists it; which of the ids is there depends on the list."""

    payment_id: str = msgspec.field(name="PaymentID", default="")
    credit_note_id: str = msgspec.field(name="CreditNoteID", default="")
    prepayment_id: str = msgspec.field(name="PrepaymentID", default="")
    overpayment_id: str = msgspec.field(name="OverpaymentID", default="")
    date: str = ""
    amount: Decimal = Decimal(0)
    applied_amount: Decimal | None = None
    reference: str = ""

    def record(self, kind: Settler) -> Settlement:
        """The settlement. Credits say AppliedAmount where payments say Amount."""
        return Settlement(
            kind=kind,
            settler_id=self.payment_id or self.credit_note_id or self.prepayment_id or self.overpayment_id,
            amount=self.amount if self.applied_amount is None else self.applied_amount,
            settled_on=day_or_none(self.date),
            reference=self.reference,
        )


class InvoiceRefWire(Wire, frozen=True, kw_only=True):
    """Which invoice."""

    invoice_id: str = msgspec.field(name="InvoiceID", default="")
    invoice_number: str = ""


class AllocationWire(ElementWire, frozen=True, kw_only=True):
    """A part of a credit put against an invoice. Some answers say AppliedAmount for Amount."""

    allocation_id: str = msgspec.field(name="AllocationID", default="")
    amount: Decimal = Decimal(0)
    applied_amount: Decimal | None = None
    date: str = ""
    invoice: InvoiceRefWire = InvoiceRefWire()
    is_deleted: bool = False

    def record(self) -> BookedAllocation:
        """The allocation."""
        return BookedAllocation(
            allocation_id=self.allocation_id,
            invoice_id=self.invoice.invoice_id,
            invoice_number=self.invoice.invoice_number,
            amount=self.amount if self.applied_amount is None else self.applied_amount,
            allocated_on=day_or_none(self.date),
        )


class DocumentWire(ElementWire, frozen=True, kw_only=True):
    """What all documents have."""

    type: str = ""
    status: str = ""
    contact: ContactRefWire = ContactRefWire()
    reference: str = ""
    date: str = ""
    currency_code: str = ""
    currency_rate: Decimal | None = None
    line_amount_types: str = ""
    sub_total: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    line_items: list[LineWire] = []
    payments: list[SettlementWire] = []
    has_attachments: bool = False
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")

    def shared(self) -> dict[str, Any]:
        """The fields of a BookedDocument, but for its id and number."""
        return {
            "kind": self.type,
            "status": self.status,
            "contact_id": self.contact.contact_id,
            "contact_name": self.contact.name,
            "reference": self.reference,
            "issued_on": day_or_none(self.date),
            "currency_code": self.currency_code,
            "currency_rate": self.currency_rate,
            "amounts": self.line_amount_types,
            "subtotal": self.sub_total,
            "total_tax": self.total_tax,
            "total": self.total,
            "lines": tuple(line.record() for line in self.line_items),
            "has_attachments": self.has_attachments,
            "updated_at": instant_or_none(self.updated),
        }


def id_field(name: str) -> Any:
    """A document's own id. What was refused has none, or one of zeros."""
    return msgspec.field(name=name, default=NO_ID)


def settled(kind: Settler, listed: list[SettlementWire]) -> tuple[Settlement, ...]:
    """The money of one list."""
    return tuple(one.record(kind) for one in listed)


def document_element(one: SalesDocument, number_field: str, price_decimals: int = PRICE_DECIMALS) -> dict[str, object]:
    """What every new document says. One without a number is numbered by Xero."""
    said = {number_field: one.number, "BrandingThemeID": one.theme_id}
    return {
        **{name: value for name, value in said.items() if value},
        "Contact": {"ContactID": one.contact_id},
        "Date": one.issued_on.isoformat(),
        "Status": one.status,
        "LineAmountTypes": one.amounts,
        "Reference": one.reference,
        "CurrencyCode": one.currency_code,
        "LineItems": [line_element(line, price_decimals) for line in one.lines],
    }


def line_element(line: InvoiceLine, price_decimals: int) -> dict[str, object]:
    """One line to be created.

    A price of more decimals than Xero keeps here is left to Xero, which reckons it from quantity and amount: the
    rounded price would come to another amount, and then Xero refuses the line. An amount that a discount makes 0 is
    left to Xero instead, for Xero takes the discount away from it once more; a price cut off gives 0 as well.
    Source: XeroAPI/Xero-NetStandard, issues 74 and 147.
    """
    if line.quantity is None or line.unit_amount is None:
        return {"Description": line.description}
    amount = line_amount(line.quantity, line.unit_amount, line.discount_rate)
    is_given_away = bool(line.discount_rate and not amount)
    element: dict[str, object] = {
        "Description": line.description,
        "Quantity": line.quantity,
        "AccountCode": line.account_code,
        "TaxType": line.tax_type,
    }
    if not is_given_away:
        element["LineAmount"] = amount
    if line.item_code:
        element["ItemCode"] = line.item_code
    if line.tracking:
        element["Tracking"] = _marks(line)
    if line.unit_amount == round(line.unit_amount, price_decimals):
        element["UnitAmount"] = line.unit_amount
    elif is_given_away:
        element["UnitAmount"] = line.unit_amount.quantize(Decimal(1).scaleb(-price_decimals), ROUND_DOWN)
    if line.discount_rate:
        element["DiscountRate"] = line.discount_rate
    return element


def _marks(line: InvoiceLine) -> list[dict[str, str]]:
    """By name, and by id where known: quotes take no others. Source: XeroAPI/xero-mcp-server, pull 244."""
    names = [{"Name": name, "Option": option} for name, option in line.tracking]
    ids = [{"TrackingCategoryID": category, "TrackingOptionID": option} for category, option in line.tracking_ids]
    return [name | identity for name, identity in zip(names, ids, strict=True)] if ids else names
