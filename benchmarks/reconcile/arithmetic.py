"""A sum of the checker's own, in whole fractions."""

from collections.abc import Iterable
from fractions import Fraction

NOUGHT = Fraction(0)
Goods = Iterable[tuple[Fraction, Fraction, Fraction, Fraction]]


def cents(value: Fraction) -> Fraction:
    """To the cent, half away from zero."""
    scaled = abs(value) * 100
    whole = scaled.numerator // scaled.denominator + (1 if scaled % 1 >= Fraction(1, 2) else 0)
    return Fraction(whole if value >= 0 else -whole, 100)


def worth(goods: Goods) -> tuple[Fraction, Fraction]:
    """What goods come to: without tax, and the tax. Shape: quantity, price, share to pay, percent of tax."""
    amounts = [(cents(quantity * price * share), percent) for quantity, price, share, percent in goods]
    tax = (cents(amount * percent / 100) for amount, percent in amounts)
    return sum((amount for amount, _ in amounts), NOUGHT), sum(tax, NOUGHT)
