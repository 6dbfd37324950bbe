"""Whatever gets lost, repeated, changed, reordered or abandoned: one document per posted order, or an open Problem.

The product's own stages work on a real ledger file and talk to a real local Xero over HTTP. Only the clock is made
up, so that holding and pacing take no time.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from fieldbridge.app import problems
from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.programs import TRANSACTIONS, Flows
from fieldbridge.app.installation import Installation
from fieldbridge.core.records.field import Order
from fieldbridge.engine.stages import RunRef, Turn, guarded
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1
from fieldbridge.store.database import Database
from fieldbridge.store.ledger import intake as intakes
from fieldbridge.store.ledger import runs
from fieldbridge.store.schema import delivery, intake
from support import orders, template
from support import xero as local_xero
from support.site import settled
from support.template import Template, rows

NAME = "kauri"
HOLD_S = 30.0
MOST_TURNS = 60
MOST_RUNS = 12
ORDERS, NOBODY = 5, "NOB000"
PAID = {1: (), 2: (3,)}
"""Orders that carry their payment: in cash, and in cash and by card."""
WRITE, PAY, READ = ("PUT", "Invoices"), ("PUT", "Payments"), ("GET", "*")
FAULTS = (
    {"kind": "lost_before"},
    {"kind": "lost_after"},
    {"kind": "truncated"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 500, "commits": True},
    {"kind": "status", "status": 503},
    {"kind": "rate_minute"},
    {"kind": "rate_concurrent"},
)


class ProcessDied(BaseException):
    """Nothing may catch this: what was not committed is gone, as after kill -9."""


@dataclass
class Fuse:
    """Ends the process at the n-th point from when it was lit; zero: not lit."""

    left: int = 0

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise ProcessDied


class FragileDatabase(Database):
    """Passes a point before and after each commit."""

    def __init__(self, sound: Database, fuse: Fuse) -> None:
        super().__init__(sound.engine)
        self._fuse = fuse

    @contextmanager
    def write(self) -> Iterator[Any]:
        with super().write() as tx:
            yield tx
            self._fuse.burn()
        self._fuse.burn()


@dataclass
class Wire:
    """Passes a point before and after each call, and can keep a write back that arrives when nobody expects it."""

    client: httpx2.Client
    fuse: Fuse
    keeps_next: bool = False
    kept: list[httpx2.Request] = field(default_factory=list)
    _send: Callable[..., httpx2.Response] = field(init=False)

    def __post_init__(self) -> None:
        self._send = self.client.send
        self.client.send = self.send  # type: ignore[method-assign]

    def send(self, request: httpx2.Request, **more: Any) -> httpx2.Response:
        self.fuse.burn()
        if self.keeps_next and request.method == "PUT":
            self.keeps_next = False
            self.kept.append(request)
            raise httpx2.ReadTimeout("kept back", request=request)
        answer = self._send(request, **more)
        self.fuse.burn()
        return answer

    def let_go(self) -> None:
        """The writes that were kept back arrive, or meet trouble of their own; nobody waits for their answer."""
        while self.kept:
            with suppress(httpx2.TransportError):
                self._send(self.kept.pop())


@dataclass
class Clock:
    """Stands still unless somebody waits."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def pause(self, wait_s: float) -> None:
        self.at += timedelta(seconds=wait_s)


