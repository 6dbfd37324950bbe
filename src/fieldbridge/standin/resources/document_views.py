"""Invoices, credit notes and payments as callers see them."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, INVOICE, Settled
from fieldbridge.standin.documents.payments import paid_kind
from fieldbridge.standin.documents.settlement import payments_of
from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.resources.contact_views import contact_reference
from fieldbridge.standin.resources.listing import View
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.dates import day_companion, instant_companion


def show_invoice(view: View, invoice: Record) -> Record:
    """An invoice in full, in a list, or as summaryOnly leaves it."""
    shown = show_document(view, INVOICE, invoice)
    shown["HasErrors"] = False
    shown["IsDiscounted"] = bool(invoice.get("TotalDiscount"))
    if view.is_light:
        for name in ("Payments", "HasAttachments", "LineItems"):
            shown.pop(name, None)
    return shown


def show_credit_note(view: View, credit: Record) -> Record:
    """A credit note in full or in a list."""
    shown = show_document(view, CREDIT_NOTE, credit)
    shown["ID"] = credit["CreditNoteID"]
    shown.pop("AmountPaid", None)
    return shown


def show_document(view: View, kind: Settled, document: Record) -> Record:
    """What all kinds share: contact, lines, payments, attachments and the dates as text."""
    identity = document[kind.id_field]
    contact = contact_reference(view.books, document["Contact"]["ContactID"], is_full=view.is_full)
    lines = [show_line(view, line) for line in document["LineItems"]] if view.is_full else []
    payments = [_payment_inside(payment) for payment in payments_of(view.books, identity)]
    return {
        **document, "Contact": contact, "LineItems": lines, "Payments": payments,
        "HasAttachments": view.books.has_attachments(identity), **day_companions(document, "Date", "DueDate"),
        "UpdatedDateUTCString": instant_companion(document["UpdatedDateUTC"]),
    }  # fmt: skip


def day_companions(document: Record, *days: str) -> Record:
    """The named days once more as text."""
    return {f"{name}String": day_companion(document[name]) for name in days if document.get(name)}


def show_line(view: View, line: Record) -> Record:
    """One line, prices with as many decimals as asked for."""
    shown = dict(line)
    if "UnitAmount" in line:
        shown["UnitAmount"] = rounded(line["UnitAmount"], view.unit_decimals)
    if "Quantity" in line:
        shown["Quantity"] = rounded(line["Quantity"], 4)
    if account := view.books.account(line.get("AccountCode")):
        shown["AccountID"] = account["AccountID"]
    if item := view.books.item(line.get("ItemCode", "")):
        shown["Item"] = {"ItemID": item["ItemID"], "Name": item.get("Name"), "Code": item["Code"]}
    return shown


def _payment_inside(payment: Record) -> Record:
    names = ("PaymentID", "Date", "Amount", "Reference", "CurrencyRate")
    shown = {name: payment.get(name) for name in names}
    return {**shown, "HasAccount": False, "HasValidationErrors": False}


def show_payment(view: View, payment: Record) -> Record:
    """With the document it settles, by id, number and contact."""
    kind = paid_kind(payment)
    document = kind.table(view.books)[payment[kind.name][kind.id_field]]
    return {
        **payment,
        kind.name: _document_inside(view.books, kind, document),
        "UpdatedDateUTCString": instant_companion(payment["UpdatedDateUTC"]),
        "HasAccount": True,
        "HasValidationErrors": False,
    }


def _document_inside(books: Books, kind: Settled, document: Record) -> Record:
    names = ("Type", kind.id_field, kind.number_field, "CurrencyCode")
    contact_id = document["Contact"]["ContactID"]
    contact = {"ContactID": contact_id, "Name": books.contacts[contact_id]["Name"]}
    return {**{name: document.get(name) for name in names if name}, "Contact": contact, "HasErrors": False}


def show_allocation(view: View, allocation: Record) -> Record:
    """An allocation, as it is kept."""
    return dict(allocation)


def show_item(view: View, item: Record) -> Record:
    """Prices with 2 or 4 decimals, as `unitdp` says."""
    shown = dict(item)
    for side in ("SalesDetails", "PurchaseDetails"):
        details = dict(item[side])
        if "UnitPrice" in details:
            details["UnitPrice"] = rounded(Decimal(details["UnitPrice"]), view.unit_decimals)
        shown[side] = details
    return shown
