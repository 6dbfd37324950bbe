"""Stock on tablets never jumps back up: what they sold counts until Xero's own figure shows it."""

import csv
from datetime import timedelta
from decimal import Decimal

import pytest

from app.scene import Clock, lay, order, raw, settle_for, with_line
from fieldbridge.app import dry_run, problems
from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.programs import MASTER_DATA, TRANSACTIONS, Flows
from fieldbridge.engine.stages import RunRef
from fieldbridge.store.ledger import runs
from support.site import Site


def stock(site: Site, code: str = "APL-1L") -> Decimal:
    """What tablets are told after a run of master data."""
    assert site.sync(MASTER_DATA).error is None
    with (site.folder / "Product.csv").open(encoding="cp1252", newline="") as handle:
        return next(Decimal(row["TotalStockOnHand"]) for row in csv.DictReader(handle) if row["SKUCode"] == code)


def approve(site: Site, number: str) -> None:
    """The office approves a draft, and Xero's stock moves."""
    (held,) = site.xero.invoices()[number]
    code = held["LineItems"][0]["ItemCode"]
    item = next(one for one in site.xero.books()["items"] if one["Code"] == code)
    site.xero.edit("invoices", number, Status="AUTHORISED")
    moved = item["QuantityOnHand"] - held["LineItems"][0]["Quantity"]
    site.xero.edit("items", code, QuantityOnHand=float(moved), UpdatedDateUTC=item["UpdatedDateUTC"])


@pytest.fixture
def hourly(site):
    """A site that lives by a clock of its own, and what its tablets first had of apple juice."""
    clock = Clock()
    living = clock.given_to(site)
    return living, clock, stock(living)


def test_an_order_counts_from_the_tablet_to_the_approved_invoice_and_never_jumps_back(hourly):
    site, clock, before = hourly
    lay(site, "a.txt", raw(order("1"), with_line("2", unit_price=Decimal(4), total=Decimal(1))))
    site.sync()
    assert [one.code for one in site.problems()] == ["order.total_differs"]
    seen = [stock(site)]
    approve(site, "SO-BV1")
    for _ in range(9):
        clock.ahead += timedelta(minutes=15)
        seen.append(stock(site))
    assert seen[0] == before - 24, "one posted as a draft, one parked"
    assert set(seen) == {before - 24}
    problems.dismiss(site.installation, site.problems(), "entered by hand")
    assert stock(site) == before - 12


def test_a_draft_that_the_office_deletes_gives_its_goods_back(hourly):
    site, clock, before = hourly
    lay(site, "a.txt", raw(order("1")))
    site.sync()
    assert stock(site) == before - 12
    site.xero.edit("invoices", "SO-BV1", Status="DELETED")
    clock.ahead += timedelta(minutes=15)
    assert stock(site) == before


def test_orders_on_their_way_count_before_they_are_in_xero(hourly):
    site, _, before = hourly
    lay(site, "a.txt", raw(order("1"), order("2")))
    with site.installation.database.write() as tx:
        run_id = runs.queue(tx, "kauri", TRANSACTIONS, site.installation.now())
    flows = Flows(site.installation)
    (name, take), *_ = flows.steps(TRANSACTIONS)
    assert name == "take"
    take(context_of(site.installation, RunRef("kauri", TRANSACTIONS, run_id)))
    assert site.xero.invoices() == {}
    assert stock(site) == before - 24


def test_an_invoice_that_is_approved_at_once_counts_once(hourly):
    site, clock, before = hourly
    lay(site, "a.txt", raw(order("1", kind="I")))
    site.sync()
    seen = [stock(site)]
    for _ in range(6):
        clock.ahead += timedelta(minutes=15)
        seen.append(stock(site))
    assert set(seen) == {before - 12}


def test_untracked_stock_stays_the_figure_of_the_settings(sqlite_site):
    site = sqlite_site
    settle_for(site, "[master_data]\nstock_when_untracked = 500\n")
    code = next(one["Code"] for one in site.xero.books()["items"] if not one["IsTrackedAsInventory"])
    lay(site, "a.txt", raw(with_line("1", product=code, unit_price=Decimal(1), total=Decimal(12))))
    site.sync()
    assert stock(site, code) == 500


def test_the_plan_knows_what_was_sold(sqlite_site):
    site = sqlite_site
    stock(site)
    lay(site, "a.txt", raw(order("1")))
    site.sync()
    stock(site)
    assert dry_run.plan(site.installation, site.connection, MASTER_DATA).files == []


@pytest.mark.parametrize(("tracked", "whole"), [(True, 2), (False, 1)])
def test_items_are_read_whole_every_hour_only_while_xero_tracks_the_stock_of_one(sqlite_site, tracked, whole):
    clock = Clock()
    site = clock.given_to(sqlite_site)
    for one in site.xero.books()["items"]:
        site.xero.edit("items", one["Code"], IsTrackedAsInventory=tracked and one["Code"] == "APL-1L")
    stock(site)
    clock.ahead += timedelta(minutes=61)
    stock(site)
    asked = [one["headers"] for one in site.xero.received() if one["path"].endswith("/Items")]
    assert len(asked) == 2
    assert sum("if-modified-since" not in headers for headers in asked) == whole
