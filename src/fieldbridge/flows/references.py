"""What a row of a sheet names, held against Xero: products, customers and groups that are not there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from fieldbridge.core.records.books import Contact, Item
from fieldbridge.core.records.sheets import PriceRow, SheetRow
from fieldbridge.flows.customers import is_outlet
from fieldbridge.flows.products import is_product


class Known(NamedTuple):
    """What there is. Shape: items and contacts by code; groups of products and of customers by name."""

    items: Mapping[str, Sequence[Item]]
    contacts: Mapping[str, Sequence[Contact]]
    product_groups: frozenset[str]
    price_groups: frozenset[str]


class Missing(NamedTuple):
    """One thing a row names in vain. Shape: code is the Problem's, key is what was named."""

    code: str
    column: str
    key: str
    said: str


def missing(row: SheetRow, known: Known) -> Iterator[Missing]:
    """What one row names in vain; such a row is not published, the others are."""
    product, customer = getattr(row, "product", ""), getattr(row, "customer", "")
    if product and product not in known.items:
        yield Missing("sheet.product_unknown", "product", product, f"Xero has no item {product}")
    elif product and not is_product(known.items[product][0]):
        yield Missing(
            "sheet.product_not_sold", "product", product, f"the item {product} is not sold at a price in Xero"
        )
    if customer:
        yield from _customer(customer, known.contacts.get(customer, ()))
    if isinstance(row, PriceRow):
        if row.product_group and row.product_group not in known.product_groups:
            said = f"no row of the products sheet has the group {row.product_group}"
            yield Missing("sheet.group_unknown", "product_group", row.product_group, said)
        if row.price_group and row.price_group not in known.price_groups:
            said = f"no customer is in the price group {row.price_group}"
            yield Missing("sheet.group_unknown", "price_group", row.price_group, said)


def _customer(code: str, holders: Sequence[Contact]) -> Iterator[Missing]:
    if not holders:
        yield Missing("sheet.customer_unknown", "customer", code, f"no contact in Xero has the code {code}")
    elif not any(is_outlet(one) for one in holders):
        said = f"the customer {code} ({holders[0].name}) is archived in Xero"
        yield Missing("sheet.customer_archived", "customer", code, said)
