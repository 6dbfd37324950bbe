"""GET Items: one call returns the whole price list, or what changed. Source: Xero, items have no paging."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from fieldbridge.core.records.books import Item
from fieldbridge.xero.codec import Wire, decode, instant
from fieldbridge.xero.session import Page, Session


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


class Envelope(Wire, frozen=True, kw_only=True):
    """The answer."""

    items: list[ItemWire] = []
    at: str = msgspec.field(name="DateTimeUTC")


def pages(session: Session, since: datetime | None) -> Iterator[Page]:
    """Items modified since then, with four decimals of price; a single page, or none when nothing changed."""
    body = session.read("Items", {"unitdp": "4"}, since)
    if body is not None:
        envelope = decode(body, Envelope, "items")
        yield Page(tuple(_record(one) for one in envelope.items), instant(envelope.at))


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
        updated_at=instant(one.updated) if one.updated else None,
    )
