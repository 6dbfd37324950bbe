"""Products and prices on their way to the tablets: the Books and the sheets joined, batch by batch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.price_list import goods_by_code, rules_about
from fieldbridge.app.flows.references import judged
from fieldbridge.core.plan import Problem
from fieldbridge.core.pricing import Buyer, Rule, level_prices, settled
from fieldbridge.core.records.books import Account, Contact, Item, TaxRate
from fieldbridge.core.records.field import PriceRule, Product
from fieldbridge.core.records.sheets import CustomerRow, PriceRow, ProductRow, group_key, product_key
from fieldbridge.core.stock import Goods, still_held
from fieldbridge.flows import products, sellability
from fieldbridge.flows.customers import is_outlet
from fieldbridge.flows.prices import buyer_of, goods_of, price_rule
from fieldbridge.flows.sellability import Chart
from fieldbridge.flows.sheets import product_with
from fieldbridge.store import books, sheets, stock
from fieldbridge.store.database import batches

BATCH = 500


def products_of(context: Context, tx: sa.Connection, found: list[Problem]) -> Iterator[Product]:
    """Every product that is for sale, with its row of the sheet; what Xero would refuse to sell is a Problem."""
    settings, chart = context.settings, chart_of(tx, context.id)
    tax_of_account = {one.code: one.tax_type for one in chart.accounts.values()}
    untracked = Decimal(settings.master_data.stock_when_untracked)
    sold = _sold(context, tx)
    done = 0
    for some in batches(books.every(tx, context.id, Item), BATCH):
        rows = sheets.by_key(tx, context.id, ProductRow, {one.code for one in some})
        for item in some:
            faults = list(sellability.faults(item, chart, settings.transactions))
            found += faults
            if not products.is_product(item) or (faults and settings.master_data.hide_unsellable):
                continue
            row = rows[item.code][0][1] if item.code in rows else None
            left = products.less(item, sold.get(item.code, Decimal(0)))
            made = products.product_of(left, tax_of_account, settings.transactions.tax_codes, settings.master_data)
            yield product_with(made, row, level_prices(goods_of(item, row), settings.prices), untracked)
        done += len(some)
        context.say(f"writing products: {done}")


def chart_of(tx: sa.Connection, connection_id: str) -> Chart:
    """The accounts and tax rates of the Books."""
    return Chart(
        accounts={one.code: one for one in books.every(tx, connection_id, Account)},
        rates={one.tax_type: one for one in books.every(tx, connection_id, TaxRate)},
    )


def _sold(context: Context, tx: sa.Connection) -> Goods:
    """What tablets have sold and Xero's figures do not show yet."""
    sold = stock.waiting(tx, context.id)
    posted = list(stock.posted(tx, context.id))
    items_read_at = stock.read_at(tx, context.id, (code for one in posted for code in one.goods))
    for one in posted:
        for code, count in still_held(one, items_read_at).items():
            sold[code] = sold.get(code, Decimal(0)) + count
    return sold


def release_stock(context: Context) -> None:
    """Forget the invoices whose goods Xero's figures show by now, so that only open ones are looked at."""
    with context.write() as tx:
        posted = list(stock.posted(tx, context.id))
        items_read_at = stock.read_at(tx, context.id, (code for one in posted for code in one.goods))
        stock.release(tx, [one.delivery_id for one in posted if not still_held(one, items_read_at)])


def price_rules(context: Context, tx: sa.Connection) -> Iterator[PriceRule]:
    """The rules tablets get: as the sheet has them, or every customer's prices worked out."""
    if context.settings.prices.written == "per_customer":
        return map(price_rule, _worked_out(context, tx))
    return (price_rule(row) for _, row, lacking in judged(tx, context.id, PriceRow) if not lacking)


def _worked_out(context: Context, tx: sa.Connection) -> Iterator[PriceRow]:
    buyers = _buyers(context, tx)
    members: dict[str, list[Buyer]] = defaultdict(list)
    for one in buyers.values():
        members[one.price_group].append(one)
    done = 0
    for some in batches(filter(products.is_product, books.every(tx, context.id, Item)), BATCH):
        goods = goods_by_code(tx, context.id, some)
        rules = rules_about(tx, context.id, goods.values())
        for each in goods.values():
            about = [*rules.get(product_key(each.product), ()), *rules.get(group_key(each.group), ())]
            for buyer in _concerned(about, buyers, members):
                yield from settled(buyer, each, about, context.settings.prices)
        done += len(some)
        context.say(f"working out prices: {done} products")


def _buyers(context: Context, tx: sa.Connection) -> dict[str, Buyer]:
    made: dict[str, Buyer] = {}
    for some in batches(filter(is_outlet, books.every(tx, context.id, Contact)), BATCH):
        rows = sheets.by_key(tx, context.id, CustomerRow, {one.code for one in some})
        for contact in some:
            made.setdefault(contact.code, buyer_of(contact, rows[contact.code][0][1] if contact.code in rows else None))
    return made


def _concerned(
    about: Iterable[Rule], buyers: Mapping[str, Buyer], members: Mapping[str, list[Buyer]]
) -> Iterable[Buyer]:
    """Customers that some rules are for, each once."""
    named: dict[str, Buyer] = {}
    for rule in about:
        if rule.row.customer:
            some = [buyers[rule.row.customer]] if rule.row.customer in buyers else []
        else:
            some = members.get(rule.row.price_group, []) if rule.row.price_group else list(buyers.values())
        named |= {one.customer: one for one in some}
    return named.values()
