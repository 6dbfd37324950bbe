"""Items, which are only read: one call returns the whole price list, or what changed.

Source: Xero, items have no paging.
"""

from decimal import Decimal

import msgspec

from fieldbridge.core.records.books import Item
from fieldbridge.xero.codec import Wire, instant_or_none
from fieldbridge.xero.collection import Collection


class DetailsWire(Wire, frozen=True, kw_only=True):
    """What an item sells or is bought for."""

    unit_price: Decimal | None = None
    account_code: str = ""
    tax_type: str = ""


class ItemWire(Wire, frozen=True, kw_only=True):
    """One element of the answer."""

    item_id: str = msgspec.field(name="ItemID")
    code: str
    name: str = ""
    description: str = ""
    is_sold: bool = True
    sales_details: DetailsWire = DetailsWire()
    purchase_details: DetailsWire = DetailsWire()
    is_tracked_as_inventory: bool = False
    quantity_on_hand: Decimal = Decimal(0)
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")


def _record(one: ItemWire) -> Item:
    return Item(
        item_id=one.item_id,
        code=one.code,
        name=one.name,
        description=one.description,
        is_sold=one.is_sold,
        unit_price=one.sales_details.unit_price,
        account_code=one.sales_details.account_code,
        tax_type=one.sales_details.tax_type,
        purchase_price=one.purchase_details.unit_price,
        on_hand=one.quantity_on_hand if one.is_tracked_as_inventory else None,
        updated_at=instant_or_none(one.updated),
    )


ITEMS = Collection("Items", ItemWire, _record, query={"unitdp": "4"})
pages = ITEMS.pages
