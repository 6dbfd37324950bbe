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
PREFIX, AGAINST, FILES = "SO-", 18, 20
NUMBERED = {
    "InvoiceNumber": ("invoices", PREFIX),
    "CreditNoteNumber": ("credit_notes", "CR-"),
    "QuoteNumber": ("quotes", "QU-"),
}
STATUS = {"O": "DRAFT", "I": "AUTHORISED", "C": "AUTHORISED", "Q": "DRAFT", "P": ""}
"""What a transaction becomes by the settings, before the office looks at it."""


@dataclass
class Line:
    """One line of goods. Shape: share is what is to be paid after discounts; percent is that of tax.

    has_tax_inside says so of the price.
    """

    product: str
    quantity: Fraction
    price: Fraction
    share: Fraction
    percent: Fraction
    has_tax_inside: bool


@dataclass
class Laid:
    """One transaction as it was laid, and what the office made of it.

    Shape: shown is what the tablet came to; paid is what the office took for it, money what the rep took with it.
    against is the number of the invoice it names; files lay beside it; laid_at counts acts.
    """

    kind: str
    customer: str
    rep: str
    shown: tuple[Fraction, Fraction]
    status: str
    lines: list[Line] = field(default_factory=list)
    paid: Fraction = NOUGHT
    money: Fraction = NOUGHT
    against: str = ""
    files: list[str] = field(default_factory=list)
    laid_at: int = 0

    @property
    def worth(self) -> tuple[Fraction, Fraction]:
        """Without tax, and the tax."""
        return worth((one.quantity, one.price, one.share, one.percent, one.has_tax_inside) for one in self.lines)


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
        self.approved_at: dict[str, int] = {}
        self._office()

    def published(self, name: str) -> list[dict[str, str]]:
        """A master file as it lies in the folder."""
        with (self.folder / "site" / name).open(encoding="cp1252", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def ours(self) -> dict[str, list[Row]]:
        """Documents with our prefixes, by what follows them."""
        found: dict[str, list[Row]] = defaultdict(list)
        for field_name, (table, prefix) in NUMBERED.items():
            for one in self.books[table]:
                if one.get(field_name, "").startswith(prefix):
                    found[one[field_name].removeprefix(prefix)].append(one)
        return found

    @cached_property
    def contacts(self) -> dict[str, Row]:
        """By Xero's id."""
        return {one["ContactID"]: one for one in self.books["contacts"]}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Xero's id by Account Number."""
        return {one["AccountNumber"]: one["ContactID"] for one in self.books["contacts"] if one.get("AccountNumber")}

    @cached_property
    def taken_for(self) -> dict[str, list[Row]]:
        """Payments that name a transaction of a rep, by the invoice they are for."""
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self.books["payments"]:
            if self._named(one) in self.laid and one["Status"] == "AUTHORISED":
                found[one.get("Invoice", {}).get("InvoiceID", "")].append(one)
        return found

    @cached_property
    def invoices(self) -> dict[str, Row]:
        """Sales invoices by Xero's id, whoever made them."""
        return {one["InvoiceID"]: one for one in self.books["invoices"] if one["Type"] == "ACCREC"}

    @cached_property
    def left_open(self) -> dict[str, list[Row]]:
        """Invoices on which something is due in the end, by whom they belong to then."""
        found: dict[str, list[Row]] = defaultdict(list)
        for one in self.invoices.values():
            if Fraction(one["AmountDue"]) > 0:
                found[self.holder(one["Contact"]["ContactID"])].append(one)
        return found

    @cached_property
    def credited(self) -> dict[str, Fraction]:
        """What credit notes were put against each invoice."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        for note in self.books["credit_notes"]:
            for one in note["Allocations"]:
                found[one["Invoice"]["InvoiceID"]] += Fraction(one["Amount"])
        return found

    @cached_property
    def paid_by(self) -> dict[str, list[tuple[str, Row]]]:
        """The payments of each transaction, each with the invoice it is for."""
        found: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for bill, some in self.taken_for.items():
            for one in some:
                found[self._named(one)].append((bill, one))
        return found

    @cached_property
    def on_account(self) -> dict[str, Fraction]:
        """Money of each transaction that is for no invoice."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        for one in self.books["bank_transactions"]:
            found[self._named(one)] += Fraction(one["Total"])
        return found

    @cached_property
    def taken_by(self) -> dict[str, Fraction]:
        """All money in the books by the transaction it names: payments, and what is on account."""
        found: dict[str, Fraction] = defaultdict(Fraction, self.on_account)
        for one in (paid for some in self.taken_for.values() for paid in some):
            found[self._named(one)] += Fraction(one["Amount"])
        return found

    @staticmethod
    def _named(one: Row) -> str:
        """The transaction a reference such as `BV210/1 Cheque 123` names."""
        return (one.get("Reference") or "").partition("/")[0]

    def holder(self, contact_id: str, at: int | None = None) -> str:
        """Who stands for a contact: itself, or the one it was merged into; in the end, or when an act was done."""
        while heir := self.contacts[contact_id].get("MergedToContactID"):
            if at is not None and self.merged_at.get(contact_id, 0) > at:
                break
            contact_id = heir
        return contact_id

    @cached_property
    def merged_at(self) -> dict[str, int]:
        """At which act each contact was merged."""
        return {self.codes[act["code"]]: at for at, act in enumerate(self.journal) if act["do"] == "merge"}

    def _laid(self) -> Iterator[tuple[str, Laid]]:
        """What arrived, in the order it arrived; what was laid twice comes twice, and its first counts."""
        rates = {row["Tax_Code"]: Fraction(row["Rate"]) for row in self.published("Tax.csv")}
        for at, act in enumerate(self.journal):
            if act["do"] == "lay":
                with (self.folder / "laid" / act["file"]).open(encoding="utf-8", newline="") as file:
                    for key, one in _transactions(csv.reader(file), rates):
                        one.laid_at = at
                        yield key, one

    def _office(self) -> None:
        """What the office did to documents, as far as Xero took it."""
        for at, act in enumerate(self.journal):
            for number in act["done"] if act["do"] in ("status", "quantity", "pay", "quote") else ():
                one = self.laid[number[len(PREFIX) :]]
                if act["do"] in ("status", "quote"):
                    one.status = act["status"]
                    if one.status == "AUTHORISED":
                        self.approved_at[number] = at
                elif act["do"] == "quantity":
                    one.lines[act["line"]].quantity = Fraction(act["quantity"])
                else:
                    one.paid += Fraction(act["amounts"][number])


def _transactions(rows: Iterable[list[str]], rates: dict[str, Fraction]) -> Iterator[tuple[str, Laid]]:
    off, has_tax_inside, made = Fraction(1), False, None
    for row in rows:
        if row[0] == "H":
            made = Laid(row[2], row[6], row[11], (Fraction(row[13] or 0), Fraction(row[14] or 0)), STATUS[row[2]])
            off, has_tax_inside = 1 - Fraction(row[8] or 0) / 100, row[9] == "INC"
            if len(row) > AGAINST:
                made.against, made.files = row[AGAINST], [name for name in row[FILES].split(";") if name]
            yield row[5], made
        elif row[0] == "D" and row[2] != "NOTE" and made:
            share = (1 - Fraction(row[7]) / 100) * off
            made.lines.append(Line(row[2], Fraction(row[4]), Fraction(row[6]), share, rates[row[9]], has_tax_inside))
        elif row[0] == "P" and made:
            made.money += Fraction(row[3])
