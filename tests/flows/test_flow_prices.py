"""Prices: the explanation leads to what the files say, precedence holds, and no rule is shadowed unseen."""

import csv
import io
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.pricing import Buyer, Goods, Rule, explain, level_prices, settled
from fieldbridge.core.records.field import Order, OrderLine, Product
from fieldbridge.core.records.sheets import PriceRow, group_key, product_key
from fieldbridge.core.rules import PRECEDENCE, PriceRules
from fieldbridge.core.shadows import shadowing
from fieldbridge.field.folder.encode import encode_rows
from fieldbridge.field.folder.master_files import pricing_rows, product_rows
from fieldbridge.field.folder.profile import HD1
from fieldbridge.flows.prices import PriceList, price_rule

TODAY = date(2026, 7, 14)
NO_TOTALS = {"total": Decimal(0), "tax": Decimal(0)}
PLAIN = PriceRules()
JUICE = Goods(product="APL-1L", price=Decimal("4.25"), group="JUICE", levels=(Decimal("4.00"), None))
CAFE = Buyer(customer="KER014", level=2, price_group="CAFE")

money = st.decimals(0, 100, places=4)
days = st.none() | st.integers(-20, 20).map(lambda number: TODAY + timedelta(days=number))
subjects = [("product", "APL-1L"), ("product_group", "JUICE"), ("product", "OTHER"), ("product_group", "NUTS")]
scopes = [("note", ""), ("customer", "KER014"), ("price_group", "CAFE"), ("customer", "ELSE"), ("price_group", "VIPS")]


@st.composite
def price_rows(draw) -> PriceRow:
    """A row the sheet's check lets pass; often about somebody or something else."""
    named = dict([draw(st.sampled_from(subjects)), draw(st.sampled_from(scopes))])
    change = draw(st.sampled_from(["price", "percent_off"]))
    first, last = sorted([draw(days), draw(days)], key=lambda day: day or TODAY)
    quantity = draw(st.none() | st.integers(1, 30).map(Decimal))
    return PriceRow(**named, **{change: draw(money)}, start=first, end=last, from_quantity=quantity)


sheets = st.lists(price_rows(), max_size=14, unique_by=lambda row: row.identity).map(
    lambda rows: [Rule(number=number, row=row) for number, row in enumerate(rows, start=2)]
)
formulas = st.sampled_from([{}, {"3": Decimal(10)}])
policies = st.builds(PriceRules, decimals=st.integers(0, 4), level_percent_off=formulas)
groups = st.sampled_from(["", "CAFE"])
buyers = st.builds(Buyer, customer=st.just("KER014"), level=st.integers(1, 8), price_group=groups)
quantities = st.integers(1, 40).map(Decimal)


def written(rows, layout) -> list[dict[str, str]]:
    data = b"".join(encode_rows(rows, layout, HD1, lambda misfit: None))
    return list(csv.DictReader(io.StringIO(data.decode("cp1252"), newline="")))


def on_the_tablet(buyer, goods, rules, policy, quantity, lines) -> Decimal:
    """A tablet's own reading of Product.csv and Pricing.csv, in the order of field-sales facts §8."""
    made = Product(sku=goods.product, description="", group=goods.group, prices=level_prices(goods, policy))
    price = Decimal(written(product_rows([made], HD1), HD1.products)[0][f"SellPrice{buyer.level}"])
    best, result = (-1, Decimal(-1)), price
    for row in lines:
        whose = {"": 0, buyer.price_group: 1, buyer.customer: 2}.get(row["Customer_Code"])
        what = {goods.group: 0, goods.product: 1}.get(row["Product_Code"])
        least = Decimal(row["Quantity"] or 0)
        holds = (row["Start_Date"] or "0") <= f"{TODAY}" <= (row["End_Date"] or "9") and least <= quantity
        rank = (whose or 0) * 4 + (what or 0) * 2 + (row["Type"] == "1")
        if whose is None or what is None or not holds or (rank, least) <= best:
            continue
        best = (rank, least)
        off = price * (100 - Decimal(row["Discount"] or 0)) / 100
        step = Decimal(1).scaleb(-policy.decimals)
        result = Decimal(row["Price"]) if row["Type"] == "1" else off.quantize(step, ROUND_HALF_UP)
    return result


