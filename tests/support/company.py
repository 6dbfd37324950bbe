"""A company at work: three connections, workers that may die, answers that get lost, and transactions all the while.

They are orders, van sales with money taken, credits and quotes.

What happens follows from a seed; what must have become of it is checked when calm has returned.
"""

import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import sqlalchemy as sa

from fieldbridge.app import connect
from fieldbridge.app.demo.tablet import Tablet, export
from fieldbridge.app.sign_in import private_app
from fieldbridge.core.records.field import Order
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1
from fieldbridge.store.database import Database
from fieldbridge.store.ledger import deliveries, problems
from fieldbridge.store.schema import delivery, intake, intake_file
from support import blank, crew, orders
from support import xero as local_xero
from support.crew import Crew
from support.databases import Cluster
from support.site import Site, connected
from support.template import rows
from support.xero import Xero

NAMES = ("kauri", "rata", "rimu")
SETTINGS = (
    "calls_per_day = 1000000\n[schedule]\nevery_s = { transactions = 5.0 }\n"
    '[transactions.tenders]\nCASH = "090"\nCARD = "090"\n'
)
WITHIN_S = 240.0
PLENTY = 900_000
LOOK_S = 0.1
A_PAUSE_S, A_LIFE_S, CALLS_IN_A_LIFE = (0.02, 0.15), (1.5, 5.0), (1, 12)
REPEATED, FAULTS_AHEAD = 0.15, 6
DOCUMENTS = {
    "O": ("invoices", "InvoiceNumber", "SO-"),
    "I": ("invoices", "InvoiceNumber", "SO-"),
    "C": ("credit_notes", "CreditNoteNumber", "CR-"),
    "Q": ("quotes", "QuoteNumber", "QU-"),
}
"""What each kind becomes: where it is in the books, and by which number."""
OFTEN = {"O": 5, "I": 3, "C": 1, "Q": 1}
CALLS = (
    *[("PUT", "Invoices")] * 4,
    ("PUT", "Payments"),
    ("PUT", "CreditNotes"),
    ("PUT", "Quotes"),
    *[("GET", "*")] * 3,
)
FAULTS = (
    {"kind": "lost_after"},
    {"kind": "lost_after"},
    {"kind": "lost_before"},
    {"kind": "truncated"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 500, "commits": True},
    {"kind": "status", "status": 503},
    {"kind": "delay", "delay_s": 3.0},
)


