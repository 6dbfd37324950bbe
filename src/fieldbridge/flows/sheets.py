"""What the office's sheets add to what Xero says. What Xero or a contact group says of a customer counts more.

Source: field-sales facts §16 (group rule, then mapping, then default).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest

import msgspec

from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.field import Customer, DeliveryAddress, Product, Staff
from fieldbridge.core.records.sheets import AddressRow, CustomerRow, ProductRow, StaffRow
from fieldbridge.flows.groups import marks_of


def customer_with(customer: Customer, contact: Contact, row: CustomerRow | None) -> Customer:
    """A customer with its row of the customers sheet."""
    if row is None:
        return customer
    flags = {"compulsory_order_no": row.compulsory_order_no, "print_pricing": row.print_pricing}
    flags["enable_edit_price"] = row.edit_price
    return msgspec.structs.replace(
        customer,
        price_level=level_of(contact, row),
        special_pricing_group=price_group_of(contact, row),
        discount=discount_of(contact, row),
        notes="; ".join(one for one in (row.notes, customer.notes) if one),
        categories=_either(customer.categories, row.categories),
        custom_1=row.custom_1 or customer.custom_1,
        custom_2=customer.custom_2 or row.custom_2,
        **{name: flag for name, flag in flags.items() if flag is not None},
    )


def level_of(contact: Contact, row: CustomerRow | None) -> int:
    """The price level: by contact group, else by the sheet, else 1."""
    by_group = any(group.split()[:1] and group.split()[0].lower() == "price" for group in contact.groups)
    return marks_of(contact.groups).price_level if by_group or row is None else row.price_level or 1


def price_group_of(contact: Contact, row: CustomerRow | None) -> str:
    """The price group: by contact group, else by the sheet."""
    return marks_of(contact.groups).deal or (row.price_group if row else "")


def discount_of(contact: Contact, row: CustomerRow | None) -> Decimal | None:
    """The standing discount in percent: by the contact in Xero, else by the sheet."""
    return row.discount if row and contact.discount is None else contact.discount


def product_with(product: Product, row: ProductRow | None, levels: Sequence[Decimal], untracked: Decimal) -> Product:
    """A product with its row of the products sheet and its eight prices."""
    product = msgspec.structs.replace(product, prices=tuple(levels))
    if row is None:
        return product
    return msgspec.structs.replace(
        product,
        barcode=row.barcode,
        group=row.group,
        vendor=row.vendor,
        sales_unit=row.unit or product.sales_unit,
        sales_unit_quantity=row.pack or product.sales_unit_quantity,
        categories=row.categories,
        custom_1=row.custom_1,
        custom_2=row.custom_2,
        cost=row.cost,
        grocery_codes=(row.pel_code, row.fsa_code, row.fsw_code, row.fssi_code),
        on_hand=untracked if row.always_available else product.on_hand,
        hide_in_portal=row.hide or product.hide_in_portal,
    )


def staff_with(staff: Iterable[Staff], rows: Iterable[StaffRow], reps: Iterable[str]) -> list[Staff]:
    """Everybody of the staff sheet, everybody known otherwise, and every rep the customers sheet names."""
    found = {code: Staff(code=code, first_name=code) for code in reps if code}
    found |= {one.code: one for one in staff}
    found |= {row.code: Staff(code=row.code, first_name=row.first_name, surname=row.surname) for row in rows}
    return [found[code] for code in sorted(found)]


def addresses_with(known: Iterable[DeliveryAddress], rows: Iterable[AddressRow]) -> tuple[DeliveryAddress, ...]:
    """A customer's addresses; the sheet replaces one of the same code."""
    found: Mapping[str, DeliveryAddress] = {one.code: one for one in known} | {
        row.code: DeliveryAddress(customer=row.customer, code=row.code, lines=row.lines) for row in rows
    }
    return tuple(found[code] for code in sorted(found))


def _either(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(one or other for one, other in zip_longest(first, second, fillvalue=""))