class Outbox(RuleBasedStateMachine):
    """One site's day. Every order that ever lay in a file is remembered by what its total may be."""

    made: Template
    place: Path

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.copy = self.stack.enter_context(self.made.copy(self.place))
        opened = self.stack.enter_context(self.copy.opened())
        self.fuse, self.clock = Fuse(), Clock()
        quick = opened.settings.model_copy(update={"unsure_hold_s": HOLD_S})
        database = FragileDatabase(opened.database, self.fuse)
        self.installation = Installation(quick, database, opened.vault, self.clock.now, self.clock.pause)
        self.stack.callback(self.installation.client.close)
        self.wire = Wire(self.installation.client, self.fuse)
        self.sent: dict[str, set[Decimal]] = {}
        self.entries = 0
        self.files = 0
        self.begin()

    @initialize(numbers=st.lists(st.integers(0, ORDERS - 1), min_size=2, max_size=4, unique=True))
    def a_first_file(self, numbers: list[int]) -> None:
        self.a_file_arrives([(number, 0) for number in numbers])

    @rule(wanted=st.lists(st.tuples(st.integers(0, ORDERS - 1), st.sampled_from([0, 0, 0, 1])), min_size=1, max_size=4))
    def a_file_arrives(self, wanted: list[tuple[int, int]]) -> None:
        """Orders in any order, some seen before, some changed since."""
        chosen = [self.order(number, times) for number, times in wanted]
        self.files += 1
        file = self.copy.folder / f"file-{self.files}.txt"
        file.write_bytes(render_orders(chosen, HD1))
        settled(file)
        self.entries += len(chosen)
        for one in chosen:
            self.sent.setdefault(one.key, set()).add(one.total + one.tax)

    @rule(fault=st.sampled_from(FAULTS), where=st.sampled_from([WRITE, WRITE, PAY, PAY, READ]), skip=st.integers(0, 1))
    def trouble_is_ahead(self, fault: dict[str, Any], where: tuple[str, str], skip: int) -> None:
        self.made.xero.fault(path=where[1], method=where[0], skip=skip, **fault)

    @rule()
    def a_write_will_straggle(self) -> None:
        self.wire.keeps_next = True

    @rule()
    def stragglers_arrive(self) -> None:
        self.wire.let_go()

    @rule(number=st.integers(0, ORDERS - 2), restored=st.booleans())
    def the_office_archives_or_restores_a_customer(self, number: int, restored: bool) -> None:
        change = self.made.xero.restore if restored else self.made.xero.archive
        change(self.order(number).customer)

    @rule()
    def somebody_tries_the_problems_again(self) -> None:
        problems.retry(self.installation, problems.still_open(self.installation))

    @rule(stage=st.sampled_from(["take", "contacts", "plan", "deliver", "deliver", "close"]), times=st.integers(1, 2))
    def a_stage_is_entered(self, stage: str, times: int) -> None:
        """On its own and again, as after a death between a stage's work and the note that it was done."""
        for _ in range(times):
            self.turn(stage)

    @rule(after=st.integers(1, 40))
    def a_run_dies(self, after: int) -> None:
        """At any commit or call, and goes on in a new process."""
        self.fuse.left = after
        try:
            self.run()
        except ProcessDied:
            self.begin()
        self.fuse.left = 0

    @rule()
    def a_run_goes_as_far_as_it_can(self) -> None:
        self.run()

    @invariant()
    def no_order_has_two_documents(self) -> None:
        for number, found in self.made.xero.invoices().items():
            assert len(found) == 1, number
            assert Decimal(str(found[0]["Total"])) in self.sent[number.removeprefix("SO-")]

    @invariant()
    def no_payment_is_made_twice(self) -> None:
        made = Counter(one["Reference"] for one in self.payments())
        assert set(made.values()) <= {1}, made

    def teardown(self) -> None:
        try:
            self.made.xero.forget_faults()
            self.wire.let_go()
            self.finish()
            self.everything_is_accounted_for()
        finally:
            self.stack.close()

    def finish(self) -> None:
        for _ in range(MOST_RUNS):
            self.run()
            with self.installation.database.read() as tx:
                if not intakes.with_open(tx, [NAME]):
                    return
        pytest.fail("work is left after many undisturbed runs")

    def everything_is_accounted_for(self) -> None:
        documents = self.made.xero.invoices()
        open_problems = {one.intake_id for one in problems.still_open(self.installation)}
        with self.installation.database.read() as tx:
            taken, sent = rows(tx, intake), rows(tx, delivery)
        assert len(taken) == self.entries
        assert {row["state"] for row in sent} <= {"posted", "refused"}
        arrived = [row for row in sent if row["state"] == "posted"]
        posted = {row["intake_id"]: row for row in arrived if row["kind"] == "invoice"}
        payments = Counter(row["intake_id"] for row in arrived if row["kind"] == "payment")
        for row in taken:
            assert row["state"] in {"posted", "parked", "ignored"}
            assert row["state"] != "parked" or row["id"] in open_problems
            assert (row["state"] == "posted") == (row["id"] in posted)
            tenders = msgspec.json.decode(row["record"], type=Order).tenders if row["state"] == "posted" else ()
            assert payments[row["id"]] == len(tenders)
        paid = {row["number"]: Decimal(row["total"]) for row in arrived if row["kind"] == "payment"}
        assert paid == {one["Reference"]: one["Amount"] for one in self.payments()}
        agreed = {row["number"]: Decimal(row["total"]) for row in posted.values()}
        assert len(agreed) == len(posted)
        assert agreed == {number: Decimal(str(found[0]["Total"])) for number, found in documents.items()}
        assert self.sent.keys() == {row["key"] for row in taken if row["state"] != "ignored"}
        assert {one.name for one in self.copy.folder.iterdir() if one.is_file()} <= {"Answers.csv"}

    def order(self, number: int, times_changed: int = 0) -> Order:
        """One of a handful of orders; the last of them is for a customer Xero does not know."""
        customer = NOBODY if number == ORDERS - 1 else ""
        one = orders.order(self.made.tablet, number, customer=customer)
        for _ in range(times_changed):
            one = orders.changed(self.made.tablet, one)
        return orders.paid(one, *PAID[number]) if number in PAID else one

    def payments(self) -> list[dict[str, Any]]:
        """Ours at Xero, told by their reference."""
        return [one for one in self.made.xero.books()["payments"] if str(one["Reference"]).startswith("T0000")]

    def begin(self) -> None:
        """A new process, with nothing remembered but what was committed."""
        self.fuse.left = 0
        self.flows = Flows(self.installation)
        with self.installation.database.write() as tx:
            self.ref = RunRef(NAME, TRANSACTIONS, runs.queue(tx, NAME, TRANSACTIONS, self.clock.now()))

    def turn(self, stage: str) -> Turn:
        step = dict(self.flows.steps(TRANSACTIONS))[stage]
        done = guarded(lambda ref: step(context_of(self.installation, ref)), self.ref, self.clock.now)
        assert done.stop is None or done.stop.code != "bridge.fault", done.stop
        return done

    def run(self) -> None:
        """What the engine does with a program."""
        for name, _ in self.flows.steps(TRANSACTIONS):
            for _ in range(MOST_TURNS):
                done = self.turn(name)
                if done.stop is not None and done.stop.then != "wait":
                    return
                if done.stop is None and not done.again:
                    break
                self.clock.pause(61 if done.stop else done.wait_s)
            else:
                pytest.fail(f"the stage {name} never ends")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("template")
    with local_xero.started() as xero, template.prepared(folder, xero, None) as prepared:
        yield prepared


def test_every_order_is_one_document_or_one_problem(made: Template, tmp_path: Path) -> None:
    machine = type("OutboxHere", (Outbox,), {"made": made, "place": tmp_path})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
