"""Products: which Items become products, and how. Source: field-sales facts §6."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from fieldbridge.core.records.books import Item
from fieldbridge.core.records.field import Product
from fieldbridge.core.rules import MasterDataRules


def is_product(item: Item) -> bool:
    """Items that are sold at a price; Xero has no other way to say that one is no longer for sale."""
    return item.is_sold and item.unit_price is not None


def less(item: Item, sold: Decimal) -> Item:
    """An item with what was sold and its figure does not show yet taken off; untracked stock stays unknown."""
    return item if item.on_hand is None else msgspec.structs.replace(item, on_hand=item.on_hand - sold)


def product_of(
    item: Item, tax_type_of_account: Mapping[str, str], tax_codes: Mapping[str, str], rules: MasterDataRules
) -> Product:
    """The row of one product. tax_codes maps the tablet's code to Xero's TaxType."""
    tax_type = item.tax_type or tax_type_of_account.get(item.account_code, "")
    texts = (item.name, item.description) if rules.description == "name" else (item.description, item.name)
    on_hand = Decimal(rules.stock_when_untracked) if item.on_hand is None else item.on_hand
    return Product(
        sku=item.code,
        description=next((one for one in texts if one), ""),
        prices=(item.unit_price,) if item.unit_price is not None else (),
        tax_code=next((code for code, known in tax_codes.items() if known == tax_type), ""),
        on_hand=on_hand,
    )
