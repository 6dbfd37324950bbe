"""Line items: completed from the item and the account, checked, and priced as Xero prices them."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.pricing.coding import check_account, check_tax, coded_tax_type, tax_rate_of, tracking_of
from fieldbridge.standin.pricing.money import HUNDRED, ZERO, line_amount, line_tax, rounded
from fieldbridge.standin.pricing.pricing import Pricing
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record

LINE: fields.Shape = {
    "LineItemID": fields.guid,
    **dict.fromkeys(("Description", "ItemCode", "AccountCode", "TaxType"), fields.text),
    **dict.fromkeys(
        ("Quantity", "UnitAmount", "LineAmount", "TaxAmount", "DiscountRate", "DiscountAmount"), fields.number
    ),
    "Tracking": fields.many(
        {**dict.fromkeys(("Name", "Option"), fields.text),
         **dict.fromkeys(("TrackingCategoryID", "TrackingOptionID"), fields.guid)}
    ),
}  # fmt: skip
_UNDESCRIBED = "The description field is mandatory for each line item"
_CODED = ("Quantity", "UnitAmount", "ItemCode", "AccountCode", "TaxType", "DiscountRate")
_MONEY = {"Quantity", "UnitAmount", "LineAmount", "TaxAmount", "TaxType", "ItemCode", "DiscountRate", "DiscountAmount"}


def price_lines(pricing: Pricing, sent: list[Record], known: list[Record]) -> list[Record]:
    """The lines a document has after `sent`.

    A LineItemID already on the document keeps that line and changes it; no id makes a new line; a line not listed
    is gone. Source: Xero, invoices, updating line items.
    """
    before = {line["LineItemID"]: line for line in known}
    return [_price_one(pricing, _to_decimals(pricing, line), before.get(line.get("LineItemID", ""))) for line in sent]


def _price_one(pricing: Pricing, line: Record, old: Record | None) -> Record:
    if old is None:
        return price_line(pricing, {**line, "LineItemID": pricing.books.new_id()})
    if not line.keys() & _MONEY:
        return recode_line(pricing, {**old, **line})
    kept = {name: value for name, value in old.items() if name not in ("LineAmount", "TaxAmount")}
    return price_line(pricing, {**kept, **line})


def _to_decimals(pricing: Pricing, line: Record) -> Record:
    """Writes without `unitdp=4` lose the third and fourth decimal of UnitAmount; a Quantity has four at most."""
    mode, places = pricing.books.switches.rounding, {"UnitAmount": pricing.unit_decimals, "Quantity": 4}
    kept = {name: rounded(line[name], most, mode) for name, most in places.items() if _is_longer(line.get(name), most)}
    return {**line, **kept}


def _is_longer(value: Decimal | None, places: int) -> bool:
    return value is not None and value != rounded(value, places)


def price_line(pricing: Pricing, line: Record) -> Record:
    """One new or repriced line, complete."""
    if not any(line.get(name) is not None for name in (*_CODED, "LineAmount")):
        return _description_only(pricing, line)
    if line.get("ItemCode"):
        item = pricing.books.item(line["ItemCode"])
        if item is None:
            pricing.errors.append(f"Item code '{line['ItemCode']}' is not valid")
            return {**line, "LineAmount": ZERO, "TaxAmount": ZERO}
        _fill_from_item(pricing, line, item)
    _price(pricing, line)
    return recode_line(pricing, line)


def recode_line(pricing: Pricing, line: Record) -> Record:
    """Check text, account, tax and tracking of a line whose amount stands, and work out its tax if it has none."""
    if not any(name in line for name in _CODED):
        return line  # description only
    if not line.get("Description") and pricing.is_approved:
        pricing.errors.append(_UNDESCRIBED)
    account = check_account(pricing, line)
    coded_tax_type(pricing, line, account)
    check_tax(pricing, line, account)
    _tax(pricing, line)
    line["Tracking"] = tracking_of(pricing, line)
    return line


def _description_only(pricing: Pricing, line: Record) -> Record:
    if not line.get("Description"):
        pricing.errors.append(_UNDESCRIBED)
    return {**line, "LineAmount": ZERO, "TaxAmount": ZERO, "Tracking": []}


def _fill_from_item(pricing: Pricing, line: Record, item: Record) -> None:
    """Explicit values win; the price always comes from the item, the rest as the item_fills_* switches say."""
    switches, details = pricing.books.switches, item.get(pricing.side, {})
    line["ItemCode"] = item["Code"]
    price = details.get("UnitPrice")
    price = None if price is None else rounded(price, pricing.unit_decimals, switches.rounding)
    wanted = [("UnitAmount", price, "LineAmount" not in line or "Quantity" not in line)]
    account = details.get("AccountCode") or details.get("COGSAccountCode")
    wanted.append(("AccountCode", account, switches.item_fills_account))
    wanted.append(("TaxType", details.get("TaxType"), switches.item_fills_tax_type))
    wanted.append(("Description", item.get("Description") or item.get("Name"), switches.item_fills_description))
    for name, value, applies in wanted:
        if name not in line and value is not None and applies:
            line[name] = value


def _price(pricing: Pricing, line: Record) -> None:
    """Any two of Quantity, UnitAmount and LineAmount give the third; all three must agree."""
    mode = pricing.books.switches.rounding
    _check_discount(pricing, line)
    if "UnitAmount" not in line:
        return _unit_from_amount(pricing, line)
    if "Quantity" not in line:
        line["Quantity"] = _quantity_from_amount(line)
    _check_size(pricing, line)
    expected = line_amount(
        line["Quantity"], line["UnitAmount"], line.get("DiscountRate", ZERO), line.get("DiscountAmount", ZERO), mode
    )
    told = _told_amount(pricing, line)
    if told is not None and rounded(told, 2, mode) != expected:
        pricing.errors.append(f"The line total {told} does not match the expected line total {expected}")
    line["LineAmount"] = expected
    return None


def _told_amount(pricing: Pricing, line: Record) -> Decimal | None:
    """The LineAmount sent, as Xero sees it: of one of 0 it takes the discount away once more.

    Source: XeroAPI/Xero-NetStandard issues 74 and 147, called a fault of the API there and left as it is.
    """
    told: Decimal | None = line.get("LineAmount")
    if told is None or rounded(told) or not pricing.books.switches.discounted_zero_refused:
        return told
    taken = line["Quantity"] * line["UnitAmount"] * line.get("DiscountRate", ZERO) / HUNDRED
    return told - rounded(taken) if taken else told


def _check_size(pricing: Pricing, line: Record) -> None:
    """A discount takes no more than everything, which leaves none for a negative price: not even one of 0."""
    if line["Quantity"] < 0 and pricing.books.switches.negative_quantity_refused:
        quantity = rounded(line["Quantity"], 4)
        pricing.errors.append(f"The quantity value '{quantity}' is invalid. Quantity must not be less than zero.")
    discount, full = line.get("DiscountAmount"), rounded(line["Quantity"] * line["UnitAmount"])
    if (discount is not None and discount > full) or line.get("DiscountRate", ZERO) > HUNDRED:
        shown = rounded(line["DiscountRate"] if discount is None else discount)
        text = f"The discount rate '{shown}' is invalid. Discount must not be greater than the line total."
        pricing.errors.append(text)


def _unit_from_amount(pricing: Pricing, line: Record) -> None:
    line.setdefault("Quantity", Decimal(1))
    line["LineAmount"] = rounded(line.get("LineAmount", ZERO))
    line["UnitAmount"] = rounded(_undiscounted(line, line["Quantity"]), pricing.unit_decimals)


def _quantity_from_amount(line: Record) -> Decimal:
    if "LineAmount" not in line or not line["UnitAmount"]:
        return Decimal(1)
    return rounded(_undiscounted(line, line["UnitAmount"]), 4)


def _undiscounted(line: Record, known: Decimal) -> Decimal:
    """The other factor of Quantity and UnitAmount, from the LineAmount and what was taken off it."""
    factor = known * (100 - line.get("DiscountRate", ZERO)) / 100
    return Decimal((line["LineAmount"] + line.get("DiscountAmount", ZERO)) / factor) if factor else ZERO


def _check_discount(pricing: Pricing, line: Record) -> None:
    switches = pricing.books.switches
    given = [name for name in ("DiscountRate", "DiscountAmount") if line.get(name)]
    if given and not pricing.allows_discount:
        pricing.errors.append(switches.text_discount_not_allowed)
    if len(given) == 2 and switches.both_discounts == "refused":
        pricing.errors.append(switches.text_both_discounts)
    if len(given) == 2:
        del line["DiscountAmount"]


def _tax(pricing: Pricing, line: Record) -> None:
    """Tax is computed from the rate; a sent TaxAmount overrides it (Source: Xero, invoices)."""
    mode = pricing.books.switches.rounding
    if "TaxAmount" in line and pricing.amount_types != "NoTax":
        line["TaxAmount"] = rounded(line["TaxAmount"], 2, mode)
    else:
        rate = tax_rate_of(pricing.books, line)
        line["TaxAmount"] = line_tax(line["LineAmount"], rate, pricing.amount_types, mode)
