"""Every document adds up, by an arithmetic of the tests' own in whole fractions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import count
from math import floor
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some
from standin_office import Office

Line = dict[str, Any]
PERCENT = {"OUTPUT2": 15, "ZERORATEDOUTPUT": 0, "INPUT2": 15, "NONE": 0, "ODD": Fraction(25, 2)}
KINDS = {
    "Invoices": ("ACCREC", True), "Bills": ("ACCPAY", False), "CreditNotes": ("ACCRECCREDIT", False),
    "Supplier credits": ("ACCPAYCREDIT", False), "Quotes": ("", True),
}  # fmt: skip
PLACES = {"Bills": "Invoices", "Supplier credits": "CreditNotes"}
NUMBERS = count(1)


@pytest.fixture(scope="module")
def office() -> Office:
    """With a tax rate that is no whole number."""
    office = Office()
    odd = Decimal("12.5000")
    office.books.tax_rates.put({**office.books.tax_rates["OUTPUT2"], "TaxType": "ODD", "EffectiveRate": odd,
                                "DisplayTaxRate": odd, "CanApplyToExpenses": True})  # fmt: skip
    return office


def cents(value: Fraction, mode: str, places: int = 2) -> Fraction:
    """To the cent; a half goes away from zero, or to the even one."""
    scaled = abs(value) * 10**places
    whole, rest = floor(scaled), scaled - floor(scaled)
    is_up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (mode == "half_up" or whole % 2))
    return Fraction((whole + bool(is_up)) * (1 if value >= 0 else -1), 10**places)


def exact(value: Any) -> Fraction:
    return Fraction(str(value))


def expected(line: Line, types: str, mode: str, unit_places: int) -> tuple[Fraction, Fraction, Fraction]:
    """LineAmount, TaxAmount and what the discount took off."""
    full = cents(exact(line["Quantity"]), mode, 4) * cents(exact(line["UnitAmount"]), mode, unit_places)
    rate, off = exact(line.get("DiscountRate", 0)), exact(line.get("DiscountAmount", 0))
    amount = cents(full * (100 - rate) / 100 - off, mode)
    percent = Fraction(0) if types == "NoTax" else Fraction(PERCENT[line["TaxType"]])
    tax = amount * percent / ((100 + percent) if types == "Inclusive" else 100)
    return amount, cents(tax, mode), cents(full, mode) - amount if rate or off else Fraction(0)


@some.composite
def documents(draw: Any) -> tuple[str, Line]:
    name = draw(some.sampled_from(sorted(KINDS)))
    kind, is_discounted = KINDS[name]
    is_sale = kind in ("ACCREC", "ACCRECCREDIT", "")
    rates = ["OUTPUT2", "ZERORATEDOUTPUT", "NONE", "ODD"] if is_sale else ["INPUT2", "NONE", "ODD"]
    number = some.decimals("0", "9999", places=draw(some.sampled_from((0, 2, 4, 5))))
    lines = []
    for _ in range(draw(some.integers(1, 8))):
        line: Line = {
            "Description": "x", "Quantity": draw(number), "AccountCode": "200" if is_sale else "400",
            "UnitAmount": draw(number) * draw(some.sampled_from((1, 1, -1))), "TaxType": draw(some.sampled_from(rates)),
        }  # fmt: skip
        discount = draw(some.sampled_from(("", "", "DiscountRate", "DiscountAmount"))) if is_discounted else ""
        if discount == "DiscountAmount" and line["Quantity"] * line["UnitAmount"] < 200:
            discount = "DiscountRate"  # an amount of up to 100 must not be more than the line comes to
        if discount:
            line[discount] = draw(some.decimals("0", "100", places=2))
        lines.append(line)
    types = draw(some.sampled_from(("Exclusive", "Inclusive", "NoTax")))
    document: Line = {"Contact": {"Name": "Shop"}, "LineAmountTypes": types, "LineItems": lines}
    return name, {**document, "Type": kind} if kind else document


def sent(office: Office, method: str, name: str, document: Line, unit_places: int, identity: str = "") -> Line:
    place = PLACES.get(name, name)
    path = f"{place}/{identity}" if identity else place
    return office.call(method, path, document, f"unitdp={unit_places}")[place][0]


def check(shown: Line, document: Line, mode: str, unit_places: int) -> None:
    types = document["LineAmountTypes"]
    worked = [expected(line, types, mode, unit_places) for line in document["LineItems"]]
    assert [(exact(one["LineAmount"]), exact(one["TaxAmount"])) for one in shown["LineItems"]] == [
        (amount, tax) for amount, tax, _ in worked
    ]
    amounts, taxes = sum(one[0] for one in worked), sum(one[1] for one in worked)
    subtotal = amounts - taxes if types == "Inclusive" else amounts
    assert [exact(shown[name]) for name in ("SubTotal", "TotalTax", "Total")] == [subtotal, taxes, subtotal + taxes]
    assert exact(shown.get("TotalDiscount") or 0) == sum(one[2] for one in worked)


@settings(max_examples=400, deadline=None)
@given(documents(), some.sampled_from(("half_up", "half_even")), some.sampled_from((2, 4)))
def test_every_document_of_every_kind_adds_up_when_made_read_and_changed(office, made, mode, unit_places):
    office.xero.board.now = replace(office.xero.board.now, rounding=mode)
    name, document = made
    place = PLACES.get(name, name)
    shown = sent(office, "PUT", name, document, unit_places)
    check(shown, document, mode, unit_places)
    identity = shown[{"Invoices": "InvoiceID", "CreditNotes": "CreditNoteID", "Quotes": "QuoteID"}[place]]
    check(office.call("GET", f"{place}/{identity}")[place][0], document, mode, unit_places)
    turned = {**document, "LineAmountTypes": "Inclusive", "LineItems": document["LineItems"][::-1]}
    check(sent(office, "POST", name, turned, unit_places, identity), turned, mode, unit_places)


@settings(max_examples=200, deadline=None)
@given(documents(), some.sampled_from(("Exclusive", "Inclusive", "NoTax")))
def test_turning_a_document_to_other_amount_types_works_its_tax_out_again(office, made, types):
    office.xero.board.now = replace(office.xero.board.now, rounding="half_up")
    name, document = made
    if name == "Quotes":
        return
    shown = sent(office, "PUT", name, document, 4)
    identity = shown["InvoiceID" if PLACES.get(name, name) == "Invoices" else "CreditNoteID"]
    turned = sent(office, "POST", name, {"LineAmountTypes": types}, 4, identity)
    lines = document["LineItems"]
    if document["LineAmountTypes"] == "NoTax":  # the tax types were dropped then
        lines = [{**line, "TaxType": "NONE"} for line in lines]
    check(turned, {**document, "LineAmountTypes": types, "LineItems": lines}, "half_up", 4)


@settings(max_examples=200, deadline=None)
@given(
    some.decimals("0.01", "999", places=2), some.decimals("0.1", "99", places=1), some.sampled_from((0, 5, 10, 50)),
    some.sampled_from(("DiscountRate", "DiscountAmount")),
)  # fmt: skip
def test_the_missing_one_of_price_and_quantity_fits_the_line_amount(office, price, quantity, discount, kind):
    office.xero.board.now = replace(office.xero.board.now, rounding="half_up")
    line = {"Description": "x", "AccountCode": "200", "TaxType": "OUTPUT2", kind: discount}
    whole = {**line, "Quantity": quantity, "UnitAmount": price}
    amount = expected(whole, "Exclusive", "half_up", 4)[0]
    assume(amount > 0)
    for missing in ("Quantity", "UnitAmount"):
        part = {name: value for name, value in whole.items() if name != missing}
        part["LineAmount"] = Decimal(amount.numerator) / Decimal(amount.denominator)
        document = {"Type": "ACCREC", "Contact": {"Name": "Shop"}, "LineItems": [part]}
        status, content = office.try_call("PUT", "Invoices", document, "unitdp=4")
        if status == 200:
            found = content["Invoices"][0]["LineItems"][0]
            assert exact(found["LineAmount"]) == amount
            # worth no more than the cents the amount was rounded by
            factor = exact(whole["UnitAmount" if missing == "Quantity" else "Quantity"])
            taken = 1 - (Fraction(discount, 100) if kind == "DiscountRate" else 0)
            assert (
                abs(exact(found[missing]) - exact(whole[missing])) * factor * taken <= Fraction(1, 100) + factor / 10**4
            )
        else:
            assert "does not match the expected line total" in str(content)
