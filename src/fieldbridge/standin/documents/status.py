"""Which status may follow which, and what may still change once money is allocated. Pure.

Source: Xero, invoices, status codes; editing paid invoices.
"""

from __future__ import annotations

from fieldbridge.standin.wire.answers import Record

NOT_MODIFIABLE = "Invoice not of valid status for modification"
HAS_PAYMENTS = "This document cannot be edited as it has a payment or credit note allocated to it."
_NEXT = {
    "": {"DRAFT", "SUBMITTED", "AUTHORISED"},
    "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "SUBMITTED": {"SUBMITTED", "AUTHORISED", "DRAFT", "DELETED"},
    "AUTHORISED": {"AUTHORISED", "VOIDED"},
    "PAID": {"PAID"},
}
_MONEY = ("Type", "Date", "CurrencyCode", "CurrencyRate", "LineAmountTypes", "Total", "TotalTax")
_LINE_MONEY = ("LineItemID", "Quantity", "UnitAmount", "LineAmount", "TaxAmount", "TaxType", "ItemCode")
APPROVED = ("AUTHORISED", "PAID")


def is_settled(document: Record) -> bool:
    """Something is paid or credited on it."""
    return bool(document.get("AmountPaid") or document.get("AmountCredited") or document.get("Allocations"))


def status_faults(before: Record | None, wanted: str) -> list[str]:
    """Why the document cannot take the status `wanted`; empty when it can."""
    current = before["Status"] if before else ""
    if before and is_settled(before) and wanted != current:
        return [
            f"The status {wanted} cannot be applied to the invoice because it has payments or credit notes "
            "allocated to it."
        ]
    return [] if wanted in _NEXT.get(current, ()) else [NOT_MODIFIABLE]


def settled_faults(before: Record | None, after: Record) -> list[str]:
    """Once settled only texts, due day, number, theme, contact, account and tracking may change."""
    if before is None or not is_settled(before) or _money_of(before) == _money_of(after):
        return []
    return [NOT_MODIFIABLE, HAS_PAYMENTS] if before["Status"] == "PAID" else [HAS_PAYMENTS]


def _money_of(document: Record) -> list[object]:
    lines = [[line.get(name) for name in _LINE_MONEY] for line in document["LineItems"]]
    return [*(document.get(name) for name in _MONEY), lines]
