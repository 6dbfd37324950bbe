"""Whether what was taken, what was posted and what Xero holds are the same money, to the cent.

Units: amounts are with tax, in the documents' own currency; a credit's are negative.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from fieldbridge.core.records.books import Record

NOTHING = Decimal("0.00")


class Document(Record, frozen=True, kw_only=True):
    """One document of a transaction.

    Shape: held is None where Xero has it no more; said is why it differs, empty when nobody knows.
    """

    number: str
    posted: Decimal
    held: Decimal | None
    said: str = ""


Of = Literal["sales", "payments", "quotes"]
"""Kinds of money that are never added up together."""
KINDS: tuple[Of, ...] = ("sales", "payments", "quotes")


class Taken(Record, frozen=True, kw_only=True):
    """One kind of money of a transaction, with its documents. Shape: said is why it is not posted, empty when it is."""

    key: str
    of: Of = "sales"
    day: date
    rep: str
    amount: Decimal
    documents: tuple[Document, ...] = ()
    said: str = ""

    @property
    def posted(self) -> Decimal:
        """What went to Xero for it."""
        return sum((one.posted for one in self.documents), NOTHING)

    @property
    def held(self) -> Decimal:
        """What Xero holds for it."""
        return sum((one.held for one in self.documents if one.held is not None), NOTHING)


class Stray(Record, frozen=True, kw_only=True):
    """A document in Xero that bears a number of ours and belongs to nothing that was taken."""

    number: str
    day: date
    held: Decimal


class Line(Record, frozen=True, kw_only=True):
    """One day of one rep. Shape: transactions are those taken, documents those in Xero."""

    of: Of = "sales"
    day: date
    rep: str
    taken: Decimal = NOTHING
    posted: Decimal = NOTHING
    held: Decimal = NOTHING
    transactions: int = 0
    documents: int = 0

    @property
    def ties(self) -> bool:
        """Whether all three are equal."""
        return self.taken == self.posted == self.held

    def plus(self, one: Taken) -> "Line":
        """The line with one transaction more."""
        return Line(
            of=self.of,
            day=self.day,
            rep=self.rep,
            taken=self.taken + one.amount,
            posted=self.posted + one.posted,
            held=self.held + one.held,
            transactions=self.transactions + 1,
            documents=self.documents + sum(each.held is not None for each in one.documents),
        )


class Difference(Record, frozen=True, kw_only=True):
    """One reason why the three are not equal. Shape: number is the document's in Xero, empty where there is none."""

    key: str
    of: Of = "sales"
    day: date
    rep: str
    number: str
    taken: Decimal
    posted: Decimal
    held: Decimal
    said: str


def lines(taken: Iterable[Taken]) -> list[Line]:
    """The sums, by kind of money, day and rep."""
    found: dict[tuple[int, date, str], Line] = {}
    for one in taken:
        place = (KINDS.index(one.of), one.day, one.rep)
        found[place] = found.get(place, Line(of=one.of, day=one.day, rep=one.rep)).plus(one)
    return [found[place] for place in sorted(found)]


def differences(taken: Iterable[Taken], strays: Sequence[Stray]) -> list[Difference]:
    """Every transaction that does not tie by itself, and every document nobody took. Nothing cancels out."""
    told = [_difference(one) for one in taken if not is_tied(one)]
    told += [
        Difference(
            key="", day=one.day, rep="", number=one.number, taken=NOTHING, posted=NOTHING, held=one.held,
            said="it bears a number of ours, and no transaction that was posted has it",
        )
        for one in strays
    ]  # fmt: skip
    return sorted(told, key=lambda one: (KINDS.index(one.of), one.day, one.rep, one.key, one.number))


def is_tied(one: Taken) -> bool:
    """Whether one transaction ties, document by document."""
    if one.said or one.amount != one.posted:
        return False
    return all(each.posted == each.held for each in one.documents)


def _difference(one: Taken) -> Difference:
    said = [one.said] if one.said else []
    said += [_said(each) for each in one.documents if each.posted != each.held]
    if not one.said and one.amount != one.posted:
        said.append(f"{one.amount:.2f} was taken and {one.posted:.2f} was posted")
    return Difference(
        key=one.key,
        of=one.of,
        day=one.day,
        rep=one.rep,
        number=", ".join(each.number for each in one.documents),
        taken=one.amount,
        posted=one.posted,
        held=one.held,
        said="; ".join(said),
    )


def _said(one: Document) -> str:
    if one.said:
        return f"{one.number} {one.said}"
    if one.held is None:
        return f"{one.number} is not in Xero any more"
    return f"{one.number} was posted as {one.posted:.2f} and is {one.held:.2f} in Xero"
