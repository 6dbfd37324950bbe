"""A sum of the checker's own, in whole fractions."""

from collections.abc import Iterable
from fractions import Fraction

NOUGHT = Fraction(0)
Goods = Iterable[tuple[Fraction, Fraction, Fraction, Fraction, bool]]


def cents(value: Fraction) -> Fraction:
    """To the cent, half away from zero."""
    scaled = abs(value) * 100
    whole = scaled.numerator // scaled.denominator + (1 if scaled % 1 >= Fraction(1, 2) else 0)
    return Fraction(whole if value >= 0 else -whole, 100)


def worth(goods: Goods) -> tuple[Fraction, Fraction]:
    """What goods come to: without tax, and the tax.

    Shape: quantity, price, share to pay, percent of tax, whether the price has the tax inside.
    """
    net, tax = NOUGHT, NOUGHT
    for quantity, price, share, percent, has_tax_inside in goods:
        amount = cents(quantity * price * share)
        of_it = cents(amount * percent / (100 + percent if has_tax_inside else 100))
        net += amount - of_it if has_tax_inside else amount
        tax += of_it
    return net, tax
