"""The seeded books: always the same, believable, and adding up."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from fieldbridge.standin import Options
from fieldbridge.standin.books.balances import balances
from fieldbridge.standin.books.books import SwitchBoard
from fieldbridge.standin.clock import Clock
from fieldbridge.standin.pricing.money import totals
from fieldbridge.standin.seed.sow import sow

DAY = date(2026, 11, 1)


def sown(**changes):
    options = Options(today=DAY, **changes)
    return sow("Kauri Wholesale Limited", options, Clock(), SwitchBoard(options.switches))


@pytest.fixture(scope="module")
def books():
    return sown()


def test_same_seed_gives_the_same_books():
    small = {"contacts": 20, "items": 20, "history_months": 1}
    first, second, other = sown(**small), sown(**small), sown(seed=2, **small)
    for name in ("contacts", "items", "invoices", "payments"):
        assert list(getattr(first, name).rows()) == list(getattr(second, name).rows())
    assert list(first.contacts.rows()) != list(other.contacts.rows())
    assert first.organisation == other.organisation


def test_default_size(books):
    assert (len(books.contacts), len(books.items)) == (200, 300)
    assert len(books.invoices) == 1500
    assert len(books.credit_notes) == 60


def test_contacts_are_believable(books):
    rows = list(books.contacts.rows())
    customers = [row for row in rows if not row["IsSupplier"]]
    numbers = [row["AccountNumber"] for row in customers]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"[A-Z]{3}\d{3,4}", number) for number in numbers)
    assert len({row["Name"].casefold() for row in rows}) == len(rows)
    assert any("Ō" in row["Name"] or "ā" in row["Name"] for row in rows)
    assert all(row["EmailAddress"].endswith(".example") for row in rows)
    assert all(re.fullmatch(r"\d{4}", address["PostalCode"]) for row in rows for address in row["Addresses"])
    assert any(address["PostalCode"].startswith("0") for row in rows for address in row["Addresses"])
    assert Counter(row["ContactStatus"] for row in rows)["ARCHIVED"] in range(1, 10)
    terms = {(row.get("PaymentTerms") or {"Sales": {"Type": "none"}})["Sales"]["Type"] for row in customers}
    assert len(terms) == 5
    assert all("AccountNumber" not in row for row in rows if row["IsSupplier"])


def test_groups_follow_the_prefix_grammar(books):
    words = {row["Name"].split()[0] for row in books.groups.rows()}
    assert words == {"Price", "Deal", "Rep", "Area", "Stop", "Cash"}


def test_items_are_believable(books):
    rows = list(books.items.rows())
    assert all(len(row["Code"]) <= 30 and len(row["Name"]) <= 50 for row in rows)
    prices = [row["SalesDetails"]["UnitPrice"] for row in rows if row["IsSold"]]
    assert any(price != price.quantize(Decimal("0.01")) for price in prices)
    assert [row["Code"] for row in rows if not row["IsSold"]] == [rows[10]["Code"]]
    assert {row["IsTrackedAsInventory"] for row in rows} == {True, False}
    assert any(row["SalesDetails"].get("TaxType") == "ZERORATEDOUTPUT" for row in rows)


def test_invoices_add_up_and_are_mostly_paid(books):
    rows = list(books.invoices.rows())
    for row in rows:
        assert {name: row[name] for name in ("SubTotal", "TotalTax", "Total")} == totals(row["LineItems"], "Exclusive")
        assert row["Total"] == row["AmountPaid"] + row["AmountCredited"] + row["AmountDue"]
        assert row["UpdatedDateUTC"] <= books.now()
    credited = [row for row in rows if row["AmountCredited"]]
    assert len(credited) > 10
    statuses = Counter(row["Status"] for row in rows)
    assert statuses["PAID"] > 1000
    assert statuses["DRAFT"] > 20
    assert any(row["Status"] == "AUTHORISED" and row["DueDate"] < DAY for row in rows)


def test_balances_are_the_sum_of_what_is_open(books):
    owed = sum(balances(books, row["ContactID"])["AccountsReceivable"]["Outstanding"] for row in books.contacts.rows())
    invoices = sum(row["AmountDue"] for row in books.invoices.rows() if row["Status"] == "AUTHORISED")
    credits = sum(row["RemainingCredit"] for row in books.credit_notes.rows())
    assert owed == invoices - credits


def test_large_and_empty_seeds_work():
    large = sown(contacts=1200, items=700, history_months=0)
    assert len({row["AccountNumber"] for row in large.contacts.rows() if not row["IsSupplier"]}) == 1152
    assert len({row["Code"] for row in large.items.rows()}) == 700
    assert len(sown(contacts=0, items=0).invoices) == 0
