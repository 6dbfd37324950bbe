"""What was sold and Xero's figure cannot show yet: an invoice's goods, until they are known to be in it.

Source: field-sales facts §4 (stock in Xero moves only when the invoice is approved); Xero, stock moves without marking
the item as modified.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

NOT_APPROVED, APPROVED = ("DRAFT", "SUBMITTED"), ("AUTHORISED", "PAID")
Goods = dict[str, Decimal]
"""How much of each item, by its code."""


class Posted(msgspec.Struct, frozen=True):
    """An invoice of ours whose goods may not be in Xero's figure yet.

    Shape: status is the one Xero was last seen to give it; known_at is when we learned that.
    """

    delivery_id: int
    goods: Mapping[str, Decimal]
    status: str
    known_at: datetime


def still_held(one: Posted, items_read_at: Mapping[str, datetime]) -> dict[str, Decimal]:
    """What of an invoice's goods Xero's figure cannot show yet."""
    if one.status in NOT_APPROVED:
        return dict(one.goods)
    if one.status not in APPROVED:
        return {}
    return {
        code: count
        for code, count in one.goods.items()
        if code in items_read_at and items_read_at[code] <= one.known_at
    }
