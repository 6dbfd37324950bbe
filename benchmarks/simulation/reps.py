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

from simulation.bought import Bought, Memory
from simulation.papers import papers

CENT = Decimal("0.01")
NOTES = ("", "", "", "Leave at shed, ring bell", 'Ask for "Mere"', "Tēnā koe, kia ora")
KINDS, WEIGHTS = ("O", "I", "C", "Q", "P", "N"), (79, 10, 4, 2, 4, 1)
WITH_PAPERS, WITH_TAX_INSIDE, FOR_AN_INVOICE, HUNDRED = 0.05, 0.12, 0.5, Decimal(100)
Rows = list[dict[str, str]]


@dataclass
class Tablet:
    """What one rep holds. Shape: rates are percentages by tax code."""

    rep: str
    customers: Rows = field(default_factory=list)
    products: Rows = field(default_factory=list)
    rates: dict[str, Decimal] = field(default_factory=dict)
    bought: Memory = field(default_factory=Memory)

    def synchronise(self, folder: Path) -> None:
        """Fetch the published files."""
        self.customers = [row for row in _rows(folder / "Customer.csv") if row["StaffCode"] == self.rep]
        self.products = [row for row in _rows(folder / "Product.csv") if row["SKUCode"] != "NOTE" and row["SellPrice1"]]
        self.rates = {row["Tax_Code"]: Decimal(row["Rate"]) for row in _rows(folder / "Tax.csv")}
        self.bought.read(folder / "Transactions.csv")


def _rows(file: Path) -> Rows:
    with file.open(encoding="cp1252", newline="") as handle:
        return list(csv.DictReader(handle))


@dataclass(frozen=True)
class Habits:
    """How reps are. Shape: unrest multiplies their mistakes; variety evens out the kinds: 1 as usual."""

    unrest: float = 1.0
    variety: float = 1.0


@dataclass(frozen=True)
class Taken:
    """One transaction as it was captured. Shape: total includes tax; files lie beside it."""

    key: str
    kind: str
    total: Decimal
    lines: int
    text: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class _Line:
    """Units: amount without tax, tax; fields as they are written."""

    amount: Decimal
    tax: Decimal
    fields: list[str]


def take(tablet: Tablet, chance: Random, number: int, day: date, habits: Habits) -> Taken:
    """Whatever happens in a shop: mostly an order, now and then something else; rarely a total is a cent off."""
    customer = chance.choice(tablet.customers)
    kind = chance.choices(KINDS, [each ** (1 / habits.variety) for each in WEIGHTS])[0]
    if kind == "N":
        code = f"NEW{number:05}"
        customer = {"CustomerID": code, "CustomerName": f"New shop {number}", "PriceLevel": "1"}
    key, order_no = f"BV{number}", f"{100000 + number}"
    is_back = kind == "C" and chance.random() < FOR_AN_INVOICE * habits.variety
    against, back = tablet.bought.back(chance, customer["CustomerID"]) if is_back else ("", [])
    mode = "INC" if not back and chance.random() < WITH_TAX_INSIDE * habits.variety else "EX"
    off = Decimal(0) if back else Decimal(chance.choice(("0",) * 8 + ("5", "2.5")))
    lines = [_returned(tablet, chance, one) for one in back] or [
        _picked(tablet, chance, customer, off, mode) for _ in range(chance.choice((1, 2, 3, 3, 4, 5, 6)))
    ]
    total, tax = sum(one.amount for one in lines), sum(one.tax for one in lines)
    if chance.random() < 0.004 * habits.unrest:
        total += CENT
    files = papers(chance, key) if chance.random() < WITH_PAPERS * habits.variety else {}
    required = (day + timedelta(days=2)).isoformat() if chance.random() < 0.2 else ""
    head = ["H", order_no, "O" if kind == "N" else kind, f"{day.isoformat()}T14:32:05", required, key,
            customer["CustomerID"], customer["CustomerName"], f"{off}", mode, f"PO {number % 9973}", tablet.rep, "",
            f"{total}", f"{tax}", "", chance.choice(NOTES)]  # fmt: skip
    if files or against:
        head += ["", against, "", ";".join(files)]
    rows = [head, *(["D", order_no, *one.fields] for one in lines)]
    if kind == "P":
        head[4] = head[8] = head[13] = head[14] = ""
        rows = [head, _money(order_no, chance, Decimal(chance.randint(2000, 60000)) / 100)]
    elif kind == "N":
        rows.insert(1, ["N", order_no, customer["CustomerName"], "Mere", "Kahu", *("",) * 11])
    elif kind == "I" and chance.random() < 0.6:
        rows.append(_money(order_no, chance, total + tax))
    return Taken(key, "O" if kind == "N" else kind, total + tax, len(lines), _text(rows), files)


def _money(order_no: str, chance: Random, amount: Decimal) -> list[str]:
    return ["P", order_no, chance.choice(("CASH", "EFTPOS")), f"{amount:.2f}", "", ""]


def _picked(tablet: Tablet, chance: Random, customer: dict[str, str], off: Decimal, mode: str) -> _Line:
    product = chance.choice(tablet.products)
    code = product["SKUCode"] if chance.random() > 0.001 else "NO-SUCH-SKU"
    rate = tablet.rates[product["TaxCode"]]
    price = Decimal(product[f"SellPrice{customer['PriceLevel']}"] or product["SellPrice1"])
    price = _cents(price * (HUNDRED + rate) / HUNDRED) if mode == "INC" else price
    quantity, discount = Decimal(chance.randint(1, 24)), Decimal(chance.choice(("0", "0", "0", "4", "7.5")))
    shown = _cents(quantity * price * (HUNDRED - discount) * (HUNDRED - off) / 10000)
    tax = _cents(shown * rate / (HUNDRED + rate if mode == "INC" else HUNDRED))
    fields = [code, product["Description"], f"{quantity}", "EA", f"{price}", f"{discount}", f"{shown}"]
    note = chance.choice(("",) * 9 + ("short dated ok",))
    return _Line(shown - tax if mode == "INC" else shown, tax, [*fields, product["TaxCode"], note])


def _returned(tablet: Tablet, chance: Random, one: Bought) -> _Line:
    """Some of what was bought, at the price that was paid."""
    code = next((row["TaxCode"] for row in tablet.products if row["SKUCode"] == one.product), "1")
    quantity = Decimal(chance.randint(1, int(one.quantity)))
    amount = _cents(quantity * one.price * (HUNDRED - one.discount) / HUNDRED)
    tax = _cents(amount * tablet.rates[code] / HUNDRED)
    said = [one.product, one.text, f"{quantity}", "EA", f"{one.price}", f"{one.discount}", f"{amount}", code, ""]
    return _Line(amount, tax, said)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _text(rows: Sequence[list[str]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue()


def tablets(count: int) -> Iterator[Tablet]:
    """As many reps."""
    return (Tablet(f"R{number:02}") for number in range(1, count + 1))
