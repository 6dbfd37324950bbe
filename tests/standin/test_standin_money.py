"""The arithmetic of lines, tax and totals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from standin_caller import decoded

from fieldbridge.standin.pricing.money import line_amount, line_tax, rounded, totals

AMOUNTS = some.decimals("-9999", "9999", places=4)
RATES = some.decimals("0", "100", places=2)


def test_worked_example_of_two_juices(caller, invoice):
    invoice["LineItems"] = [
        {"Description": "Apple juice 1L", "Quantity": 12, "UnitAmount": 4.25, "AccountCode": "200"},
        {"Description": "Orange juice 1L", "Quantity": 10, "UnitAmount": 4.25, "DiscountRate": 4, "AccountCode": "200"},
    ]
    saved = decoded(caller.put("Invoices", invoice))["Invoices"][0]
    assert [line["LineAmount"] for line in saved["LineItems"]] == [Decimal("51.00"), Decimal("40.80")]
    assert [line["TaxAmount"] for line in saved["LineItems"]] == [Decimal("7.65"), Decimal("6.12")]
    assert (saved["SubTotal"], saved["TotalTax"], saved["Total"]) == (
        Decimal("91.80"),
        Decimal("13.77"),
        Decimal("105.57"),
    )
    assert saved["TotalDiscount"] == Decimal("1.70")


@pytest.mark.parametrize(
    ("value", "half_up", "half_even"),
    [("0.125", "0.13", "0.12"), ("-0.125", "-0.13", "-0.12"), ("16.425", "16.43", "16.42"), ("0.124", "0.12", "0.12")],
)
def test_halves_go_away_from_zero_unless_switched(value, half_up, half_even):
    assert rounded(Decimal(value)) == Decimal(half_up)
    assert rounded(Decimal(value), 2, "half_even") == Decimal(half_even)


@pytest.mark.parametrize(
    ("types", "subtotal", "tax", "total"),
    [("Exclusive", "10.00", "1.50", "11.50"), ("Inclusive", "8.70", "1.30", "10.00"), ("NoTax", "10.00", "0", "10.00")],
)
def test_line_amount_types_decide_where_the_tax_is(caller, invoice, types, subtotal, tax, total):
    saved = decoded(caller.put("Invoices", invoice | {"LineAmountTypes": types}))["Invoices"][0]
    assert (saved["SubTotal"], saved["TotalTax"], saved["Total"]) == (Decimal(subtotal), Decimal(tax), Decimal(total))


@given(some.lists(some.tuples(AMOUNTS, AMOUNTS, RATES), max_size=8), some.sampled_from(["Exclusive", "Inclusive"]))
def test_totals_always_add_up_to_the_cent(lines, types):
    priced = []
    for quantity, unit, discount in lines:
        amount = line_amount(quantity, unit, discount)
        priced.append({"LineAmount": amount, "TaxAmount": line_tax(amount, Decimal(15), types)})
    sums = totals(priced, types)
    assert sums["SubTotal"] + sums["TotalTax"] == sums["Total"]
    assert sums["TotalTax"] == sum(line["TaxAmount"] for line in priced)
    assert sums["Total"].as_tuple().exponent == -2


def test_unit_amounts_keep_four_decimals_only_with_unitdp_on_the_write(caller, invoice):
    line = {"Description": "Cordial", "Quantity": 100, "UnitAmount": 4.2525, "AccountCode": "200"}
    for number, query, amount in (("SO-4", {"unitdp": "4"}, "425.25"), ("SO-2", {}, "425.00")):
        sent = invoice | {"InvoiceNumber": number, "LineItems": [line]}
        saved = decoded(caller.put("Invoices", sent, **query))["Invoices"][0]
        assert saved["LineItems"][0]["LineAmount"] == Decimal(amount)
    read = caller.get("Invoices/SO-4", unitdp="4")["Invoices"][0]["LineItems"][0]
    assert read["UnitAmount"] == Decimal("4.2525")
    assert caller.get("Invoices/SO-4")["Invoices"][0]["LineItems"][0]["UnitAmount"] == Decimal("4.25")


def test_any_two_of_quantity_unit_and_amount_give_the_third(caller, invoice):
    invoice["LineItems"] = [
        {"Description": "a", "Quantity": 4, "LineAmount": 10, "AccountCode": "200"},
        {"Description": "b", "UnitAmount": 2.5, "LineAmount": 10, "AccountCode": "200"},
        {"Description": "c", "UnitAmount": 2.5, "AccountCode": "200"},
    ]
    lines = decoded(caller.put("Invoices", invoice))["Invoices"][0]["LineItems"]
    assert [(line["Quantity"], line["UnitAmount"], line["LineAmount"]) for line in lines] == [
        (4, Decimal("2.50"), 10),
        (4, Decimal("2.50"), 10),
        (1, Decimal("2.50"), Decimal("2.50")),
    ]


def test_sent_tax_amount_overrides_the_computed_one(caller, invoice):
    invoice["LineItems"][0]["TaxAmount"] = 1.49
    saved = decoded(caller.put("Invoices", invoice))["Invoices"][0]
    assert (saved["TotalTax"], saved["Total"]) == (Decimal("1.49"), Decimal("11.49"))
