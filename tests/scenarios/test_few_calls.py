"""What rarely changes is read hourly while the clock alone starts runs, and anew whenever it may matter."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.scene import lay, order, raw
from fieldbridge.app import change_settings, problems, workshop
from fieldbridge.flows import MASTER_DATA, SALES_HISTORY, TRANSACTIONS
from fieldbridge.store.ledger import runs, schedules
from fieldbridge.store.ledger.runs import Run
from fieldbridge.store.schema import watermark
from support.bench import ended

RARE = ("Organisation", "Accounts", "TaxRates")
SALES = "200"
APPLE = "APL-1L"


class Day:
    """A desk, and a site whose flows run as their schedules start them."""

    def __init__(self, office) -> None:
        self.office, self.site = office, office.site
        self.name, self.database = office.site.connection.id, office.site.installation.database

    def pass_by(self, minutes: float) -> None:
        """What was read was read so much longer ago."""
        with self.database.write() as tx:
            for row in tx.execute(sa.select(watermark)).mappings().all():
                until = row["read_until"] - timedelta(minutes=minutes)
                tx.execute(watermark.update().where(watermark.c.stream == row["stream"]).values(read_until=until))

    def by_itself(self, flow: str) -> Run:
        """One run as its schedule starts it."""
        now = self.site.installation.now()
        with workshop.opened(self.site.installation) as work:
            with self.database.write() as tx:
                schedules.keep_only(tx, self.name, [flow])
                schedules.keep(tx, self.name, flow, 900.0, now)
            assert work.dispatcher.dispatch().started == 1
            with self.database.read() as tx:
                started = runs.latest(tx, self.name, flow)
            assert started
            return ended(work, started.id)

    def orders(self, *numbers: int) -> Run:
        """A run of orders that their arrival starts."""
        lay(self.site, f"{numbers[0]}.txt", raw(*map(order, numbers)))
        with self.database.write() as tx:
            schedules.keep(tx, self.name, TRANSACTIONS, 60.0, self.site.installation.now())
            schedules.nudge(tx, self.name, TRANSACTIONS, self.site.installation.now())
        return self.by_itself(TRANSACTIONS)

    def asked(self) -> Counter[str]:
        """The reads since this was last asked, by endpoint."""
        calls = [one["path"].split("/")[3] for one in self.site.xero.received() if one["method"] == "GET"]
        self.site.xero.forget_received()
        return Counter(calls)

    def rare(self) -> list[int]:
        """Those of what rarely changes."""
        asked = self.asked()
        return [asked[name] for name in RARE]

    def account(self, **changes: object) -> None:
        """Change the account sales go to, or make another out of it."""
        accounts = self.office.books.accounts
        held = next(one for one in accounts.rows() if one.get("Code") == SALES)
        accounts.put({**held, **changes, "UpdatedDateUTC": self.office.here.clock.now()})


@pytest.fixture
def day(office):
    made = Day(office)
    assert made.site.sync(MASTER_DATA).exit_code == 0
    made.asked()
    return made


def test_what_rarely_changes_is_read_hourly_by_the_clock_and_at_once_by_hand_or_under_new_settings(day):
    seen = []
    for _ in range(5):
        day.pass_by(15)
        assert day.by_itself(MASTER_DATA).exit_code == 0
        asked = day.asked()
        assert (asked["Contacts"], asked["Items"], asked["Invoices"]) == (1, 1, 1)
        seen.append([asked[name] for name in RARE])
    assert seen == [[0, 0, 0]] * 3 + [[1, 1, 1], [0, 0, 0]]
    day.site.sync(MASTER_DATA)
    assert day.rare() == [1, 1, 1]
    change_settings.change(day.site.installation, day.name, "calls_per_day = 900\n" + day.site.connection.settings, "")
    day.by_itself(MASTER_DATA)
    assert day.rare() == [1, 1, 1]


def test_what_is_new_in_xero_is_read_before_anybody_is_told_that_it_is_lacking(day):
    day.account(AccountID=str(uuid.uuid4()), Code="201")
    day.site.xero.edit("items", APPLE, SalesDetails={"AccountCode": "201"})
    day.asked()
    assert day.by_itself(MASTER_DATA).exit_code == 0
    assert day.rare() == [0, 1, 1]
    assert day.site.problems() == []


def test_what_somebody_was_told_of_is_not_read_at_every_run(day):
    day.account(Status="ARCHIVED")
    day.site.sync(MASTER_DATA)
    day.asked()
    assert day.by_itself(MASTER_DATA).exit_code == 1
    assert day.rare() == [0, 0, 0]


def test_orders_that_old_accounts_would_refuse_are_posted_over_new_ones(day):
    day.account(Status="ARCHIVED")
    day.site.sync(MASTER_DATA)
    day.account(Status="ACTIVE")
    day.pass_by(10)
    run = day.orders(1, 2, 3)
    assert (run.exit_code, run.counts["posted"]) == (0, 3)


def test_orders_refused_over_new_accounts_too_cost_one_look_and_another_when_they_are_tried_again(day):
    day.account(Status="ARCHIVED")
    day.site.sync(MASTER_DATA)
    day.asked()
    day.pass_by(10)
    run = day.orders(1, 2)
    assert (run.exit_code, run.counts["parked"]) == (1, 2)
    assert day.asked()["Accounts"] == 1
    day.account(Status="ACTIVE")
    parked = [one for one in day.site.problems() if one.code == "order.account_unusable"]
    assert problems.retry(day.site.installation, parked) == 2
    run = day.by_itself(TRANSACTIONS)
    assert (run.exit_code, run.counts["posted"]) == (0, 2)


def test_sales_history_reads_contacts_again_when_they_are_old_or_one_is_lacking(day):
    day.by_itself(SALES_HISTORY)
    assert day.asked()["Contacts"] == 0
    day.office.add("Rata Street Dairy", AccountNumber="RATA01")
    day.office.invoice("RATA01")
    day.by_itself(SALES_HISTORY)
    assert day.asked()["Contacts"] == 1
    assert b"RATA01" in (day.site.folder / "Transactions.csv").read_bytes()
    day.pass_by(15)
    day.by_itself(SALES_HISTORY)
    assert day.asked()["Contacts"] == 1
