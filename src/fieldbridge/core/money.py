"""Xero's arithmetic, so that a total can be known before anything is posted.

Source: Xero rounds each line to 2 dp, computes tax per line rounded to 2 dp, then sums. The rounding mode is not
documented; half away from zero is what the product assumes (a posted total that differs is reported).
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def to_cents(amount: Decimal) -> Decimal:
    """Round half away from zero to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line_amount(quantity: Decimal, unit_amount: Decimal, discount_rate: Decimal) -> Decimal:
    """What Xero makes of one line, excluding tax. Units: discount_rate is a percentage."""
    return to_cents(quantity * unit_amount * (HUNDRED - discount_rate) / HUNDRED)


def line_tax(amount: Decimal, rate: Decimal, *, inclusive: bool = False) -> Decimal:
    """Tax on one line whose amount excludes it, or inside one whose amount includes it. Units: rate is a percentage."""
    return to_cents(amount * rate / (HUNDRED + rate if inclusive else HUNDRED))


def combined_discount(line: Decimal, document: Decimal) -> Decimal:
    """One percentage that equals a line discount followed by a document discount."""
    return line + document - line * document / HUNDRED


def document_totals(lines: Iterable[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    """Sum (amount, tax) pairs that are already rounded. Shape: (subtotal, total tax); zeros when empty."""
    subtotal, tax = Decimal("0.00"), Decimal("0.00")
    for amount, amount_of_tax in lines:
        subtotal += amount
        tax += amount_of_tax
    return subtotal, tax
