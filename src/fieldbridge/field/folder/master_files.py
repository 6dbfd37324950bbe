"""From Records to the rows of each master file, by column name.

A column without a value here is left to the writer, which sends it present but blank.
Source: field-sales facts §5-9 (columns), §10 (numbers, null).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from fieldbridge.core.money import to_cents
from fieldbridge.core.records.field import Customer, DeliveryAddress, PriceRule, Product, Staff, Tax
from fieldbridge.field.folder.profile import Profile

_PRICE_STEP = Decimal("0.0001")
_PRICE_LEVELS = 8
_NOTE_STOCK = "999"
_GROCERY = ("PELCode", "FSACode", "FSWCode", "FSSICode")
_BALANCES = ("BalanceCurrent", "Balance1", "Balance2", "Balance3", "BalanceTotal")


class Row(NamedTuple):
    """One row by column name. Shape: key names the record in reports; a bare row is quoted only where it must be."""

    key: str
    values: dict[str, str]
    bare: bool = False


def customer_rows(customers: Iterable[Customer], profile: Profile) -> Iterator[Row]:
    """Rows of Customer.csv. Units: money to 2 dp. Source: field-sales facts §5."""
    return (Row(customer.customer_id, _customer(customer, profile)) for customer in customers)


def product_rows(products: Iterable[Product], profile: Profile) -> Iterator[Row]:
    """Rows of Product.csv; last, unless switched off, the pseudo product reps pick to type a note.

    Its stock gets it past the no-stock rule. Source: field-sales facts §6.
    """
    for product in products:
        yield Row(product.sku, _product(product, profile))
    if profile.note_row:
        note = {"SKUCode": profile.note_code, "Description": profile.note_description, "TotalStockOnHand": _NOTE_STOCK}
        yield Row(profile.note_code, note, bare=True)


def pricing_rows(rules: Iterable[PriceRule], profile: Profile) -> Iterator[Row]:
    """Rows of Pricing.csv. Source: field-sales facts §8."""
    return (Row(f"{rule.product} / {rule.customer}", _price_rule(rule, profile)) for rule in rules)


def delivery_rows(addresses: Iterable[DeliveryAddress]) -> Iterator[Row]:
    """Rows of DeliveryAddresses.csv. Source: field-sales facts §7."""
    for address in addresses:
        values = {"CustomerCode": address.customer, "CustomersDeliveryCode": address.code}
        yield Row(f"{address.customer} / {address.code}", values | _spread("DeliveryAddressLine", 3, address.lines))


def staff_rows(staff: Iterable[Staff]) -> Iterator[Row]:
    """Rows of Staff.csv. Source: field-sales facts §9."""
    for rep in staff:
        yield Row(rep.code, {"Staff_Code": rep.code, "First_Name": rep.first_name, "Surname": rep.surname})


def tax_rows(taxes: Iterable[Tax]) -> Iterator[Row]:
    """Rows of Tax.csv. Units: the rate is a percentage. Source: field-sales facts §9."""
    for tax in taxes:
        yield Row(tax.code, {"Tax_Code": tax.code, "Description": tax.description, "Rate": number(tax.rate)})


def _customer(customer: Customer, profile: Profile) -> dict[str, str]:
    values = {
        "CustomerID": customer.customer_id,
        "CustomerName": customer.name,
        "PriceLevel": str(customer.price_level),
        "CustomerDiscount": number(customer.discount),
        "PostCode": customer.post_code,
        "Fax": customer.fax,
        "Phone": customer.phone,
        "Notes": customer.notes,
        "StaffCode": customer.staff_code,
        "SpecialPricingGroup": customer.special_pricing_group,
        "StopCredit": _flag(customer.stop_credit, profile),
        "CashOnlyFlag": _flag(customer.cash_only, profile),
        "Mobile": customer.mobile,
        "Email": customer.email,
        "CompulsoryOrderNo": _flag(customer.compulsory_order_no, profile),
        "PrintPricing": _flag(customer.print_pricing, profile),
        "EnableEditPrice": _flag(customer.enable_edit_price, profile),
        "CustomField1": customer.custom_1,
        "CustomField2": customer.custom_2,
        "Vendor": customer.vendor,
        "ReportOnly": _flag(customer.report_only, profile),
    }
    values |= _spread("AddressLine", 4, customer.address_lines)
    values |= _balances(customer.balances)
    return values | {f"CustomerCategory{rank}": name for rank, name in enumerate(customer.categories, 1)}


def _balances(parts: Sequence[Decimal]) -> dict[str, str]:
    """The total is the sum of the parts, so that the two never disagree."""
    if not parts:
        return {}
    cents = [to_cents(part) for part in parts]
    return {column: f"{amount:f}" for column, amount in zip(_BALANCES, (*cents, sum(cents)), strict=True)}


def _product(product: Product, profile: Profile) -> dict[str, str]:
    values = {
        "SKUCode": product.sku,
        "Description": product.description,
        "Barcode": product.barcode,
        "Group": product.group,
        "Vendor": product.vendor,
        "TaxCode": product.tax_code,
        "TotalStockOnHand": number(product.on_hand),
        "DefaultSalesUnitQty": number(product.sales_unit_quantity),
        "DefaultSalesUnit": product.sales_unit,
        "Custom1": product.custom_1,
        "Custom2": product.custom_2,
        "CostPricePerSalesUnit": _price(product.cost),
        "HideInPortal": _flag(product.hide_in_portal, profile),
    }
    values |= {f"ProductCategory{rank}": name for rank, name in enumerate(product.categories, 1)}
    values |= dict(zip(_GROCERY, product.grocery_codes, strict=False))
    filled = (*product.prices, *product.prices[:1] * (_PRICE_LEVELS - len(product.prices)))
    return values | {f"SellPrice{level}": _price(price) for level, price in enumerate(filled, 1)}


def _price_rule(rule: PriceRule, profile: Profile) -> dict[str, str]:
    return {
        "Product_Code": rule.product,
        "Customer_Code": rule.customer,
        "Price": _price(rule.price),
        "Type": str(rule.kind),
        "Start_Date": day(rule.start_on, profile),
        "End_Date": day(rule.end_on, profile),
        "Quantity": number(rule.quantity),
        "Discount": number(rule.discount),
    }


def _spread(column: str, count: int, lines: Sequence[str]) -> dict[str, str]:
    """Lines over numbered columns; what is left over shares the last one, so nothing is dropped."""
    kept = [*lines[: count - 1], ", ".join(line for line in lines[count - 1 :] if line)]
    return {f"{column}{rank}": line for rank, line in enumerate(kept, 1)}


def _price(price: Decimal | None) -> str:
    """2 to 4 decimals, whatever the scale it came with, so that equal prices are equal text."""
    if price is None:
        return ""
    text = f"{price.quantize(_PRICE_STEP, rounding=ROUND_HALF_UP):f}"
    return text[:-2] + text[-2:].rstrip("0")


def number(amount: Decimal | None) -> str:
    """A number without needless noughts; empty when there is none."""
    if amount is None:
        return ""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _flag(flag: bool | None, profile: Profile) -> str:
    if flag is None:
        return profile.flag_none
    return profile.flag_true if flag else profile.flag_false


def day(one: date | None, profile: Profile) -> str:
    """A day as the profile writes it; empty when there is none."""
    return "" if one is None else one.strftime(profile.date_format)
