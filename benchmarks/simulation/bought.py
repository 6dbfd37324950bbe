"""What a tablet remembers of sales: each invoice as it was last published, so that goods of it can come back."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

NUMBER, KIND, CUSTOMER, PRODUCT, TEXT, QUANTITY, PRICE, DISCOUNT = 0, 2, 4, 14, 15, 16, 17, 18


@dataclass(frozen=True)
class Bought:
    """One line of goods. Units: price without tax; discount in percent."""

    customer: str
    product: str
    text: str
    quantity: Decimal
    price: Decimal
    discount: Decimal


@dataclass
class Memory:
    """Shape: lines of goods by the number of their invoice; none of one that was taken back."""

    invoices: dict[str, list[Bought]] = field(default_factory=dict)

    def read(self, file: Path) -> None:
        """Take what is published, if anything is."""
        fresh: dict[str, list[Bought]] = defaultdict(list)
        if not file.exists():
            return
        with file.open(encoding="cp1252", newline="") as rows:
            for row in csv.reader(rows):
                if row[KIND] == "I":
                    fresh[row[NUMBER]].append(_bought(row))
        self.invoices |= {number: [one for one in lines if one.quantity > 0] for number, lines in fresh.items()}

    def back(self, chance: Random, customer: str) -> tuple[str, list[Bought]]:
        """Goods of one invoice of a customer that come back. Shape: its number, and no more lines than it has."""
        known = {number: some for number, some in self.invoices.items() if some and some[0].customer == customer}
        if not known:
            return "", []
        number = chance.choice(sorted(known))
        return number, chance.sample(known[number], chance.randint(1, min(2, len(known[number]))))


def _bought(row: list[str]) -> Bought:
    quantity, price, discount = (Decimal(row[at] or 0) for at in (QUANTITY, PRICE, DISCOUNT))
    return Bought(row[CUSTOMER], row[PRODUCT], row[TEXT], quantity, price, discount)
