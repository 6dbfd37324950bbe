"""Items: the price list. Codes are unique; quantities are never written by callers."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record, RefusedError

_DETAILS: fields.Shape = {
    "UnitPrice": fields.number,
    **dict.fromkeys(("AccountCode", "COGSAccountCode", "TaxType"), fields.text),
}
ITEM: fields.Shape = {
    "ItemID": fields.guid,
    **dict.fromkeys(("Code", "Name", "Description", "PurchaseDescription", "InventoryAssetAccountCode"), fields.text),
    **dict.fromkeys(("IsSold", "IsPurchased"), fields.flag),
    "SalesDetails": fields.one(_DETAILS),
    "PurchaseDetails": fields.one(_DETAILS),
}


def match_item(books: Books, sent: Record) -> Record | None:
    """By ItemID, else by Code."""
    if "ItemID" in sent:
        return books.items.get(sent["ItemID"])
    return books.item(sent["Code"]) if sent.get("Code") else None


def create_item(books: Books, sent: Record) -> Record:
    """A new item; its Code must be free. An InventoryAssetAccountCode makes it tracked."""
    if sent.get("Code") and books.item(sent["Code"]):
        raise RefusedError(f"Price List Item with Code '{sent['Code']}' already exists")
    fresh: Record = {
        "ItemID": books.new_id(), "IsSold": True, "IsPurchased": True, "SalesDetails": {}, "PurchaseDetails": {},
        "IsTrackedAsInventory": "InventoryAssetAccountCode" in sent,
    }  # fmt: skip
    if fresh["IsTrackedAsInventory"]:
        fresh |= {"QuantityOnHand": Decimal("0.0000"), "TotalCostPool": Decimal("0.00")}
    return update_item(books, fresh, {name: value for name, value in sent.items() if name != "ItemID"})


def update_item(books: Books, item: Record, sent: Record) -> Record:
    """Change the sent fields; inside SalesDetails and PurchaseDetails too, omitted ones stay."""
    after = {**item, **sent, "ItemID": item["ItemID"], "UpdatedDateUTC": books.now()}
    for side in ("SalesDetails", "PurchaseDetails"):
        after[side] = {**item[side], **sent.get(side, {})}
    if not after.get("Code"):
        raise RefusedError(books.switches.text_item_code_missing)
    other = books.item(after["Code"])
    if other and other["ItemID"] != after["ItemID"]:
        raise RefusedError(f"Price List Item with Code '{after['Code']}' already exists")
    return books.items.put(after)


def delete_item(books: Books, item: Record) -> None:
    """Errors: RefusedError for a tracked item that a document uses."""
    if item["IsTrackedAsInventory"] and _is_used(books, item["Code"]):
        raise RefusedError(books.switches.text_item_in_use)
    books.items.remove(item["ItemID"])


def _is_used(books: Books, code: str) -> bool:
    documents = (*books.invoices.rows(), *books.credit_notes.rows())
    return any(line.get("ItemCode") == code for document in documents for line in document["LineItems"])
