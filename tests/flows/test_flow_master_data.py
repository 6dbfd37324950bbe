"""From Xero's contacts, items and tax rates to what tablets hold."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.ageing import Aged
from fieldbridge.core.records.books import Address, Contact, Item, Organisation, PaymentTerms, Person, TaxRate
from fieldbridge.core.records.field import Staff
from fieldbridge.core.rules import CustomerRules, MasterDataRules
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
    groups=("Price 3", "Rep STESMI", "Deal CAFE", "Area South", "Class Cafe", "Stop"),
    key="KAI001",
    discount=Decimal("7.5"),
    outstanding=Decimal("1480.55"),
)
OWED = Aged(
    parts=(Decimal("1360.55"), Decimal(0), Decimal(0), Decimal("120.00")),
    overdue=Decimal("120.00"),
    overdue_since=date(2026, 6, 1),
)
OWN = Organisation(organisation_id="o1", name="Kauri", base_currency="NZD")
STANDING = customers.Standing(own=OWN, balance=OWED, rep="STESMI", today=date(2026, 7, 2), rules=CustomerRules())
JUICE = Item(item_id="i1", code="APL-1L", name="Apple juice", unit_price=Decimal("4.2525"), tax_type="OUTPUT2")
GST = TaxRate(tax_type="OUTPUT2", name="15% GST on Income", rate=Decimal(15), applies_to_revenue=True)
ZERO = TaxRate(tax_type="ZERO", name="Zero Rated", rate=Decimal(0), applies_to_revenue=True)
BUYING = TaxRate(tax_type="INPUT2", name="15% GST on Expenses", rate=Decimal(15))


def test_groups_are_read_by_their_first_word():
    marks = marks_of(["Price 3", "Deal CAFE", "Rep STESMI", "Area Far North", "Stop", "Cash", "Christmas cards"])
    assert (marks.price_level, marks.deal, marks.rep, marks.words["area"]) == (3, "CAFE", "STESMI", "Far North")
    assert (marks.has("stop"), marks.has("cash"), marks.clashes) == (True, True, ())


def test_no_groups_say_price_level_one_and_nothing_else():
    assert marks_of([]).price_level == marks_of(["VIP", "Newsletter"]).price_level == 1
    assert not marks_of(["VIP"]).has("stop")


@pytest.mark.parametrize("group", ["Price 0", "Price 9", "Price", "Price two", "Price 3.5", "Price ٣"])
def test_a_price_level_that_tablets_do_not_have_is_level_one_and_told(group):
    assert marks_of([group]).price_level == 1
    assert marks_of([group]).unreadable == (group,)


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


def test_an_outlet_is_active_unmerged_and_has_a_key():
    assert customers.is_outlet(CAFE)
    assert not customers.is_outlet(replace(CAFE, key=""))
    assert not customers.is_outlet(replace(CAFE, status="ARCHIVED"))
    assert not customers.is_outlet(replace(CAFE, status="GDPRREQUEST"))
    assert not customers.is_outlet(replace(CAFE, merged_to="c2"))


def test_the_office_says_who_is_a_customer():
    bare = replace(CAFE, key="", account_number="", contact_number="")
    with_code, in_group, sold_to = (
        CustomerRules(),
        CustomerRules(who="in a group", groups=("Tablet", "Price 3")),
        CustomerRules(who="is a customer"),
    )
    assert [customers.is_wanted(CAFE, one) for one in (with_code, in_group, sold_to)] == [True, True, False]
    assert [customers.is_wanted(bare, one) for one in (with_code, in_group, sold_to)] == [False, True, False]
    assert customers.is_wanted(replace(bare, is_customer=True), sold_to)
    assert not customers.is_wanted(replace(CAFE, groups=()), in_group)
    assert not any(customers.is_wanted(replace(CAFE, status="ARCHIVED"), one) for one in (with_code, in_group))


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [("Kaikōura Café", (), "KAI001"), ("Kaikōura Café", ("KAI001", "KAI002"), "KAI003"), ("Ōtara 7", (), "OTA001"),
     ("7-11", (), "XXX001"), ("Bo", (), "BOX001")],
)  # fmt: skip
def test_a_code_is_made_of_three_letters_and_the_next_number(name, taken, expected):
    assert customers.minted(replace(CAFE, name=name), set(taken)) == expected


def made(contact, **changes):
    return customers.customer_of(contact, replace(STANDING, **changes))


def test_a_contact_becomes_a_customer_with_what_its_groups_say():
    one = made(CAFE)
    assert (one.customer_id, one.name, one.price_level) == ("KAI001", "Kaikōura Café", 3)
    assert (one.staff_code, one.special_pricing_group) == ("STESMI", "CAFE")
    assert (one.stop_credit, one.custom_2, one.cash_only) == (True, "Contact group Stop", False)
    assert (one.discount, one.balances) == (Decimal("7.5"), OWED.parts)
    assert one.address_lines == ("PO Box 12", "Kaikōura", "Canterbury")
    assert (one.post_code, one.phone, one.mobile) == ("7300", "64 03 319 5555", "64 021 555 123")
    assert one.categories == ("Cafe", "South")


def test_switches_and_words_of_groups_fill_their_columns():
    one = made(replace(CAFE, groups=("OrderNo", "NoPrices", "EditPrice", "ReportOnly", "Vendor Orchard Co", "Cash")))
    assert (one.compulsory_order_no, one.print_pricing, one.enable_edit_price) == (True, False, True)
    assert (one.report_only, one.vendor, one.cash_only, one.stop_credit) == (True, "Orchard Co", True, False)


def test_categories_are_what_the_settings_say():
    rules = CustomerRules(categories=("region", "city", "price", "", "no such word"))
    assert made(CAFE, rules=rules).categories == ("", "Kaikōura", "3", "", "")


def test_whom_to_ask_for_is_in_the_notes():
    people = (Person(first_name="Hemi", last_name="Jones", email="hemi@cafe.example"), Person(first_name="Ana"))
    asked = made(replace(CAFE, first_name="Mere", last_name="Tane", persons=people))
    assert asked.notes == "Mere Tane; Hemi Jones hemi@cafe.example; Ana"
    assert made(CAFE).notes == ""


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [("OFFOLLOWINGMONTH", 20, "on the 20th of the following month"), ("OFCURRENTMONTH", 1, "on the 1st of the month"),
     ("OFCURRENTMONTH", 22, "on the 22nd of the month"), ("OFCURRENTMONTH", 13, "on the 13th of the month"),
     ("DAYSAFTERBILLDATE", 7, "7 days after the invoice"), ("DAYSAFTERBILLDATE", 0, "on the invoice's date"),
     ("DAYSAFTERBILLMONTH", 14, "14 days after the end of the month"), ("SOMETHING", 3, "")],
)  # fmt: skip
def test_terms_are_told_in_words_the_contacts_own_first(kind, day, expected):
    terms = PaymentTerms(kind=kind, day=day)
    assert made(replace(CAFE, terms=terms)).custom_1 == expected
    assert made(CAFE, own=replace(OWN, sales_terms=terms)).custom_1 == expected


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({}, ""),
        ({"stop_overdue_days": 30}, "Overdue since 2026-06-01, more than 30 days"),
        ({"stop_overdue_days": 31}, ""),
        ({"stop_overdue_above": Decimal("119.99")}, "120.00 overdue, more than 119.99"),
        ({"stop_overdue_above": Decimal(120)}, ""),
        ({"stop_balance_above": Decimal(1000)}, "Owes 1480.55, more than 1000"),
        (
            {"stop_overdue_days": 5, "stop_balance_above": Decimal(1)},
            "Overdue since 2026-06-01, more than 5 days; Owes 1480.55, more than 1",
        ),
    ],
)
def test_credit_is_stopped_by_rule_and_the_reason_is_told(rules, reason):
    one = made(replace(CAFE, groups=()), rules=CustomerRules(**rules))
    assert (one.stop_credit, one.custom_2) == (bool(reason), reason)


def test_a_stop_group_may_give_its_own_reason():
    assert made(replace(CAFE, groups=("Stop cheque bounced",))).custom_2 == "cheque bounced"


def test_terms_without_a_day_mean_cash_only_where_the_office_wants_that():
    at_once = replace(CAFE, terms=PaymentTerms(kind="DAYSAFTERBILLDATE", day=0))
    assert not made(at_once).cash_only
    assert made(at_once, rules=CustomerRules(cash_without_terms=True)).cash_only
    assert not made(CAFE, rules=CustomerRules(cash_without_terms=True)).cash_only


def test_the_code_is_the_agreed_key_else_the_account_number_else_the_contact_number():
    assert replace(CAFE, key="OLD001").code == "OLD001"
    assert replace(CAFE, key="").code == "KAI001"
    assert replace(CAFE, key="", account_number="").code == "X-9"


def test_a_long_address_fits_four_lines_and_loses_nothing():
    long = replace(CAFE, postal=Address(lines=("A", "B", "C", "D"), city="Town", region="Region"))
    assert len(made(long).address_lines) <= 4
    assert "Town Region" in made(long).address_lines


def test_without_a_postal_address_the_street_counts_and_without_both_nothing():
    assert made(replace(CAFE, postal=None)).address_lines == ("1 West End", "Shop 2", "Upstairs", "Kaikōura")
    assert made(replace(CAFE, postal=None, street=None)).address_lines == ()


def test_clashing_and_unreadable_groups_are_told_to_the_office():
    odd = replace(CAFE, groups=("Rep A", "Rep B", "Price 12"))
    assert [one.code for one in customers.faults(odd)] == ["customer.groups_clash", "customer.group_unreadable"]
    assert list(customers.faults(CAFE)) == []


def test_the_street_is_delivery_address_one():
    (made,) = addresses_of(CAFE)
    assert (made.customer, made.code) == ("KAI001", "1")
    assert made.lines == ("1 West End", "Shop 2, Upstairs", "Kaikōura 7300")
    assert addresses_of(replace(CAFE, street=None)) == ()


def test_every_rep_of_the_settings_is_staff():
    assert staff.staff_of({"STESMI": "Stella van der Smithson", "ZOE": "Zoe"}) == [
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
