"""The dry run changes nothing, and says exactly what the run after it does. Master data and its brake."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from msgspec.structs import astuple

from app.scene import codes, lay, order, posted, raw, settle_for, with_line
from fieldbridge.app import dry_run
from fieldbridge.app.flows.programs import MASTER_DATA, TRANSACTIONS
from fieldbridge.app.installation import utc_now
from fieldbridge.store.ledger import runs
from fieldbridge.store.schema import metadata

COUNTED = ("budget", "call_count")
"""Calls a dry run makes are real reads and are counted as such."""


def state(site):
    """Everything there is: rows of the ledger, bytes and times of the folder, and the books at Xero."""
    with site.installation.database.read() as tx:
        rows = {
            table.name: sorted(repr(tuple(row)) for row in tx.execute(sa.select(table)))
            for table in metadata.sorted_tables
            if table.name not in COUNTED
        }
    files = {
        str(one): (one.stat().st_mtime_ns, hashlib.sha256(one.read_bytes()).hexdigest())
        for one in site.folder.rglob("*")
        if one.is_file()
    }
    return rows, files, site.xero.books()


def planned(site, flow):
    return dry_run.plan(site.installation, site.installation.connection(site.connection.id), flow)


def published(site):
    """(name, rows, rows before) of the files the last run wrote."""
    with site.installation.database.read() as tx:
        events = runs.events(tx, site.connection.id, 10_000)
        last = runs.latest(tx, site.connection.id, MASTER_DATA)
    return [
        (event.fields["name"], event.fields["rows"], event.fields["rows_before"])
        for event in events
        if event.event == "file.published" and event.run_id == last.id
    ]


def test_a_plan_of_transactions_changes_nothing_and_says_what_the_run_then_does(site):
    lay(site, "a.txt", raw(order("1"), order("2", customer="NOB000"), order("3")))
    lay(site, "b.txt", raw(order("1"), with_line("4", product="NO-SUCH")))
    lay(site, "cut.txt", raw(order("5"))[:-30])
    before = state(site)
    plan = planned(site, TRANSACTIONS)
    assert state(site) == before
    assert planned(site, TRANSACTIONS).invoices == plan.invoices
    site.sync()
    made = posted(site)
    assert {one.invoice.number for one in plan.invoices} == made.keys()
    for invoice in (one.invoice for one in plan.invoices):
        held = made[invoice.number]
        assert (held["Total"], held["Reference"]) == (invoice.total, invoice.reference)
        assert [line["Description"] for line in held["LineItems"]] == [line.description for line in invoice.lines]
    assert sorted((one.key, one.code) for one in plan.problems) == codes(site)


def test_a_plan_shows_what_an_unfinished_run_left_to_be_sent(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(order("1")))
    site.xero.fault("rate_day", "Invoices", "PUT")
    site.sync()
    assert [(one.order, one.invoice.number) for one in planned(site, TRANSACTIONS).invoices] == [("BV1", "SO-BV1")]


def test_a_plan_does_not_tell_problems_that_are_known_already(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(order("2", customer="NOB000")))
    site.sync()
    assert planned(site, TRANSACTIONS).problems == []
    site.xero.edit("contacts", "KER014", ContactGroups=["Rep A", "Rep B"])
    site.sync(MASTER_DATA)
    assert codes(site) == [("BV2", "order.customer_unknown"), ("KER014", "customer.groups_clash")]
    assert planned(site, MASTER_DATA).problems == []


def test_a_plan_of_master_data_changes_nothing_and_says_what_the_run_then_writes(site):
    before = state(site)
    plan = planned(site, MASTER_DATA)
    assert state(site) == before
    assert len(plan.files) == 6
    site.sync(MASTER_DATA)
    assert sorted(published(site)) == sorted(map(astuple, plan.files))
    assert planned(site, MASTER_DATA).files == []


def test_unchanged_master_data_rewrites_nothing_and_costs_seven_calls(sqlite_site):
    site = sqlite_site
    site.publish()
    files = state(site)[1]
    site.xero.forget_received()
    run = site.sync(MASTER_DATA)
    assert (run.exit_code, run.counts["files"]) == (0, 0)
    assert state(site)[1] == files
    assert [one["path"].rpartition("/")[2] for one in site.xero.received()] == [
        "Organisation",
        "Accounts",
        "TaxRates",
        "Contacts",
        "Invoices",
        "CreditNotes",
        "Items",
    ]


def test_a_change_in_xero_reaches_the_tablets_with_the_next_run(sqlite_site):
    site = sqlite_site
    site.publish()
    site.xero.edit("items", "APL-1L", SalesDetails={"UnitPrice": 4.8125})
    site.xero.edit("contacts", "KER014", Name="Kerikeri Food Hall")
    tablet = site.publish()
    prices = {row["SKUCode"]: row["SellPrice1"] for row in tablet.products}
    assert Decimal(prices["APL-1L"]) == Decimal("4.8125")
    names = {row["CustomerID"]: row["CustomerName"] for row in tablet.customers}
    assert names["KER014"] == "Kerikeri Food Hall"
    assert {name for name, _, _ in published(site)} == {"Product.csv", "Customer.csv"}


def test_an_item_deleted_in_xero_disappears_with_the_next_full_read(sqlite_site):
    site = sqlite_site
    site.publish()
    site.xero.control("DELETE", "items/APL-1L")
    assert "APL-1L" in {row["SKUCode"] for row in site.publish().products}
    settle_for(site, "[master_data]\nfull_read_hours = 0\n")
    assert "APL-1L" not in {row["SKUCode"] for row in site.publish().products}


@pytest.fixture
def shrunken(sqlite_site):
    """A site whose price list has lost a third since it was published."""
    site = sqlite_site
    site.publish()
    for one in site.xero.books()["items"][:10]:
        site.xero.control("DELETE", f"items/{one['Code']}")
    settle_for(site, "[master_data]\nfull_read_hours = 0\n")
    return site


def test_a_file_that_would_shrink_by_far_halts_the_run_and_stays_as_it_is(shrunken):
    files = state(shrunken)[1]
    run = shrunken.sync(MASTER_DATA)
    assert (run.state, run.exit_code) == ("halted", 6)
    assert "guard.shrink" in run.error
    assert re.search(r"Product\.csv from 30 to \d+ rows", run.error)
    assert state(shrunken)[1] == files


def test_the_digest_that_was_printed_releases_exactly_what_was_seen(shrunken):
    error = shrunken.sync(MASTER_DATA).error
    digest = re.search(r"--accept (\w+)", error)[1]
    assert shrunken.sync(MASTER_DATA, accept="0" * 12).exit_code == 6
    run = shrunken.sync(MASTER_DATA, accept=digest)
    assert (run.exit_code, run.error) == (0, None)
    shrunken.xero.control("DELETE", f"items/{shrunken.xero.books()['items'][1]['Code']}")
    assert shrunken.sync(MASTER_DATA).exit_code == 0


def test_an_acceptance_does_not_cover_what_was_not_seen(shrunken):
    digest = re.search(r"--accept (\w+)", shrunken.sync(MASTER_DATA).error)[1]
    shrunken.xero.control("DELETE", f"items/{shrunken.xero.books()['items'][1]['Code']}")
    assert shrunken.sync(MASTER_DATA, accept=digest).exit_code == 6


def test_a_source_that_is_suddenly_empty_halts_the_run_and_nothing_is_forgotten(sqlite_site):
    site = sqlite_site
    site.publish()
    files = state(site)[1]
    settle_for(site, "[master_data]\nfull_read_hours = 0\n")
    site.xero.fault("status", "Items", "GET", status=200, body='{"DateTimeUTC":"/Date(1800000000000)/","Items":[]}')
    run = site.sync(MASTER_DATA)
    assert run.exit_code == 6
    assert "guard.source_empty" in run.error
    assert state(site)[1] == files
    assert site.sync(MASTER_DATA).exit_code == 0


def test_a_clock_put_back_while_everything_is_read_again_makes_nothing_disappear(sqlite_site):
    site = sqlite_site
    site.publish()
    files = state(site)[1]
    settle_for(site, "[master_data]\nfull_read_hours = 0\n")
    site.xero.forget_received()

    def put_back_once_items_were_asked_for():
        asked = any(one["path"].endswith("/Items") for one in site.xero.received())
        return utc_now() - (timedelta(hours=1) if asked else timedelta())

    moved = replace(site.installation, now=put_back_once_items_were_asked_for)
    run = replace(site, installation=moved).sync(MASTER_DATA)
    assert (run.exit_code, run.error) == (0, None)
    assert state(site)[1] == files
