"""Xero's arithmetic: half away from zero, line by line, tax by line."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.money import combined_discount, document_totals, line_amount, line_tax, to_cents

quantities = st.decimals(0, 10_000, places=4)
prices = st.decimals(0, 100_000, places=4)
percentages = st.decimals(0, 100, places=4)
amounts = st.decimals(-1_000_000, 1_000_000, places=6)
cents = st.decimals(-1_000_000, 1_000_000, places=2)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("1.005", "1.01"),
        ("2.675", "2.68"),
        ("-2.675", "-2.68"),
        ("0.0049999", "0.00"),
        ("16.425", "16.43"),
    ],
)
def test_half_a_cent_goes_away_from_zero(amount, rounded):
    assert to_cents(Decimal(amount)) == Decimal(rounded)


@given(amounts)
def test_rounding_moves_by_at_most_half_a_cent_and_is_the_same_on_both_sides_of_zero(amount):
    assert abs(to_cents(amount) - amount) <= Decimal("0.005")
    assert to_cents(-amount) == -to_cents(amount)


@given(quantities, prices, percentages)
def test_a_line_is_the_exact_product_rounded_once(quantity, price, discount):
    exact = Fraction(quantity) * Fraction(price) * (100 - Fraction(discount)) / 100
    got = line_amount(quantity, price, discount)
    assert got == got.quantize(Decimal("0.01"))
    assert abs(Fraction(got) - exact) <= Fraction(1, 200)


@given(cents, percentages)
def test_tax_is_the_exact_share_rounded_once(amount, rate):
    assert abs(Fraction(line_tax(amount, rate)) - Fraction(amount) * Fraction(rate) / 100) <= Fraction(1, 200)


@given(st.lists(st.tuples(cents, cents)))
def test_a_document_is_the_sum_of_its_lines_and_of_their_taxes(lines):
    subtotal, tax = document_totals(lines)
    assert subtotal == sum((amount for amount, _ in lines), Decimal(0))
    assert tax == sum((of_tax for _, of_tax in lines), Decimal(0))
    assert (subtotal.as_tuple().exponent, tax.as_tuple().exponent) == (-2, -2)


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_two_discounts_in_one_take_off_what_they_take_off_one_after_the_other(line, document):
    together = 100 - combined_discount(line, document)
    assert together * 100 == (100 - line) * (100 - document)
    assert combined_discount(line, document) == combined_discount(document, line)


def test_tax_by_line_differs_from_tax_on_the_sum():
    lines = [(Decimal("0.33"), line_tax(Decimal("0.33"), Decimal(15)))] * 10
    assert document_totals(lines) == (Decimal("3.30"), Decimal("0.50"))
    assert line_tax(Decimal("3.30"), Decimal(15)) == Decimal("0.50")
    more = [(Decimal("0.10"), line_tax(Decimal("0.10"), Decimal(15)))] * 10
    assert document_totals(more) == (Decimal("1.00"), Decimal("0.20"))
    assert line_tax(Decimal("1.00"), Decimal(15)) == Decimal("0.15")
