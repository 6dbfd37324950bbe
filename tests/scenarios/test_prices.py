"""What a customer pays, and why: from Xero's one price and the office's price sheet to what a tablet works out."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest

from app.scene import lay, order, posted, raw, with_line
from fieldbridge.app import prices, sheets
from fieldbridge.core.rules import PRECEDENCE
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.ledger import runs
from scenarios.office import KERIKERI, PAIHIA, lay_sheet, publish, row, rows, said, settle
from support.steps import walked

SUMMER, WINTER, SPRING = date(2027, 1, 15), date(2027, 7, 15), date(2027, 10, 15)
PRODUCTS = "product,group,price_2,price_3\r\nAPL-1L,JUICE,4.00,\r\nORG-1L,JUICE,,\r\nLEM-1L,,,\r\n"
PRICES = (
    "product,product_group,customer,price_group,price,percent_off,from_quantity,start,end,note\r\n"
    "APL-1L,,KER014,,3.90,,,,,agreed in June\r\n"  # 2
    ",JUICE,,CAFE,,10,12,,,\r\n"  # 3
    ",JUICE,,CAFE,,15,48,,,\r\n"  # 4
    "LEM-1L,,,,2.99,,,2027-07-01,2027-07-31,winter\r\n"  # 5
    "LEM-1L,,PAI001,,,5,,,,\r\n"  # 6
    "ORG-1L,,,CAFE,3.60,,,2027-10-01,,\r\n"  # 7
    "APL-1L,,KER014,,,50,,,,never meant\r\n"  # 8
)
IDLE = ("prices row 8", "sheet.rule_never_counts")


@pytest.fixture(scope="module")
def shop(shop):
    """Kerikeri is a café at level 2; Paihia is at level 3 and in no group."""
    shop.patch(KERIKERI, ContactGroups=["Price 2", "Deal CAFE"])
    shop.patch(PAIHIA, ContactGroups=["Price 3"])
    shop.patch("WAN001", ContactGroups=[])
    settle(shop, '\n[prices.level_percent_off]\n3 = "8"\n')
    lay_sheet(shop, "products", PRODUCTS)
    lay_sheet(shop, "prices", PRICES)
    publish(shop, IDLE)
    return shop


def explained(shop, customer, code, on=SUMMER, count=1):
    """The price, and the row of the sheet that made it."""
    told = prices.explain(
        shop.site.installation, shop.site.installation.connection("kauri"), (customer, code), on, Decimal(count)
    )
    return told.price, next((step.number for step in told.steps if step.outcome == "used"), None)


def on_the_tablet(shop, customer, code, on, count):
    """What a tablet works out of the files alone, by field-sales facts §8."""
    who, what = row(shop, "Customer.csv", customer), row(shop, "Product.csv", code)
    level = Decimal(what[f"SellPrice{who['PriceLevel']}"])
    whose = {"": 0, who["SpecialPricingGroup"]: 1, customer: 2}
    on_what = {what["Group"]: 0, code: 1}
    found = [
        (4 * whose[one["Customer_Code"]] + 2 * on_what[one["Product_Code"]] + (one["Type"] == "1"), least, one)
        for one in rows(shop, "Pricing.csv")
        if one["Customer_Code"] in whose and one["Product_Code"] in on_what
        if (one["Start_Date"] or "0") <= f"{on}" <= (one["End_Date"] or "9")
        if (least := Decimal(one["Quantity"] or 0)) <= count
    ]
    if not found:
        return level
    *_, best = max(found, key=lambda one: one[:2])
    if best["Type"] == "1":
        return Decimal(best["Price"])
    return (level * (100 - Decimal(best["Discount"])) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_every_price_that_is_explained_is_the_one_a_tablet_finds(shop):
    asked = product((KERIKERI, PAIHIA, "WAN001"), ("APL-1L", "ORG-1L", "LEM-1L"), (SUMMER, WINTER, SPRING), (1, 12, 60))
    told = {one: (explained(shop, *one)[0], on_the_tablet(shop, *one)) for one in asked}
    assert {one: pair for one, pair in told.items() if pair[0] != pair[1]} == {}
    assert len({price for price, _ in told.values()}) > 8


def test_a_level_is_the_sheets_price_or_the_settings_percentage_or_xeros(shop):
    assert [row(shop, "Product.csv", "APL-1L")[f"SellPrice{one}"] for one in (1, 2, 3, 4)] == [
        *("4.25", "4.00", "3.91", "4.25")
    ]
    assert explained(shop, PAIHIA, "APL-1L") == (Decimal("3.91"), None)
    assert explained(shop, "WAN001", "APL-1L") == (Decimal("4.25"), None)


def test_a_contract_beats_the_deal_of_the_customers_group(shop):
    assert explained(shop, KERIKERI, "APL-1L", count=12) == (Decimal("3.9"), 2)


def test_who_buys_more_gets_the_higher_break(shop):
    told = [explained(shop, KERIKERI, "ORG-1L", count=count) for count in (11, 12, 47, 48)]
    assert told == [(Decimal("4.25"), None), *[(Decimal("3.83"), 3)] * 2, (Decimal("3.61"), 4)]


def test_a_winter_price_holds_from_its_first_day_to_its_last(shop):
    days = [date(2027, 6, 30), date(2027, 7, 1), date(2027, 7, 31), date(2027, 8, 1)]
    assert [explained(shop, "WAN001", "LEM-1L", day)[1] for day in days] == [None, 5, 5, None]
    assert explained(shop, PAIHIA, "LEM-1L", WINTER)[1] == 6, "a customer's own rule beats one for everyone"


def test_a_new_price_of_a_group_begins_on_its_day(shop):
    eve = date(2027, 10, 1) - timedelta(days=1)
    assert explained(shop, KERIKERI, "ORG-1L", eve)[0] == Decimal("4.25")
    assert explained(shop, KERIKERI, "ORG-1L", date(2027, 10, 1)) == (Decimal("3.6"), 7)


def test_a_rule_that_never_counts_is_told_with_the_row_that_beats_it(shop):
    assert said(shop, IDLE[1]) == (
        "prices sheet, row 8: “for customer KER014, APL-1L: 50 % off (never meant)” never counts: row 2 is stronger on "
        "all its days and at all its quantities."
    )
    (found,) = sheets.check(
        shop.site.installation, shop.site.installation.connection("kauri"), "prices", lambda _: None
    )
    assert ([one.row for one in found.idle], found.faults, found.missing) == ([8], [], [])


def test_an_office_may_turn_the_ranks_round_and_is_told_what_no_longer_counts(office):
    strongest = "everyone product_group fixed"
    ranks = ", ".join(f'"{one}"' for one in [*(one for one in PRECEDENCE if one != strongest), strongest])
    settle(office, f'\n[prices]\nwritten = "per_customer"\nprecedence = [{ranks}]\n')
    office.patch(KERIKERI, ContactGroups=["Deal CAFE"])
    lay_sheet(office, "products", PRODUCTS)
    head = PRICES.partition("\n")[0] + "\n"
    lay_sheet(office, "prices", head + "APL-1L,,KER014,,3.90,,,,,\r\n,JUICE,,,4.10,,,,,\r\nORG-1L,,,CAFE,4,,,,,\r\n")
    publish(office, ("prices row 2", "sheet.rule_never_counts"), ("prices row 4", "sheet.rule_never_counts"))
    assert explained(office, KERIKERI, "APL-1L") == (Decimal("4.1"), 3)
    found = [one for one in rows(office, "Pricing.csv") if one["Customer_Code"] == KERIKERI]
    assert [(one["Product_Code"], one["Price"]) for one in found] == [("APL-1L", "4.10"), ("ORG-1L", "4.10")]


def test_a_rep_may_sell_below_the_best_price_and_the_office_is_told(office):
    lay_sheet(office, "prices", PRICES.partition("\n")[0] + "\nAPL-1L,,KER014,,4.40,,,,,\r\n")
    publish(office)
    lay(office.site, "a.txt", raw(order("1"), with_line("2", unit_price=Decimal("4.40"), total=Decimal("52.80"))))
    walked(office.site, TRANSACTIONS)
    with office.site.installation.database.read() as tx:
        (told,) = [one.fields for one in runs.events(tx, "kauri", 1000) if one.event == "order.note"]
    assert told["key"] == "BV1"
    assert "APL-1L was sold at 4.25, below 4.4 (by row 2 of the prices sheet)" in told["note"]
    assert posted(office.site)["SO-BV1"]["SubTotal"] == Decimal("51.00"), "never changed"
