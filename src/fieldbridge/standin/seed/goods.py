"""The price list. The first two items are always APL-1L and ORG-1L at 4.25."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.seed.sower import Sower
from fieldbridge.standin.seed.words import GOODS
from fieldbridge.standin.wire.answers import Record

_CENTS, _FOUR = Decimal("0.01"), Decimal("0.0001")
_FIRST = ("APL-1L", "ORG-1L")


def sow_goods(sower: Sower) -> None:
    """`items` of the options: mostly tracked stock, some not, a few zero-rated, one not sold."""
    variants = [
        (f"{stem}-{code}", f"{name} {words}", Decimal(price) * Decimal(factor))
        for stem, name, price, sizes in GOODS
        for code, words, factor in sizes
    ]
    variants.sort(key=lambda variant: variant[0] not in _FIRST)
    for at in range(sower.options.items):
        code, name, price = variants[at % len(variants)]
        again = at // len(variants)
        suffix, words = (f"-B{again + 1}", f" batch {again + 1}") if again else ("", "")
        sower.books.items.put(_item(sower, at, code + suffix, name + words, price))


def _item(sower: Sower, at: int, code: str, name: str, price: Decimal) -> Record:
    """Every third price keeps up to four decimals; every seventh item is not tracked."""
    unit = price.quantize(_FOUR if at % 3 == 2 else _CENTS).quantize(_FOUR)
    is_sold, is_tracked = at != 10, at % 7 != 6
    tax_type = "ZERORATEDOUTPUT" if at % 60 == 59 else "OUTPUT2"
    item: Record = {
        "ItemID": sower.books.new_id(), "Code": code, "Name": name, "Description": name,
        "PurchaseDescription": f"{name}, carton", "IsSold": is_sold, "IsPurchased": True,
        "IsTrackedAsInventory": is_tracked, "UpdatedDateUTC": sower.instant_before(),
        "SalesDetails": {"UnitPrice": unit, "AccountCode": "200", "TaxType": tax_type} if is_sold else {},
        "PurchaseDetails": {"UnitPrice": (unit * Decimal("0.62")).quantize(_FOUR), "TaxType": "INPUT2"},
    }  # fmt: skip
    item["PurchaseDetails"]["COGSAccountCode" if is_tracked else "AccountCode"] = "310"
    return {**item, **_stock(sower, item)} if is_tracked else item


def _stock(sower: Sower, item: Record) -> Record:
    on_hand = Decimal(sower.chance.randrange(40, 2000)).quantize(_FOUR)
    cost = (on_hand * item["PurchaseDetails"]["UnitPrice"]).quantize(_CENTS)
    return {"QuantityOnHand": on_hand, "InventoryAssetAccountCode": "630", "TotalCostPool": cost}
