"""The files of one stretch of trade, and what they say should be in the books."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from reconcile.arithmetic import NOUGHT, worth

Row = dict[str, Any]
PREFIX = "SO-"


@dataclass
class Line:
    """One line of goods. Shape: share is what is to be paid after discounts; percent is that of tax."""

    product: str
    quantity: Fraction
    price: Fraction
    share: Fraction
    percent: Fraction


@dataclass
class Laid:
    """One transaction as it was laid, and what the office made of it. Shape: shown is what the tablet came to."""

    kind: str
    customer: str
    rep: str
    shown: tuple[Fraction, Fraction]
    status: str
    lines: list[Line] = field(default_factory=list)
    paid: Fraction = NOUGHT

    @property
    def worth(self) -> tuple[Fraction, Fraction]:
        """Without tax, and the tax."""
        return worth((one.quantity, one.price, one.share, one.percent) for one in self.lines)


class Ground:
    """Everything there is to read. Amounts of the books are text until they are compared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.books: Row = json.loads((folder / "books.json").read_text("utf-8"), parse_float=str, parse_int=str)
        self.journal = [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]
        problems = json.loads((folder / "problems.json").read_text("utf-8"))
        self.parked = {one["key"]: one["code"] for one in problems if one["kind"] == "order"}
        self.others = [one for one in problems if one["kind"] != "order"]
        self.laid = dict(reversed(list(self._laid())))
        self._office()

    def published(self, name: str) -> list[dict[str, str]]:
        """A master file as it lies in the folder."""
        with (self.folder / "site" / name).open(encoding="cp1252", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def ours(self) -> dict[str, list[Row]]:
        """Invoices with the prefix, by what follows it."""
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self.books["invoices"]:
            if one.get("InvoiceNumber", "").startswith(PREFIX):
                found[one["InvoiceNumber"].removeprefix(PREFIX)].append(one)
        return found

    @cached_property
    def contacts(self) -> dict[str, Row]:
        """By Xero's id."""
        return {one["ContactID"]: one for one in self.books["contacts"]}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Xero's id by Account Number."""
        return {one["AccountNumber"]: one["ContactID"] for one in self.books["contacts"] if one.get("AccountNumber")}

    def holder(self, contact_id: str) -> str:
        """Who stands for a contact: itself, or the one it was merged into."""
        while heir := self.contacts[contact_id].get("MergedToContactID"):
            contact_id = heir
        return contact_id

    def _laid(self) -> Iterator[tuple[str, Laid]]:
        """What arrived, in the order it arrived; what was laid twice comes twice, and its first counts."""
        rates = {row["Tax_Code"]: Fraction(row["Rate"]) for row in self.published("Tax.csv")}
        for act in self.journal:
            if act["do"] == "lay":
                with (self.folder / "laid" / act["file"]).open(encoding="utf-8", newline="") as file:
                    yield from _transactions(csv.reader(file), rates)

    def _office(self) -> None:
        """What the office did to documents, as far as Xero took it."""
        for act in self.journal:
            for number in act["done"] if act["do"] in ("status", "quantity", "pay") else ():
                one = self.laid[number.removeprefix(PREFIX)]
                if act["do"] == "status":
                    one.status = act["status"]
                elif act["do"] == "quantity":
                    one.lines[act["line"]].quantity = Fraction(act["quantity"])
                else:
                    one.paid += Fraction(act["amounts"][number])


def _transactions(rows: Iterable[list[str]], rates: dict[str, Fraction]) -> Iterator[tuple[str, Laid]]:
    off, made = Fraction(1), None
    for row in rows:
        if row[0] == "H":
            status = "AUTHORISED" if row[2] == "I" else "DRAFT"
            made = Laid(row[2], row[6], row[11], (Fraction(row[13]), Fraction(row[14])), status)
            off = 1 - Fraction(row[8]) / 100
            yield row[5], made
        elif row[0] == "D" and row[2] != "NOTE" and made:
            share = (1 - Fraction(row[7]) / 100) * off
            made.lines.append(Line(row[2], Fraction(row[4]), Fraction(row[6]), share, rates[row[9]]))