@given(sheets, buyers, policies, quantities)
def test_the_explained_price_is_the_one_tablets_find_in_the_files(rules, buyer, policy, quantity):
    lines = written(pricing_rows([price_rule(rule.row) for rule in rules], HD1), HD1.pricing)
    told = explain(buyer, JUICE, rules, policy, (TODAY, quantity))
    assert told.price == on_the_tablet(buyer, JUICE, rules, policy, quantity, lines)


@given(sheets, buyers, st.permutations(PRECEDENCE), quantities)
def test_worked_out_prices_say_the_same_with_nothing_left_to_decide(rules, buyer, ranks, quantity):
    policy = PriceRules(precedence=tuple(ranks), written="per_customer")
    rows = [price_rule(row) for row in settled(buyer, JUICE, rules, policy)]
    lines = written(pricing_rows(rows, HD1), HD1.pricing)
    assert all(
        (line["Type"], line["Customer_Code"], line["Product_Code"]) == ("1", "KER014", "APL-1L") for line in lines
    )
    told = explain(buyer, JUICE, rules, policy, (TODAY, quantity))
    assert told.price == on_the_tablet(buyer, JUICE, rules, policy, quantity, lines)


@given(sheets, buyers, st.permutations(PRECEDENCE), quantities)
def test_the_strongest_rule_that_holds_makes_the_price(rules, buyer, ranks, quantity):
    told = explain(buyer, JUICE, rules, PriceRules(precedence=tuple(ranks), written="per_customer"), (TODAY, quantity))
    by_number = {rule.number: rule for rule in rules}
    holding = [by_number[step.number] for step in told.steps if step.outcome in ("used", "beaten")]
    strongest = [rule for rule in holding if rule.rank == max((one.rank for one in holding), key=ranks.index)]
    assert told.rule == max(strongest, key=lambda rule: rule.row.from_quantity or 0, default=None)


@given(sheets, buyers, quantities)
def test_every_rule_about_the_customer_and_product_is_named_with_what_became_of_it(rules, buyer, quantity):
    told = explain(buyer, JUICE, rules, PLAIN, (TODAY, quantity))
    about = [
        rule
        for rule in rules
        if (rule.row.product == "APL-1L" or rule.row.product_group == "JUICE")
        and (rule.row.customer in ("", "KER014") and rule.row.price_group in ("", buyer.price_group))
    ]
    assert sorted(step.number for step in told.steps if step.number) == [rule.number for rule in about]
    assert sum(step.outcome == "used" for step in told.steps) == (told.rule is not None)
    last = [step.price for step in told.steps if step.outcome in ("price", "used")][-1]
    assert told.price == last


near = st.none() | st.integers(-3, 3).map(lambda number: TODAY + timedelta(days=number))


@st.composite
def rivals(draw) -> list[Rule]:
    """Rules about one product for one customer, with days and quantities close to each other."""
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        first, last = sorted([draw(near), draw(near)], key=lambda day: day or TODAY)
        change = {draw(st.sampled_from(["price", "percent_off"])): Decimal(draw(st.integers(1, 9)))}
        quantity = draw(st.none() | st.integers(1, 4).map(Decimal))
        rows.append(
            PriceRow(product="APL-1L", customer="KER014", start=first, end=last, from_quantity=quantity, **change)
        )
    alone = {row.identity: row for row in rows}.values()
    return [Rule(number=number, row=row) for number, row in enumerate(alone, start=2)]


