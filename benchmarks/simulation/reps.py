"""Reps with tablets: they know only the published files, and those of the last time they synchronised.

They write order files of layout hd-1 with a sum of their own; nothing here is the product's. Source: field-sales
facts §12.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

CENT = Decimal("0.01")
NOTES = ("", "", "", "Leave at shed, ring bell", 'Ask for "Mere"', "Tēnā koe, kia ora")
KINDS, WEIGHTS = ("O", "I", "C", "Q", "P", "N"), (79, 10, 4, 2, 4, 1)
Rows = list[dict[str, str]]


@dataclass
class Tablet:
    """What one rep holds. Shape: rates are percentages by tax code."""

    rep: str
    customers: Rows = field(default_factory=list)
    products: Rows = field(default_factory=list)
    rates: dict[str, Decimal] = field(default_factory=dict)

    def synchronise(self, folder: Path) -> None:
        """Fetch the published files."""
        self.customers = [row for row in _rows(folder / "Customer.csv") if row["StaffCode"] == self.rep]
        self.products = [row for row in _rows(folder / "Product.csv") if row["SKUCode"] != "NOTE" and row["SellPrice1"]]
        self.rates = {row["Tax_Code"]: Decimal(row["Rate"]) for row in _rows(folder / "Tax.csv")}


def _rows(file: Path) -> Rows:
    with file.open(encoding="cp1252", newline="") as handle:
        return list(csv.DictReader(handle))


@dataclass(frozen=True)
class Taken:
    """One transaction as it was captured. Shape: total includes tax."""

    key: str
    kind: str
    total: Decimal
    lines: int
    text: str


def take(tablet: Tablet, chance: Random, number: int, day: date, unrest: float) -> Taken:
    """Whatever happens in a shop: mostly an order, now and then something else; rarely a total is a cent off."""
    customer = chance.choice(tablet.customers)
    kind = chance.choices(KINDS, WEIGHTS)[0]
    if kind == "N":
        code = f"NEW{number:05}"
        customer = {"CustomerID": code, "CustomerName": f"New shop {number}", "PriceLevel": "1"}
    off = Decimal(chance.choice(("0",) * 8 + ("5", "2.5")))
    lines = [_line(tablet, chance, customer, off) for _ in range(chance.choice((1, 2, 3, 3, 4, 5, 6)))]
    total, tax = sum(one[0] for one in lines), sum(one[1] for one in lines)
    if chance.random() < 0.004 * unrest:
        total += CENT
    order_no, key = f"{100000 + number}", f"BV{number}"
    required = (day + timedelta(days=2)).isoformat() if chance.random() < 0.2 else ""
    head = ["H", order_no, "O" if kind == "N" else kind, f"{day.isoformat()}T14:32:05", required, key,
            customer["CustomerID"], customer["CustomerName"], f"{off}", "EX", f"PO {number % 9973}", tablet.rep, "",
            f"{total}", f"{tax}", "", chance.choice(NOTES)]  # fmt: skip
    rows = [head, *(["D", order_no, *one[2]] for one in lines)]
    if kind == "P":
        head[4] = head[8] = head[13] = head[14] = ""
        rows = [head, _money(order_no, chance, Decimal(chance.randint(2000, 60000)) / 100)]
    elif kind == "N":
        rows.insert(1, ["N", order_no, customer["CustomerName"], "Mere", "Kahu", *("",) * 11])
    elif kind == "I" and chance.random() < 0.6:
        rows.append(_money(order_no, chance, total + tax))
    return Taken(key, "O" if kind == "N" else kind, total + tax, len(lines), _text(rows))


def _money(order_no: str, chance: Random, amount: Decimal) -> list[str]:
    return ["P", order_no, chance.choice(("CASH", "EFTPOS")), f"{amount:.2f}", "", ""]


def _line(tablet: Tablet, chance: Random, customer: dict[str, str], off: Decimal) -> tuple[Decimal, Decimal, list[str]]:
    """Shape: amount without tax, tax, and the fields."""
    product = chance.choice(tablet.products)
    code = product["SKUCode"] if chance.random() > 0.001 else "NO-SUCH-SKU"
    price = Decimal(product[f"SellPrice{customer['PriceLevel']}"] or product["SellPrice1"])
    quantity, discount = Decimal(chance.randint(1, 24)), Decimal(chance.choice(("0", "0", "0", "4", "7.5")))
    amount = _cents(quantity * price * (100 - discount) * (100 - off) / 10000)
    tax = _cents(amount * tablet.rates[product["TaxCode"]] / 100)
    said = [code, product["Description"], f"{quantity}", "EA", f"{price}", f"{discount}", f"{amount}"]
    return amount, tax, [*said, product["TaxCode"], chance.choice(("",) * 9 + ("short dated ok",))]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _text(rows: Sequence[list[str]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue()


def tablets(count: int) -> Iterator[Tablet]:
    """As many reps."""
    return (Tablet(f"R{number:02}") for number in range(1, count + 1))
