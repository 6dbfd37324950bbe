"""A stretch of trade, day by day, one act after another, by the chance of a seed.

Reps sell; the office edits, voids, is paid, archives, merges and changes prices; answers get lost; processes die.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from simulation.reps import Habits, Taken, tablets, take
from simulation.stage import Stage

Row = dict[str, Any]
CENT = Decimal("0.01")
PLENTY = 900_000
SLOTS = ("01:00", "03:00", "05:00")
NEXT = {
    "DRAFT": (("SENT", 0.6), ("DELETED", 0.02)),
    "SENT": (("ACCEPTED", 0.2), ("DECLINED", 0.1)),
    "ACCEPTED": (("INVOICED", 0.3),),
}
"""What becomes of a quote in a day, and how often."""
LOSSES: tuple[tuple[str, str, Row], ...] = (
    ("PUT", "Invoices", {"kind": "lost_after"}),
    ("PUT", "Invoices", {"kind": "lost_before"}),
    ("PUT", "Invoices", {"kind": "truncated"}),
    ("PUT", "Invoices", {"kind": "status", "status": 500, "commits": True}),
    ("PUT", "Invoices", {"kind": "status", "status": 500}),
    ("PUT", "Invoices/*/Attachments/*", {"kind": "lost_after"}),
    ("PUT", "CreditNotes/*/Allocations", {"kind": "lost_after"}),
    ("PUT", "CreditNotes", {"kind": "lost_after"}),
    ("PUT", "Payments", {"kind": "lost_after"}),
    ("GET", "Contacts", {"kind": "lost_before"}),
    ("GET", "Items", {"kind": "unavailable"}),
    ("GET", "*", {"kind": "truncated"}),
)


@dataclass(frozen=True)
class Size:
    """How much happens. Shape: deaths and losses are shares of runs, 0 to 1; unrest multiplies the office's acts.

    rounds are how often a day reps lay what they sold; variety evens out the kinds of transactions.
    """

    orders: int
    days: int
    reps: int
    first_day: date
    deaths: float
    losses: float
    unrest: float = 1.0
    rounds: int = 3
    variety: float = 1.0


@dataclass
class Known:
    """What the office knows of one invoice of ours. Shape: due counts what is still to be paid."""

    taken: Taken
    approved_on: date | None = None
    due: Decimal = Decimal(0)


@dataclass
class Trade:
    """A stretch on its way."""

    stage: Stage
    chance: Random
    size: Size
    customers: list[str]
    prices: dict[str, Decimal]
    tracked: Sequence[str]
    number: int = 0
    days: int = 0
    day: date = field(default=date.min)
    drafts: dict[str, Known] = field(default_factory=dict)
    open: dict[str, Known] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    archived: list[str] = field(default_factory=list)
    again: str = ""

    def run(self, is_over: Callable[[], bool]) -> Iterator[date]:
        """Everything, from the opening to the last look. Shape: each day when it is over; is_over ends it early."""
        self.tablets, self.habits = list(tablets(self.size.reps)), Habits(self.size.unrest, self.size.variety)
        self._open_up()
        for at in range(self.size.days):
            self.day = working_day(self.size.first_day, at)
            self._morning(self.size.orders * (at + 1) // self.size.days)
            self.days += 1
            yield self.day
            if is_over():
                break
        self.day = working_day(self.size.first_day, self.days)
        self._finish()

    def _act(self, time: str, do: str, **more: Any) -> Row:
        return self.stage.perform({"at": f"{self.day}T{time}:00+00:00", "do": do, **more})

    def _flow(self, time: str, flow: str) -> None:
        """One run, which may meet a loss or the death of its process, and then another as the schedule would start."""
        died = self.chance.random() < self.size.deaths
        more = {"dies_at": self.chance.randint(1, 30)} if died else {}
        lost = self.chance.random() < self.size.losses
        if lost:
            method, path, kind = self.chance.choice(LOSSES)
            full = path if path == "*" else f"/api.xro/2.0/{path}"
            self._act(time, "lose", fault={"method": method, "path": full, **kind})
        told = self._act(time, "run", flow=flow, **more)
        if lost:
            self._act(time, "calm")
        if lost or told.get("exit_code") == 4:
            self._act(time, "run", flow=flow)

    def _open_up(self) -> None:
        self.day = self.size.first_day
        for at, code in enumerate(self.customers):
            groups = [f"Rep R{at % self.size.reps + 1:02}", f"Price {at % 3 + 1}", *(() if at % 5 else ("Deal CAFE",))]
            self._act("00:00", "contact", code=code, changes={"ContactGroups": groups})
        self._act("00:00", "stock", on_hand=dict.fromkeys(self.tracked, PLENTY))

    def _morning(self, until: int) -> None:
        """One working day. Units: until is how many transactions there are when it is over."""
        self._office_of_contacts()
        self._flow("00:10", "master-data")
        for tablet in self.tablets:
            if not tablet.customers or self.chance.random() < 0.85:
                tablet.synchronise(self.stage.site)
        self._office_of_documents()
        for at in range(self.size.rounds):
            self._sell(SLOTS[at], (until - self.number) // (self.size.rounds - at))
        self._flow("05:30", "sales-history")

    def _sell(self, time: str, count: int) -> None:
        """Reps lay what they sold, a file each; now and then a file comes twice."""
        sold: dict[str, list[Taken]] = {}
        for _ in range(count):
            tablet = self.chance.choice([one for one in self.tablets if one.customers])
            self.number += 1
            sold.setdefault(tablet.rep, []).append(take(tablet, self.chance, self.number, self.day, self.habits))
        stem = f"{self.day}-{time[:2]}"
        for rep, some in sorted(sold.items()):
            files = {name: content for one in some for name, content in one.files.items()}
            self._lay(time, f"{stem}-{rep}.txt", "".join(one.text for one in some), files)
            self.offers |= {f"QU-{one.key}": "DRAFT" for one in some if one.kind == "Q"}
            for one in (one for one in some if one.kind in ("O", "I")):
                known = Known(one, due=one.total)
                self.drafts[f"SO-{one.key}"] = known
        if self.again and self.chance.random() < 0.3:
            self._lay(time, f"{stem}-again.txt", self.again, {})
        if sold:
            self.again = "".join(one.text for one in self.chance.choice(list(sold.values())))
            self._flow(time, "transactions")

    def _lay(self, time: str, name: str, text: str, files: dict[str, bytes]) -> None:
        for one, content in {**files, name: text.encode()}.items():
            (self.stage.laid / one).write_bytes(content)
        self._act(time, "lay", file=name, **({"beside": sorted(files)} if files else {}))

    def _office_of_contacts(self) -> None:
        """Archived and restored, merged, and other prices."""
        if self.archived and self._happens(0.3):
            self._act("00:01", "contact", code=self.archived.pop(0), changes={"ContactStatus": "ACTIVE"})
            self._act("00:02", "retry")
        if len(self.customers) > 3 and self._happens(0.1):
            self.archived.append(self.customers.pop(self.chance.randrange(len(self.customers))))
            self._act("00:03", "contact", code=self.archived[-1], changes={"ContactStatus": "ARCHIVED"})
        if len(self.customers) > 6 and self._happens(0.08):
            gone = self.customers.pop(self.chance.randrange(len(self.customers)))
            self._act("00:04", "merge", code=gone, into=self.chance.choice(self.customers))
        for code in self.chance.sample(sorted(self.prices), self.chance.choice((0, 0, 1, 3))):
            self.prices[code] = (self.prices[code] * self.chance.choice((Decimal("1.03"), Decimal("0.98")))).quantize(
                CENT
            )
            self._act("00:05", "price", code=code, price=f"{self.prices[code]}")

    def _office_of_documents(self) -> None:
        """Yesterday's drafts are changed, deleted or approved; what is approved is paid in time, in part, or voided."""
        there = {one["InvoiceNumber"]: one["Status"] for one in self.stage.office.invoices(sorted(self.drafts))}
        gone = self._chosen([number for number, status in there.items() if status == "DRAFT"], 0.01)
        if gone:
            self._act("00:20", "status", numbers=gone, status="DELETED")
        for number in self._chosen([number for number, status in there.items() if status == "DRAFT"], 0.04):
            if number not in gone:
                line = self.chance.randrange(self.drafts[number].taken.lines)
                self._act("00:25", "quantity", number=number, line=line, quantity=str(self.chance.randint(1, 30)))
        approved = [number for number in there if there[number] == "DRAFT" and number not in gone]
        if approved:
            self._act("00:30", "status", numbers=approved, status="AUTHORISED")
        for number in there:
            known = self.drafts.pop(number)
            if number not in gone:
                known.approved_on = self.day
                self.open[number] = known
        self._void()
        self._payments()
        self._quotes()

    def _quotes(self) -> None:
        """Quotes go their way; what has come to its end is left alone."""
        for number, status in sorted(self.offers.items()):
            taken = next((after for after, share in NEXT.get(status, ()) if self._happens(share)), "")
            if taken and self._act("00:45", "quote", number=number, status=taken)["done"]:
                self.offers[number] = taken

    def _void(self) -> None:
        unpaid = [
            number for number, one in self.open.items() if one.due == one.taken.total and one.approved_on == self.day
        ]
        voided = self._chosen(unpaid, 0.006)
        if voided:
            self._act("00:35", "status", numbers=voided, status="VOIDED")
        for number in voided:
            del self.open[number]

    def _payments(self) -> None:
        """Most pay within a month, one in five in two parts. The figures are those of the books on that day."""
        due = {
            one["InvoiceNumber"]: one["AmountDue"]
            for one in self.stage.office.invoices(self._chosen(list(self.open), 0.07))
        }
        paid = {}
        for number, amount in due.items():
            part = (amount * self.chance.choice((Decimal(1),) * 4 + (Decimal("0.4"),))).quantize(CENT)
            if part > 0:
                paid[number] = f"{part}"
                self.open[number].due -= part
            if part == amount:
                del self.open[number]
        if paid:
            self._act("00:40", "pay", amounts=paid)

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share * self.size.unrest

    def _chosen(self, numbers: Sequence[str], share: float) -> list[str]:
        return [number for number in sorted(numbers) if self._happens(share)]

    def _finish(self) -> None:
        """The next morning: what waits is tried again, and everything is published a last time."""
        self._act("00:00", "retry")
        self._act("00:10", "run", flow="transactions")
        self._act("00:20", "run", flow="sales-history")
        self._act("00:30", "run", flow="master-data")


def working_day(first: date, number: int) -> date:
    """The n-th day from Monday to Friday, counted from 0. The first is taken to be one."""
    weeks, rest = divmod(first.weekday() + number, 5)
    return first + timedelta(days=7 * weeks + rest - first.weekday())