@given(rivals())
def test_a_rule_is_said_never_to_count_exactly_when_it_makes_no_price_on_any_day_at_any_quantity(rules):
    moments = [(TODAY + timedelta(days=day), Decimal(count)) for day in range(-5, 6) for count in range(6)]
    makers = {told.rule.number for one in moments if (told := explain(CAFE, JUICE, rules, PLAIN, one)).rule}
    idle = {rule.number: shadowing(rule, rules, PLAIN) for rule in rules}
    assert {number for number, by in idle.items() if by} == {rule.number for rule in rules} - makers


@given(sheets, buyers, quantities)
def test_the_order_of_the_sheet_does_not_matter(rules, buyer, quantity):
    assert explain(buyer, JUICE, rules, PLAIN, (TODAY, quantity)) == explain(
        buyer, JUICE, rules[::-1], PLAIN, (TODAY, quantity)
    )


def rule(number: int, **row: object) -> Rule:
    return Rule(number=number, row=PriceRow(**({"product": "APL-1L"} | row)))


def price_of(*rules: Rule, on: date = TODAY, quantity: int = 1) -> Decimal:
    return explain(CAFE, JUICE, rules, PLAIN, (on, Decimal(quantity))).price


def test_without_a_rule_the_level_counts_and_an_empty_level_is_level_one():
    assert price_of() == Decimal("4.00")
    assert level_prices(JUICE, PLAIN) == (Decimal("4.25"), Decimal("4.00"), *[Decimal("4.25")] * 6)


def test_percent_is_off_the_customers_level_and_rounded_half_up():
    assert price_of(rule(2, percent_off=Decimal("12.5"))) == Decimal("3.50")
    assert price_of(rule(2, percent_off=Decimal("0.125"))) == Decimal("4.00")
    assert price_of(rule(2, percent_off=Decimal("0.13"))) == Decimal("3.99")


def test_the_higher_break_that_is_reached_counts():
    breaks = [
        rule(number, price=Decimal(price), from_quantity=Decimal(least))
        for number, price, least in [(2, "4", 0), (3, "3.8", 12), (4, "3.5", 48)]
    ]
    found = {quantity: price_of(*breaks, quantity=quantity) for quantity in (1, 11, 12, 47, 48)}
    assert [f"{price}" for price in found.values()] == ["4", "4", "3.8", "3.8", "3.5"]


def test_first_and_last_day_are_included():
    deal = rule(2, price=Decimal(1), start=date(2026, 7, 1), end=date(2026, 7, 31))
    on = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 1)]
    assert [price_of(deal, on=day) for day in on] == [Decimal(4), Decimal(1), Decimal(1), Decimal(4)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"precedence": PRECEDENCE[:-1]},
        {"precedence": (*PRECEDENCE, PRECEDENCE[0])},
        {"precedence": PRECEDENCE[::-1]},
        {"decimals": 5},
        {"level_percent_off": {"1": Decimal(5)}},
        {"level_percent_off": {"2": Decimal(101)}},
    ],
)
def test_price_rules_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValueError, match=r"precedence|decimals|level_percent_off"):
        PriceRules(**wrong)


def test_a_line_at_or_above_its_price_is_not_remarked_and_one_below_is():
    prices = PriceList(
        buyers={"KER014": msgspec.structs.replace(CAFE, discount=Decimal(5))},
        goods={"APL-1L": JUICE},
        rules={product_key("APL-1L"): [rule(2, price=Decimal("3.90"))], group_key("JUICE"): []},
        policy=PLAIN,
    )

    def remarks(product: str, price: str, discount: int) -> list[str]:
        line = OrderLine(product=product, quantity=Decimal(1), unit_price=Decimal(price), discount=Decimal(discount))
        made = Order(order_no="1", kind="O", captured_on=TODAY, customer="KER014", lines=(line,), **NO_TOTALS)
        return list(prices.below(made))

    assert remarks("APL-1L", "3.90", 0) == remarks("APL-1L", "3.90", 5) == remarks("NO-SUCH", "0", 0) == []
    assert "sold at 3.51, below 3.705 (by row 2 of the prices sheet)" in remarks("APL-1L", "3.90", 10)[0]
