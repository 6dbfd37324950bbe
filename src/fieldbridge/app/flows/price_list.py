"""As much of the prices as is asked about, out of the Books and the sheets in force."""

from collections.abc import Iterable

import sqlalchemy as sa

from fieldbridge.core.pricing import Goods, Rule
from fieldbridge.core.records.books import Contact, Item
from fieldbridge.core.records.sheets import CustomerRow, PriceRow, ProductRow, group_key, product_key
from fieldbridge.core.rules import PriceRules
from fieldbridge.flows.customers import is_outlet
from fieldbridge.flows.prices import PriceList, buyer_of, goods_of
from fieldbridge.store import books, sheets


def price_list(
    tx: sa.Connection, connection_id: str, policy: PriceRules, customers: set[str], products: set[str]
) -> PriceList:
    """The prices of some customers and products."""
    contacts = books.by_code(tx, connection_id, Contact, customers)
    items = books.by_code(tx, connection_id, Item, products)
    of_customers = sheets.by_key(tx, connection_id, CustomerRow, customers)
    goods = goods_by_code(tx, connection_id, (some[0] for some in items.values()))
    outlets = {code: next((one for one in some if is_outlet(one)), None) for code, some in contacts.items()}
    return PriceList(
        buyers={
            code: buyer_of(one, of_customers[code][0][1] if code in of_customers else None)
            for code, one in outlets.items()
            if one is not None
        },
        goods=goods,
        rules=rules_about(tx, connection_id, goods.values()),
        policy=policy,
    )


def goods_by_code(tx: sa.Connection, connection_id: str, items: Iterable[Item]) -> dict[str, Goods]:
    """Items as prices see them, each with its row of the products sheet."""
    by_code = {one.code: one for one in items}
    rows = sheets.by_key(tx, connection_id, ProductRow, by_code)
    return {code: goods_of(one, rows[code][0][1] if code in rows else None) for code, one in by_code.items()}


def rules_about(tx: sa.Connection, connection_id: str, goods: Iterable[Goods]) -> dict[str, list[Rule]]:
    """Every rule about some products or their groups. Shape: by what the rules are about."""
    keys = {key for one in goods for key in (product_key(one.product), group_key(one.group))}
    found = sheets.by_key(tx, connection_id, PriceRow, keys)
    return {key: [Rule(number=number, row=row) for number, row in rows] for key, rows in found.items()}
