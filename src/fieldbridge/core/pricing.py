"""What a customer pays for a product on a day, and why: Xero's price, the customer's level, then the strongest rule.

Precedence, weakest first: rules for everyone, for the customer's price group, for the customer; within each a rule
on the product beats one on its group, and a fixed price beats a percentage. Source: field-sales facts §8.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from fieldbridge.core.money import HUNDRED
from fieldbridge.core.records.books import Record
from fieldbridge.core.records.sheets import LEVELS, PriceRow
from fieldbridge.core.rules import PriceRules, rank_name

DAY = timedelta(days=1)
Outcome = Literal["price", "used", "beaten", "not yet", "over", "quantity"]


class Rule(Record, frozen=True, kw_only=True):
    """A row of the price sheet, and which. Shape: number is the row as the spreadsheet counts it."""

    number: int
    row: PriceRow

    @property
    def rank(self) -> str:
        """One of the twelve ranks, such as `customer product fixed`."""
        scope = "customer" if self.row.customer else "price_group" if self.row.price_group else "everyone"
        return rank_name(scope, "product" if self.row.product else "product_group", self.row.kind)


class Buyer(Record, frozen=True, kw_only=True):
    """Who buys, as far as prices care. Units: discount is the standing one, in percent; prices do not hold it."""

    customer: str
    level: int = 1
    price_group: str = ""
    discount: Decimal = Decimal(0)


class Goods(Record, frozen=True, kw_only=True):
    """What is bought. Shape: levels are the prices of levels 2 to 8, None where the sheet has none."""

    product: str
    price: Decimal
    group: str = ""
    levels: tuple[Decimal | None, ...] = ()


class Step(Record, frozen=True, kw_only=True):
    """One step towards a price: what it says, what became of it, and the price after it."""

    outcome: Outcome
    said: str
    price: Decimal
    number: int | None = None


class Explained(Record, frozen=True, kw_only=True):
    """A price and how it came about. Shape: rule is the row that made it; None when no rule did."""

    price: Decimal
    steps: tuple[Step, ...]
    rule: Rule | None = None


def level_prices(goods: Goods, rules: PriceRules) -> tuple[Decimal, ...]:
    """The eight prices: by the products sheet, else by the settings' percentage, else level 1."""
    return tuple(_level(goods, number, rules)[0] for number in LEVELS)


def explain(
    buyer: Buyer, goods: Goods, known: Iterable[Rule], rules: PriceRules, when: tuple[date, Decimal]
) -> Explained:
    """The price on a day at a quantity, with every rule about it and what became of each.

    Shape: known may hold rules about other customers and products; they are left out.
    """
    steps = [Step(outcome="price", said=f"Xero's price of {goods.product}", price=goods.price)]
    price, why = _level(goods, buyer.level, rules)
    if buyer.level != 1:
        steps.append(Step(outcome="price", said=f"price level {buyer.level}: {why}", price=price))
    about = sorted((rule for rule in known if concerns(rule, buyer, goods)), key=lambda one: strength(one, rules))
    states = [_state(rule, *when) for rule in about]
    holding = [rule for rule, state in zip(about, states, strict=True) if state == "used"]
    winner = holding[-1] if holding else None
    for rule, state in zip(about, states, strict=True):
        outcome: Outcome = "beaten" if state == "used" and rule is not winner else state
        steps.append(Step(outcome=outcome, said=words(rule), price=priced(rule, price, rules), number=rule.number))
    return Explained(price=priced(winner, price, rules) if winner else price, steps=tuple(steps), rule=winner)


def concerns(rule: Rule, buyer: Buyer, goods: Goods) -> bool:
    """Whether a rule is about this customer and product, whatever the day and the quantity."""
    row = rule.row
    whose = row.customer in ("", buyer.customer) and row.price_group in ("", buyer.price_group)
    return whose and (row.product == goods.product if row.product else row.product_group == goods.group)


