"""Tracked stock: it moves when a document is approved, changed or voided, and a sale cannot go below nothing."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.wire.answers import Record, RefusedError

_OUTGOING = ("ACCREC", "ACCPAYCREDIT")


def move_stock(books: Books, before: Record | None, after: Record) -> None:
    """Apply the difference between two states of a document. Errors: RefusedError when a sale is short."""
    change = _effect(after)
    change.subtract(_effect(before))
    shortages = [text for code, moved in change.items() if moved and (text := _move(books, code, moved))]
    if shortages:
        raise RefusedError(*shortages)


def _effect(document: Record | None) -> Counter[str]:
    """What an approved document has done to each item's quantity; drafts do nothing."""
    moved: Counter[str] = Counter()
    if document is None or document["Status"] not in ("AUTHORISED", "PAID"):
        return moved
    sign = -1 if document["Type"] in _OUTGOING else 1
    for line in document["LineItems"]:
        if line.get("ItemCode") and line.get("Quantity"):
            moved[line["ItemCode"]] += sign * line["Quantity"]
    return moved


def _move(books: Books, code: str, moved: Decimal | int) -> str:
    """Change one item's quantity, or return the text of the refusal."""
    item = books.item(code)
    if item is None or not item["IsTrackedAsInventory"]:
        return ""
    on_hand = item["QuantityOnHand"] + moved
    if moved < 0 and on_hand < 0:
        return books.switches.text_stock_short.format(code=code, on_hand=item["QuantityOnHand"])
    changed = {**item, "QuantityOnHand": on_hand, "TotalCostPool": _cost_pool(item, on_hand)}
    if books.switches.quantity_bumps_item:
        changed["UpdatedDateUTC"] = books.now()
    books.items.put(changed)
    return ""


def _cost_pool(item: Record, on_hand: Decimal) -> Decimal:
    """Stock is worth its purchase price; the average cost method is not imitated."""
    cost: Decimal = item.get("PurchaseDetails", {}).get("UnitPrice", Decimal(0))
    return (on_hand * cost).quantize(Decimal("0.01"))
