"""From Xero's contacts, items and tax rates to what tablets hold."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.ageing import Aged
from fieldbridge.core.records.books import Address, Contact, Item, TaxRate
from fieldbridge.core.records.field import Staff
from fieldbridge.core.rules import MasterDataRules
from fieldbridge.flows import customers, products, staff, taxes
from fieldbridge.flows.addresses import addresses_of
from fieldbridge.flows.groups import marks_of

replace = msgspec.structs.replace
CAFE = Contact(
    contact_id="c1",
    name="Kaikōura Café",
    account_number="KAI001",
    contact_number="X-9",
    email="orders@cafe.example",
    phone="64 03 319 5555",
    mobile="64 021 555 123",
    postal=Address(lines=("PO Box 12",), city="Kaikōura", region="Canterbury", postal_code="7300"),
    street=Address(lines=("1 West End", "Shop 2", "Upstairs"), city="Kaikōura", postal_code="7300"),
    groups=("Price 3", "Rep STESMI", "Deal CAFE", "Area South", "Stop"),
    discount=Decimal("7.5"),
    outstanding=Decimal("1480.55"),
)
OWED = Aged(parts=(Decimal("1360.55"), Decimal(0), Decimal(0), Decimal("120.00")))
JUICE = Item(item_id="i1", code="APL-1L", name="Apple juice", unit_price=Decimal("4.2525"), tax_type="OUTPUT2")
GST = TaxRate(tax_type="OUTPUT2", name="15% GST on Income", rate=Decimal(15), applies_to_revenue=True)
ZERO = TaxRate(tax_type="ZERO", name="Zero Rated", rate=Decimal(0), applies_to_revenue=True)
BUYING = TaxRate(tax_type="INPUT2", name="15% GST on Expenses", rate=Decimal(15))


def test_groups_are_read_by_their_first_word():
    marks = marks_of(["Price 3", "Deal CAFE", "Rep STESMI", "Area Far North", "Stop", "Cash", "Christmas cards"])
    assert (marks.price_level, marks.deal, marks.rep, marks.area) == (3, "CAFE", "STESMI", "Far North")
    assert (marks.stop, marks.cash, marks.clashes) == (True, True, ())


def test_no_groups_say_price_level_one_and_nothing_else():
    assert marks_of([]) == marks_of(["VIP", "Newsletter"])
    assert marks_of([]).price_level == 1


@pytest.mark.parametrize("group", ["Price 0", "Price 9", "Price", "Price two", "Price 3.5", "Price ٣"])
def test_a_price_level_that_tablets_do_not_have_is_level_one(group):
    assert marks_of([group]).price_level == 1


@pytest.mark.parametrize("group", ["price 4", "PRICE 4", "  Price   4 "])
def test_case_and_spaces_do_not_matter(group):
    assert marks_of([group]).price_level == 4


def test_two_groups_of_one_word_clash_and_the_first_by_name_counts():
    marks = marks_of(["Rep ZOE", "Rep ABE", "Price 2", "Price 1"])
    assert (marks.rep, marks.price_level) == ("ABE", 1)
    assert marks.clashes == ("price", "rep")


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_names_of_groups_are_read_the_same_in_any_order(groups):
    assert marks_of(groups) == marks_of(list(reversed(groups)))


def test_an_outlet_is_active_unmerged_and_has_a_code():
    assert customers.is_outlet(CAFE)
    assert customers.is_outlet(replace(CAFE, account_number=""))
    assert not customers.is_outlet(replace(CAFE, account_number="", contact_number=""))
    assert not customers.is_outlet(replace(CAFE, status="ARCHIVED"))
    assert not customers.is_outlet(replace(CAFE, status="GDPRREQUEST"))
    assert not customers.is_outlet(replace(CAFE, merged_to="c2"))


def test_a_contact_becomes_a_customer_with_what_its_groups_say():
    made = customers.customer_of(CAFE, OWED)
    assert (made.customer_id, made.name, made.price_level) == ("KAI001", "Kaikōura Café", 3)
    assert (made.staff_code, made.special_pricing_group) == ("STESMI", "CAFE")
    assert (made.stop_credit, made.cash_only) == (True, False)
    assert (made.discount, made.balances) == (Decimal("7.5"), OWED.parts)
    assert made.address_lines == ("PO Box 12", "Kaikōura", "Canterbury")
    assert (made.post_code, made.phone, made.mobile) == ("7300", "64 03 319 5555", "64 021 555 123")
    assert made.categories == ("", "South")


def test_the_code_is_the_account_number_else_the_contact_number():
    assert CAFE.code == "KAI001"
    assert replace(CAFE, account_number="").code == "X-9"


def test_a_long_address_fits_four_lines_and_loses_nothing():
    long = replace(CAFE, postal=Address(lines=("A", "B", "C", "D"), city="Town", region="Region"))
    assert len(customers.customer_of(long, OWED).address_lines) <= 4
    assert "Town Region" in customers.customer_of(long, OWED).address_lines


def test_without_a_postal_address_the_street_counts_and_without_both_nothing():
    made = customers.customer_of(replace(CAFE, postal=None), OWED)
    assert made.address_lines == ("1 West End", "Shop 2", "Upstairs", "Kaikōura")
    assert customers.customer_of(replace(CAFE, postal=None, street=None), OWED).address_lines == ()


def test_a_shared_code_and_clashing_groups_are_told_to_the_office():
    clashing = replace(CAFE, groups=("Rep A", "Rep B"))
    assert [one.code for one in customers.faults(clashing, twins=2)] == [
        "customer.code_shared",
        "customer.groups_clash",
    ]
    assert customers.faults(CAFE, twins=1) == []


def test_the_street_is_delivery_address_one():
    (made,) = addresses_of(CAFE)
    assert (made.customer, made.code) == ("KAI001", "1")
    assert made.lines == ("1 West End", "Shop 2, Upstairs", "Kaikōura 7300")
    assert addresses_of(replace(CAFE, street=None)) == ()


def test_every_rep_of_an_outlet_and_of_the_settings_is_staff():
    others = [replace(CAFE, groups=("Rep ABE",)), replace(CAFE, groups=())]
    assert staff.staff_of([CAFE, *others], {"STESMI": "Stella van der Smithson", "ZOE": "Zoe"}) == [
        Staff(code="ABE", first_name="ABE", surname=""),
        Staff(code="STESMI", first_name="Stella", surname="van der Smithson"),
        Staff(code="ZOE", first_name="Zoe", surname=""),
    ]


def test_an_item_that_is_sold_at_a_price_is_a_product():
    assert products.is_product(JUICE)
    assert not products.is_product(replace(JUICE, is_sold=False))
    assert not products.is_product(replace(JUICE, unit_price=None))
    assert products.is_product(replace(JUICE, unit_price=Decimal(0)))


def test_a_product_has_four_decimals_of_price_its_tax_code_and_its_stock():
    made = products.product_of(replace(JUICE, on_hand=Decimal(36)), {}, {"1": "OUTPUT2"}, MasterDataRules())
    assert (made.sku, made.description, made.prices) == ("APL-1L", "Apple juice", (Decimal("4.2525"),))
    assert (made.tax_code, made.on_hand) == ("1", Decimal(36))


def test_untracked_stock_is_the_figure_of_the_rules_and_zero_is_zero():
    rules = MasterDataRules(stock_when_untracked=777)
    assert products.product_of(JUICE, {}, {}, rules).on_hand == 777
    assert products.product_of(replace(JUICE, on_hand=Decimal(0)), {}, {}, rules).on_hand == 0


def test_an_item_without_a_tax_rate_takes_the_one_of_its_account():
    item = replace(JUICE, tax_type="", account_code="200")
    assert products.product_of(item, {"200": "ZERO"}, {"2": "ZERO"}, MasterDataRules()).tax_code == "2"
    assert products.product_of(item, {}, {"2": "ZERO"}, MasterDataRules()).tax_code == ""


def test_tablets_get_the_mapped_rates_that_may_be_sold_with():
    rows = taxes.taxes_of([GST, ZERO, BUYING], {"2": "ZERO", "1": "OUTPUT2", "3": "INPUT2", "4": "NO-SUCH"})
    assert [(row.code, row.description, row.rate) for row in rows] == [
        ("1", "15% GST on Income", Decimal(15)),
        ("2", "Zero Rated", Decimal(0)),
    ]


def test_a_code_mapped_to_a_rate_that_cannot_be_sold_with_is_told():
    found = taxes.faults([GST, BUYING, replace(ZERO, status="DELETED")], {"1": "OUTPUT2", "2": "ZERO", "3": "INPUT2"})
    assert [(one.key, one.code) for one in found] == [("2", "tax.unusable"), ("3", "tax.unusable")]


def test_a_first_mapping_begins_with_what_is_usually_charged():
    assert taxes.proposed_codes([ZERO, BUYING, GST], "OUTPUT2") == {"1": "OUTPUT2", "2": "ZERO"}
    assert taxes.proposed_codes([ZERO, GST], "ZERO") == {"1": "ZERO", "2": "OUTPUT2"}
    assert taxes.proposed_codes([BUYING], "") == {}