def strength(rule: Rule, rules: PriceRules) -> tuple[int, Decimal, int]:
    """What rules compare by: the rank, then the higher quantity. Two that are equal even so are a tie.

    The check of the sheet refuses ties; the later row counts.
    """
    return rules.precedence.index(rule.rank), rule.row.least_quantity, rule.number


def _state(rule: Rule, on: date, quantity: Decimal) -> Outcome:
    row = rule.row
    if row.start and on < row.start:
        return "not yet"
    if row.end and on > row.end:
        return "over"
    return "quantity" if quantity < row.least_quantity else "used"


def priced(rule: Rule, level_price: Decimal, rules: PriceRules) -> Decimal:
    """What a rule makes of the price at the customer's level."""
    if rule.row.price is not None:
        return rule.row.price
    assert rule.row.percent_off is not None  # a row without a price has a percentage: the sheet's check sees to it
    return _less(level_price, rule.row.percent_off, rules)


def _level(goods: Goods, number: int, rules: PriceRules) -> tuple[Decimal, str]:
    listed = goods.levels[number - 2] if 2 <= number < 2 + len(goods.levels) else None
    if listed is not None:
        return listed, f"price_{number} of the products sheet"
    percent = rules.level_percent_off.get(str(number))
    if percent is not None:
        return _less(goods.price, percent, rules), f"{percent} % off level 1, by the settings"
    return goods.price, "nothing else is set, so level 1"


def _less(price: Decimal, percent: Decimal, rules: PriceRules) -> Decimal:
    return (price * (HUNDRED - percent) / HUNDRED).quantize(Decimal(1).scaleb(-rules.decimals), rounding=ROUND_HALF_UP)


def words(rule: Rule) -> str:
    """A rule in plain words."""
    row = rule.row
    whose = (
        f"customer {row.customer}"
        if row.customer
        else f"price group {row.price_group}"
        if row.price_group
        else "everyone"
    )
    what = row.product or f"product group {row.product_group}"
    change = f"{row.price}" if row.price is not None else f"{row.percent_off} % off"
    parts = [f"for {whose}, {what}: {change}"]
    if row.from_quantity:
        parts.append(f"from {row.from_quantity}")
    parts += [f"{word} {day}" for word, day in (("from", row.start), ("until", row.end)) if day]
    return " ".join([*parts, f"({row.note})" if row.note else ""]).strip()


def settled(buyer: Buyer, goods: Goods, known: Sequence[Rule], rules: PriceRules) -> list[PriceRow]:
    """The prices of one customer and product with nothing left to decide: fixed, day by day, ascending quantities.

    Shape: rows never overlap; where no rule holds there is no row, and the customer's level counts.
    """
    about = [rule for rule in known if concerns(rule, buyer, goods)]
    quantities = sorted({rule.row.least_quantity for rule in about})
    made: list[PriceRow] = []
    for start, end in _spans(about):
        last = None
        for quantity in quantities:
            on = start or end or date.min
            found = explain(buyer, goods, about, rules, (on, quantity))
            if found.rule is None or found.price == last:
                continue
            last = found.price
            made.append(
                PriceRow(
                    product=goods.product,
                    customer=buyer.customer,
                    price=found.price,
                    from_quantity=quantity or None,
                    start=start,
                    end=end,
                    note=f"row {found.rule.number}",
                )
            )
    return made


def _spans(about: Iterable[Rule]) -> list[tuple[date | None, date | None]]:
    """Days cut where a rule begins or ends. Shape: first and last day of each; None is open."""
    firsts = {rule.row.start for rule in about if rule.row.start}
    firsts |= {rule.row.end + DAY for rule in about if rule.row.end and rule.row.end < date.max}
    cuts = sorted(firsts)
    begins: list[date | None] = [None, *cuts]
    ends: list[date | None] = [*(cut - DAY for cut in cuts), None]
    return list(zip(begins, ends, strict=True))
