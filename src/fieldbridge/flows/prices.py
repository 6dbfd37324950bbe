"""Price rules on their way to the tablets, and the prices of an order held against them.

Source: field-sales facts §8 (Pricing.csv; never correct a rep's price, flag it).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from fieldbridge.core.money import HUNDRED
from fieldbridge.core.pricing import Buyer, Explained, Goods, Rule, explain
from fieldbridge.core.records.books import Contact, Item, Record
from fieldbridge.core.records.field import Order, PriceRule
from fieldbridge.core.records.sheets import CustomerRow, PriceRow, ProductRow, group_key, product_key
from fieldbridge.core.rules import PriceRules
from fieldbridge.flows.sheets import discount_of, level_of, price_group_of

FIXED, PERCENT = 1, 2


def price_rule(row: PriceRow) -> PriceRule:
    """A row of the price sheet as a row of Pricing.csv: groups stand where single codes would."""
    return PriceRule(
        product=row.product or row.product_group,
        customer=row.customer or row.price_group,
        price=row.price,
        kind=PERCENT if row.price is None else FIXED,
        start_on=row.start,
        end_on=row.end,
        quantity=row.from_quantity,
        discount=row.percent_off,
    )


def goods_of(item: Item, row: ProductRow | None) -> Goods:
    """A product as prices see it."""
    return Goods(
        product=item.code,
        price=item.unit_price if item.unit_price is not None else Decimal(0),
        group=row.group if row else "",
        levels=row.levels if row else (),
    )


def buyer_of(contact: Contact, row: CustomerRow | None) -> Buyer:
    """A customer as prices see it."""
    return Buyer(
        customer=contact.code,
        level=level_of(contact, row),
        price_group=price_group_of(contact, row),
        discount=discount_of(contact, row) or Decimal(0),
    )


class PriceList(Record, frozen=True, kw_only=True):
    """As much of the prices as some orders need. Shape: rules by what they are about, the others by their code."""

    buyers: Mapping[str, Buyer]
    goods: Mapping[str, Goods]
    rules: Mapping[str, Sequence[Rule]]
    policy: PriceRules

    def about(self, goods: Goods) -> list[Rule]:
        """Every rule about one product, by its code or its group."""
        return [*self.rules.get(product_key(goods.product), ()), *self.rules.get(group_key(goods.group), ())]

    def explain(self, customer: str, product: str, on: date, quantity: Decimal) -> Explained | None:
        """The price of one product; None when the customer or the product is not known."""
        buyer, goods = self.buyers.get(customer), self.goods.get(product)
        if buyer is None or goods is None:
            return None
        return explain(buyer, goods, self.about(goods), self.policy, (on, quantity))

    def below(self, order: Order) -> Iterator[str]:
        """A remark for each line that was sold for less than the best price of its customer."""
        for number, line in enumerate(order.lines, start=1):
            found = (
                self.explain(order.customer, line.product, order.captured_on, line.quantity) if line.product else None
            )
            if found is None:
                continue
            standing = self.buyers[order.customer].discount
            sold, best = _less(line.unit_price, line.discount), _less(found.price, standing)
            if sold < best:
                because = f" (by row {found.rule.number} of the prices sheet)" if found.rule else ""
                yield (
                    f"Order {order.order_no}, line {number}: {line.product} was sold at {sold:f}, below {best:f}"
                    f"{because}. The rep's price stands."
                )


def _less(price: Decimal, percent: Decimal) -> Decimal:
    return (price * (HUNDRED - percent) / HUNDRED).normalize()