@dataclass
class Company:
    """What goes on, and what must have become of it."""

    site: Site
    crew: Crew
    folders: dict[str, Path]
    tablet: Tablet
    random: Random
    taken: dict[str, list[Order]] = field(default_factory=lambda: {name: [] for name in NAMES})
    files: dict[str, bytes] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    _dies_at: float = 0.0
    _dies_after: int = 0

    @property
    def xero(self) -> Xero:
        return self.site.xero

    @property
    def database(self) -> Database:
        return self.site.installation.database

    def trade(self, lasts_s: float) -> None:
        """Until the time is over: files, and nothing goes wrong."""
        ends_at = time.monotonic() + lasts_s
        while time.monotonic() < ends_at:
            self.a_file()
            time.sleep(self.random.uniform(*A_PAUSE_S))

    def rage(self, lasts_s: float) -> None:
        """Until the time is over: files, faults and deaths.

        Somebody dies after so many calls, so that something happens between two deaths however slow the machine is.
        """
        ends_at = time.monotonic() + lasts_s
        self._spare()
        while time.monotonic() < ends_at:
            if self._calls() >= self._dies_after or time.monotonic() > self._dies_at:
                self.crew.replace(self.random.randrange(len(self.crew.places)))
                self.met["kills"] += 1
                self._spare()
            self.random.choice((self.a_file, self.a_fault))()
            time.sleep(self.random.uniform(*A_PAUSE_S))

    def _spare(self) -> None:
        self._dies_at = time.monotonic() + self.random.uniform(*A_LIFE_S)
        self._dies_after = self.met["calls"] + self.random.randint(*CALLS_IN_A_LIFE)

    def _calls(self) -> int:
        self.met["calls"] += len(self.xero.received())
        self.xero.forget_received()
        return self.met["calls"]

    def a_file(self) -> None:
        """Some new transactions of one connection, and now and then one that was sent before."""
        name = self.random.choice(NAMES)
        before, fresh = self.taken[name], [self._new() for _ in range(self.random.randint(1, 4))]
        again = [self.random.choice(before)] if before and self.random.random() < REPEATED else []
        before += fresh
        self.met["repeats"] += len(again)
        file = f"{name}-{len(self.files)}.txt"
        self.files[file] = render_orders([*again, *fresh], HD1)
        export(self.folders[name], file, [*again, *fresh], HD1)

    def _new(self) -> Order:
        self.met["transactions"] += 1
        quantities = [self.random.randint(1, 9) for _ in range(self.random.randint(1, 3))]
        made = orders.order(self.tablet, self.met["transactions"], quantities=quantities)
        (kind,) = self.random.choices(list(OFTEN), list(OFTEN.values()))
        made = msgspec.structs.replace(made, kind=kind)
        return orders.paid(made) if kind == "I" else made

    def a_fault(self) -> None:
        """A call of any connection will meet it, unless many are planned already."""
        planned = len(self.xero.faults())
        if planned < FAULTS_AHEAD:
            method, path = self.random.choice(CALLS)
            self.xero.fault(path=path, method=method, **self.random.choice(FAULTS))
            self.met["faults"] += 1

    def calm(self) -> None:
        """Nothing goes wrong any more: work must come to an end by itself."""
        self.met["faults"] -= len(self.xero.faults())
        self.xero.forget_faults()

    def booked(self) -> dict[str, list[Decimal]]:
        """What Xero holds. Shape: number to the totals of all documents that bear it, so that a duplicate shows."""
        books, found = self.xero.books(), defaultdict(list)
        for table, field_name, prefix in set(DOCUMENTS.values()):
            for one in books[table]:
                if str(one.get(field_name, "")).startswith(prefix):
                    found[one[field_name]].append(Decimal(str(one["Total"])))
        return dict(found)

    def paid(self) -> dict[str, list[Decimal]]:
        """The money Xero holds. Shape: the transaction it names to all payments for it."""
        found = defaultdict(list)
        for one in self.xero.books()["payments"]:
            key, _, part = (one["Reference"] or "").partition("/")
            if part:
                found[key].append(Decimal(str(one["Amount"])))
        return dict(found)

    @property
    def all_taken(self) -> list[Order]:
        """Every transaction once."""
        return [one for many in self.taken.values() for one in many]

    @property
    def totals(self) -> dict[str, list[Decimal]]:
        """What Xero must hold. Shape: as booked."""
        return {f"{DOCUMENTS[one.kind][2]}{one.key}": [one.total + one.tax] for one in self.all_taken}

    def drain(self, longer_s: float = 0.0) -> float:
        """Wait until everything was taken and posted, and every file moved away. Units: seconds it took."""
        began_at = time.monotonic()
        while not self.is_drained():
            assert time.monotonic() < began_at + WITHIN_S + longer_s, f"left long after calm returned: {self.figures()}"
            time.sleep(LOOK_S)
        return time.monotonic() - began_at

    def is_drained(self) -> bool:
        """Whether nothing waits."""
        with self.database.read() as tx:
            states = Counter(tx.execute(sa.select(intake.c.state)).scalars())
        lying = [one for folder in self.folders.values() for one in folder.glob("*.txt")]
        return not lying and states["posted"] == self.met["transactions"] and set(states) <= {"posted", "ignored"}

    def check(self) -> None:
        """Everything that must be true when calm has returned."""
        assert self.booked() == self.totals
        assert self.paid() == {one.key: [one.total + one.tax] for one in self.all_taken if one.tenders}
        moved = {one.name: one.read_bytes() for at in self.folders.values() for one in (at / "Processed").glob("*")}
        assert moved == self.files
        with self.database.read() as tx:
            states = Counter(row["state"] for row in rows(tx, intake))
            assert (states["posted"], states["ignored"]) == (self.met["transactions"], self.met["repeats"])
            assert states.keys() <= {"posted", "ignored"}
            assert sorted((row["name"], row["content"]) for row in rows(tx, intake_file)) == sorted(self.files.items())
            assert {row["state"] for row in rows(tx, delivery)} == {"posted"}
            linked = [one for name in NAMES for one in deliveries.links(tx, name)]
            assert {one.key for one in linked} == {one.key for one in self.all_taken}
            assert {one.far_number for one in linked} >= self.totals.keys()
            assert [one for name in NAMES for one in problems.still_open(tx, name)] == []
            if tx.dialect.name == "sqlite":
                assert tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"

    def figures(self) -> str:
        """What was met, in words."""
        return ", ".join(f"{count} {what}" for what, count in sorted(self.met.items()))


@contextmanager
def company(folder: Path, workers: int, cluster: Cluster | None, seed: str) -> Iterator[Company]:
    """Three connections that have read their master data, and as many workers; on PostgreSQL each in its own home."""
    name = blank.create(cluster) if cluster else ""
    url = cluster.url(name) if cluster else f"sqlite:///{folder / 'ledger.sqlite'}"
    folders = {one: folder / f"site-{one}" for one in NAMES}
    with local_xero.started() as xero, connected(folder / "home", folders[NAMES[0]], url, xero) as site:
        for one in (one for one in xero.books()["items"] if one["IsTrackedAsInventory"]):
            xero.edit("items", one["Code"], QuantityOnHand=PLENTY)
        tablet = site.publish()
        for one in NAMES:
            _connect(site, one, folders[one])
        places = [site.settings.home] * workers
        if cluster:
            places = [shutil.copytree(site.settings.home, folder / f"home-{number}") for number in range(workers)]
        with crew.hired(url, places) as hired:
            yield Company(site, hired, folders, tablet, Random(seed))
    if cluster:
        cluster.drop(name)


def _connect(site: Site, name: str, folder: Path) -> None:
    """One more connection to the same organisation; the first is renewed with its new settings."""
    folder.mkdir(exist_ok=True)
    app = private_app.kept(site.installation, site.connection.id)
    request = connect.Request(name, connect.hosts_at(site.xero.url), folder, SETTINGS)
    connect.connect(site.installation, request, app)
