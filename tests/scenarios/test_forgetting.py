"""Old evidence is forgotten, and what an order became is not: years later it is still one document."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.scene import TODAY, Clock, lay, order, posted, raw
from fieldbridge.app import workshop
from fieldbridge.app.evidence.reconcile import reconcile
from fieldbridge.app.evidence.rehearse import rehearse
from fieldbridge.app.evidence.story import Story, stories
from fieldbridge.app.settings import load_settings
from fieldbridge.cli.story import told
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.field import Order
from fieldbridge.engine.upkeep import Keep, Upkeep
from fieldbridge.flows import MASTER_DATA, SALES_HISTORY, TRANSACTIONS
from fieldbridge.store.ledger import intake
from fieldbridge.store.ledger.runs import Run
from fieldbridge.store.schema import book, delivery, metadata, past
from scenarios.office import rows
from support.desk import Desk
from support.steps import walked

KEPT_DAYS = 800
GOES = ("intake_file", "intake", "delivery", "attempt", "written_call", "answer", "problem", "log")


@dataclass(frozen=True)
class Years:
    """A desk whose product lives by a clock of its own."""

    office: Desk
    clock: Clock

    def sync(self, name: str, *orders: Order) -> Run:
        lay(self.office.site, name, raw(*orders))
        return walked(self.office.site, TRANSACTIONS)

    def approve(self, *numbers: str) -> None:
        """The office approves invoices and is paid; a day later the product knows it, and what stock there is."""
        for one in self.office.books.invoices.rows():
            if one["InvoiceNumber"] in numbers:
                self.office.pay(self.office.edit(one, Status="AUTHORISED"), "58.65")
        walked(self.office.site, SALES_HISTORY)
        self.clock.ahead += timedelta(days=1)
        assert walked(self.office.site, MASTER_DATA).error is None

    def pass_by(self, days: int = KEPT_DAYS) -> None:
        """Time goes by, and the upkeep of that day is done."""
        self.clock.ahead += timedelta(days=days + 1)
        with workshop.opened(self.office.site.installation) as work:
            Upkeep(work.dispatcher, "me", Keep(90, 800, 7, days), 0).forget()

    def story(self, key: str, *, fresh: bool = False) -> Story:
        (found,) = stories(self.office.site.installation, key, None, fresh=fresh)
        return found

    def read(self, query: sa.Select) -> list:
        with self.office.site.installation.database.read() as tx:
            return list(tx.execute(query).scalars())

    def counted(self, *names: str) -> dict[str, int]:
        """How many rows tables have; empty ones are left out."""
        count = sa.select(sa.func.count())
        found = {name: self.read(count.select_from(metadata.tables[name]))[0] for name in names or GOES}
        return {name: number for name, number in found.items() if number}


@pytest.fixture
def years(office) -> Years:
    return _of(office)


@pytest.fixture
def years_on_any_database(office_on_any_database) -> Years:
    return _of(office_on_any_database)


def _of(office: Desk) -> Years:
    clock = Clock()
    return Years(replace(office, site=clock.given_to(office.site)), clock)


def test_an_order_that_comes_again_years_after_its_evidence_went_is_still_known(years_on_any_database):
    years = years_on_any_database
    years.sync("a.txt", order("1"), order("2"))
    years.sync("b.txt", order("1"))
    years.approve("SO-BV1", "SO-BV2")
    years.pass_by()
    assert years.counted() == {}
    run = years.sync("c.txt", order("1"), order("2", customer_order_no="another"))
    assert (run.counts["repeats"], run.counts["parked"]) == (1, 1)
    assert [one.code for one in years.office.site.problems()] == ["order.changed_after_posting"]
    assert sorted(posted(years.office.site)) == ["SO-BV1", "SO-BV2"]
    said = {row["OrderNumber"]: (row["CustomerCode"], row["Status"]) for row in rows(years.office, "Answers.csv")}
    assert said["1"] == ("KER014", "past")


def test_an_order_forgotten_in_the_very_moment_it_comes_again_is_known(years_on_any_database, monkeypatch):
    years = years_on_any_database
    years.sync("a.txt", order("1"))
    years.approve("SO-BV1")
    find = intake.past.find

    def forgotten_meanwhile(*given):
        found = find(*given)
        years.pass_by()
        return found

    monkeypatch.setattr(intake.past, "find", forgotten_meanwhile)
    with years.office.site.installation.database.read() as tx:
        assert intake.known(tx, years.office.site.connection.id, ["BV1"])["BV1"].state == "posted"
    assert years.counted("intake") == {}


def test_a_story_says_what_is_left_and_xero_tells_the_rest(years):
    years.sync("a.txt", order("1"))
    years.approve("SO-BV1")
    years.pass_by()
    lines = [line.strip() for line in told(years.story("SO-BV1"))]
    assert lines[1] == "SO-BV1 went to Xero; how it stands is to be seen there."
    gone = f"{years.clock.now():%Y-%m-%d}"
    assert any(line.startswith(f"posted; bytes, plan, calls, answers and log were forgotten {gone}") for line in lines)
    assert any("from a.txt, number 1 in it" in line for line in lines)
    assert "invoice SO-BV1, 58.65" in lines
    fresh = years.story("BV1", fresh=True)
    assert (fresh.answer.became, fresh.fates[0].booked.status) == ("paid", "PAID")


def test_what_has_not_ended_is_kept_whole_however_old_it_is(years):
    years.sync("a.txt", order("1"), order("2", customer="NOB000"), order("3"))
    years.approve("SO-BV3")
    years.pass_by()
    assert years.read(sa.select(past.c.key)) == ["BV3"]
    # A draft still holds its goods on the tablets; what was set aside waits for a person.
    kept = {"intake_file": 1, "intake": 2, "delivery": 1, "problem": 1}
    assert years.counted(*kept) == kept
    assert years.story("BV2").problems[0].code == "order.customer_unknown"
    years.office.add("Nobody", AccountNumber="NOB000")
    years.sync("b.txt", order("1"), order("2", customer="NOB000"))
    assert sorted(posted(years.office.site)) == ["SO-BV1", "SO-BV2", "SO-BV3"]


def test_what_is_forgotten_is_not_taken_for_proof(years):
    site = years.office.site
    years.sync("a.txt", order("1"))
    years.approve("SO-BV1")
    assert reconcile(site.installation, site.connection, TODAY, TODAY).ties
    years.pass_by()
    for ask in (lambda: reconcile(site.installation, site.connection, TODAY, TODAY), lambda: rehearse_all(years)):
        with pytest.raises(SetupError, match="is not kept any more"):
            ask()


def rehearse_all(years: Years) -> None:
    rehearse(years.office.site.installation, years.office.site.connection, 2 * KEPT_DAYS)


def test_a_document_of_the_books_on_which_nothing_is_owed_goes_and_comes_back_when_it_changes(years):
    ours = sa.select(book.c.code).where(book.c.code.like("SO-%")).order_by(book.c.code)
    years.sync("a.txt", order("1"), order("2", kind="I"))
    years.approve("SO-BV1")
    assert years.read(ours) == ["SO-BV1", "SO-BV2"]
    years.pass_by()
    assert years.read(ours) == ["SO-BV2"]
    (first,) = [one for one in years.office.books.invoices.rows() if one["InvoiceNumber"] == "SO-BV1"]
    years.office.edit(first, Reference="changed")
    walked(years.office.site, SALES_HISTORY)
    assert years.read(ours) == ["SO-BV1", "SO-BV2"]


def test_with_nought_days_all_is_kept_for_ever(years):
    years.sync("a.txt", order("1"))
    years.approve("SO-BV1")
    evidence = ("intake_file", "intake", "delivery", "attempt", "written_call", "answer")
    before = years.counted(*evidence)
    years.clock.ahead += timedelta(days=100 * 365)
    years.pass_by(days=0)
    assert years.counted(*evidence) == before


def test_room_of_what_was_forgotten_is_used_again(years):
    """The file of SQLite does not grow from one period to the next."""
    pages = []
    for number in range(3):
        years.sync(f"{number}.txt", *(order(f"{number}{each:03}") for each in range(60)))
        with years.office.site.installation.database.write() as tx:
            tx.execute(delivery.update().values(holds_stock=False))
        years.pass_by()
        with years.office.site.installation.database.read() as tx:
            pages.append(tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    assert pages[2] - pages[1] < 30, pages


def test_evidence_cannot_be_younger_than_what_reps_are_still_told(monkeypatch):
    monkeypatch.setenv("FIELDBRIDGE_KEEP_EVIDENCE_DAYS", "30")
    with pytest.raises(SetupError, match="FIELDBRIDGE_KEEP_EVIDENCE_DAYS: evidence is kept for 90 days at least"):
        load_settings()
