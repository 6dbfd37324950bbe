"""Reps with tablets: they know only the published files, and take a day's orders from them.

The arithmetic here is the tablet's own, on purpose: the demo proves that two independent sums agree.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

import msgspec

from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import Profile

CENT = Decimal("0.01")
ORDERS_PER_REP = 12
VAN_SALE_MAX = 2
NOTES = (
    "",
    "",
    "Leave at shed, ring bell",
    'Ask for "Mere", not the manager',
    "Gate code changes weekly:\nring first",
    "Tēnā koe, kia ora",
)


@dataclass(frozen=True)
class Outcome:
    """What must become of one order. Shape: code is empty when it must be posted; total includes tax."""

    key: str
    rep: str
    customer_order_no: str
    total: Decimal
    code: str = ""


@dataclass(frozen=True)
class Tablet:
    """What one rep's tablet holds after it has synchronised."""

    customers: list[dict[str, str]]
    products: list[dict[str, str]]
    addresses: set[str]
    rates: dict[str, Decimal]


def synchronised(folder: Path, profile: Profile) -> Tablet:
    """Read the published master files, as a tablet would."""
    rows = {layout.name: _rows(folder / layout.name, profile) for layout in profile.master_files}
    return Tablet(
        customers=[row for row in rows[profile.customers.name] if row["StaffCode"]],
        products=[row for row in rows[profile.products.name] if row["SKUCode"] != profile.note_code],
        addresses={row["CustomerCode"] for row in rows[profile.deliveries.name]},
        rates={row["Tax_Code"]: Decimal(row["Rate"]) for row in rows[profile.tax.name]},
    )


def _rows(file: Path, profile: Profile) -> list[dict[str, str]]:
    with file.open(encoding=profile.encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def take_orders(tablet: Tablet, today: date, seed: int) -> dict[str, list[Order]]:
    """A day's orders. Shape: rep's code to orders."""
    random = Random(seed)
    reps = sorted({row["StaffCode"] for row in tablet.customers})
    return {
        rep: [_order(tablet, random, rep, f"{100 + index}{number:03}", today) for number in range(ORDERS_PER_REP)]
        for index, rep in enumerate(reps)
    }


def _order(tablet: Tablet, random: Random, rep: str, order_no: str, today: date) -> Order:
    customer = random.choice([row for row in tablet.customers if row["StaffCode"] == rep])
    chosen = random.sample(tablet.products, random.randint(1, 6))
    van_sale = all(Decimal(row["TotalStockOnHand"]) > VAN_SALE_MAX for row in chosen) and random.random() < 0.2
    most = VAN_SALE_MAX if van_sale else 24
    lines: list[OrderLine] = []
    for row in chosen:
        lines.append(_line(random, row, customer, most))
        if random.random() < 0.15:
            lines.append(OrderLine(description=random.choice(NOTES[2:])))
    return totalled(
        tablet,
        Order(
            order_no=order_no,
            kind="I" if van_sale else "O",
            cloud_id=f"BV{order_no}",
            captured_on=today,
            captured_at=f"{today.isoformat()}T10:32:05",
            required_on=today + timedelta(days=2) if random.random() < 0.3 else None,
            customer=customer["CustomerID"],
            customer_name=customer["CustomerName"],
            customer_order_no=f"PO {random.randint(1000, 9999)}" if random.random() < 0.7 else "",
            rep=rep,
            delivery_code="1" if customer["CustomerID"] in tablet.addresses and random.random() < 0.5 else "",
            note=random.choice(NOTES),
            lines=tuple(lines),
            total=Decimal(0),
            tax=Decimal(0),
        ),
    )


def _line(random: Random, row: dict[str, str], customer: dict[str, str], most: int) -> OrderLine:
    level = row[f"SellPrice{customer['PriceLevel']}"] or row["SellPrice1"]
    price = Decimal(level) * random.choice([Decimal(1), Decimal(1), Decimal("0.9725")])
    return OrderLine(
        product=row["SKUCode"],
        description=row["Description"],
        quantity=Decimal(random.randint(1, most)),
        unit=row["DefaultSalesUnit"],
        unit_price=price.quantize(Decimal("0.0001"), ROUND_HALF_UP).normalize() + Decimal("0.00"),
        discount=Decimal(random.choice(["0", "0", "4", "7.5"])),
        tax_code=row["TaxCode"],
        note=random.choice(["", "", "", "short dated ok"]),
    )


def totalled(tablet: Tablet, order: Order) -> Order:
    """The order with the amounts the tablet shows: each line and its tax rounded to the cent, then summed."""
    lines = tuple(msgspec.structs.replace(line, total=_amount(line)) for line in order.lines)
    tax = sum(
        (_cents(line.total * tablet.rates[line.tax_code] / 100) for line in lines if line.product), Decimal("0.00")
    )
    total = sum((line.total for line in lines), Decimal("0.00"))
    return msgspec.structs.replace(order, lines=lines, total=total, tax=tax)


def _amount(line: OrderLine) -> Decimal:
    return _cents(line.quantity * line.unit_price * (100 - line.discount) / 100) if line.product else Decimal(0)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def outcome(order: Order, code: str = "") -> Outcome:
    """What must become of an order."""
    return Outcome(order.key, order.rep, order.customer_order_no, order.total + order.tax, code)


def export(folder: Path, name: str, orders: Sequence[Order], profile: Profile, encoding: str = "utf-8") -> None:
    """Write an order file as a cloud does: complete under a temporary name, then renamed."""
    content = render_orders(orders, profile).decode().encode(encoding)
    partial = folder / f"{name}.part"
    partial.write_bytes(content)
    partial.rename(folder / name)
