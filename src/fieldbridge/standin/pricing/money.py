"""Xero's arithmetic: each line rounded, tax per line rounded, then summed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from fieldbridge.standin.wire.answers import Record

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)
_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


def rounded(value: Decimal, places: int = 2, mode: str = "half_up") -> Decimal:
    """half_up goes away from zero. Source: Xero leaves the mode undocumented, hence the switch `rounding`."""
    return value.quantize(Decimal(1).scaleb(-places), _MODES[mode])


def line_amount(
    quantity: Decimal, unit: Decimal, discount_rate: Decimal = ZERO, discount: Decimal = ZERO, mode: str = "half_up"
) -> Decimal:
    """Quantity * UnitAmount * (100 - DiscountRate) / 100, less DiscountAmount, to the cent."""
    return rounded(quantity * unit * (HUNDRED - discount_rate) / HUNDRED - discount, 2, mode)


def line_tax(amount: Decimal, rate: Decimal, amount_types: str, mode: str = "half_up") -> Decimal:
    """The tax on (Exclusive) or inside (Inclusive) one line's amount; nothing with NoTax."""
    if amount_types == "NoTax":
        return ZERO
    base = HUNDRED + rate if amount_types == "Inclusive" else HUNDRED
    return rounded(amount * rate / base, 2, mode)


def totals(lines: Iterable[Record], amount_types: str) -> Record:
    """SubTotal, TotalTax and Total of a document, from its computed lines."""
    amount = tax = ZERO
    for line in lines:
        amount += line["LineAmount"]
        tax += line["TaxAmount"]
    subtotal = amount - tax if amount_types == "Inclusive" else amount
    return {"SubTotal": subtotal, "TotalTax": tax, "Total": subtotal + tax}


def total_discount(lines: Iterable[Record], mode: str = "half_up") -> Decimal:
    """What the lines would have cost without their discounts, less what they cost."""
    return sum((_discount(line, mode) for line in lines), ZERO)


def _discount(line: Record, mode: str) -> Decimal:
    if not (line.get("DiscountRate") or line.get("DiscountAmount")):
        return ZERO
    return line_amount(line["Quantity"], line["UnitAmount"], mode=mode) - Decimal(line["LineAmount"])
