"""What reps see of what was sold: from Xero to Transactions.csv, exactly as the cloud takes it."""

import csv
import io
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from app.scene import lay, order, raw, settle_for
from fieldbridge.app import dry_run, workshop
from fieldbridge.field.folder.profile import HD1
from fieldbridge.flows import FLOWS, SALES_HISTORY
from fieldbridge.store.ledger import runs, schedules, webhooks
from fieldbridge.store.ledger.webhooks import Event

KERIKERI = "KER014"
COLUMNS = HD1.history.columns


def lines(*some):
    """Lines of a document, each (item or account, quantity, price, more)."""
    return [
        {"Description": "Goods", "Quantity": Decimal(quantity), "UnitAmount": Decimal(price), "AccountCode": "200",
         "TaxType": "OUTPUT2", **({"ItemCode": item} if item else {}), **more}
        for item, quantity, price, more in some
    ]  # fmt: skip


def content(office):
    """Run the flow; the file's bytes."""
    run = office.site.sync(SALES_HISTORY)
    assert run.error is None
    return (office.site.folder / "Transactions.csv").read_bytes()


def shown(office, number=None):
    """The rows by column name, of one document or of all."""
    found = list(csv.reader(io.StringIO(content(office).decode("cp1252"), newline="")))
    assert all(len(row) == 23 for row in found)
    made = [dict(zip(COLUMNS, row, strict=True)) for row in found]
    return [row for row in made if number in (None, row["ExternalTransactionID"])]


def test_an_invoice_is_written_to_the_byte(office_on_any_database):
    office = office_on_any_database
    office.invoice(
        KERIKERI,
        InvoiceNumber="INV-20451",
        Reference="PO 7781",
        LineItems=[
            *lines(("APL-1L", "12", "4.25", {"DiscountRate": Decimal(5)}), ("", "1", "9.50", {"AccountCode": "210"})),
            {"Description": "Leave at the shed"},
        ],
    )
    settle_for(office.site, '\n[history.products_of_accounts]\n210 = "FREIGHT"\n')
    day, name = office.today.isoformat(), office.contact(KERIKERI)["Name"]
    rep = next(
        office.books.groups[one]["Name"].removeprefix("Rep ")
        for one in office.contact(KERIKERI)["ContactGroups"]
        if office.books.groups[one]["Name"].startswith("Rep ")
    )
    head = (
        f'"INV-20451","","I","{day}","KER014","{name}","MAIN","INV-20451","PO 7781","{rep}","57.95","8.70","","{day}"'
    )
    assert content(office).decode("cp1252") == (
        f'{head},"APL-1L","Goods","12","4.25","5","","48.45","7.27",""\r\n'
        f'{head},"FREIGHT","Goods","1","9.5","","","9.50","1.43",""\r\n'
    )


def test_credits_come_first_and_their_lines_are_negative_but_for_the_price(office):
    office.invoice(KERIKERI, InvoiceNumber="INV-1", LineItems=lines(("APL-1L", "2", "4.25", {})))
    office.credit(KERIKERI, CreditNoteNumber="CN-1", LineItems=lines(("APL-1L", "1", "4.25", {})))
    first, second = shown(office)
    assert [first[name] for name in ("ExternalTransactionID", "TransactionType")] == ["CN-1", "C"]
    assert [first[name] for name in ("InvoiceTotal", "TaxTotal")] == ["-4.25", "-0.64"]
    assert [first[name] for name in ("QuantitySold", "UnitPrice", "LineTotal", "LineTax")] == [
        "-1", "4.25", "-4.25", "-0.64",
    ]  # fmt: skip
    assert second["TransactionType"] == "I"


def test_one_switch_leaves_the_lines_of_credits_positive(office):
    settle_for(office.site, '\n[history]\ncredit_lines = "positive"\n')
    office.credit(KERIKERI, LineItems=lines(("APL-1L", "1", "4.25", {})))
    (row,) = shown(office)
    assert [row[name] for name in ("InvoiceTotal", "QuantitySold", "LineTotal", "LineTax")] == [
        "-4.25", "1", "4.25", "0.64",
    ]  # fmt: skip


def test_prices_with_tax_are_shown_without(office):
    priced = lines(("APL-1L", "2", "11.50", {}))
    office.invoice(KERIKERI, LineItems=priced, LineAmountTypes="Inclusive")
    (row,) = shown(office)
    assert [row[name] for name in ("UnitPrice", "LineTotal", "LineTax", "InvoiceTotal", "TaxTotal")] == [
        "10", "20.00", "3.00", "20.00", "3.00",
    ]  # fmt: skip


def test_what_a_rep_captured_comes_back_with_the_tablets_own_id(office):
    site = office.site
    captured = office.today - timedelta(days=3)
    taken = order("100245", kind="I", captured_on=captured, captured_at=f"{captured}T10:00:00", delivery_code="")
    lay(site, "a.txt", raw(taken))
    assert site.sync().counts["posted"] == 1
    (row,) = shown(office)
    assert [row[name] for name in ("ExternalTransactionID", "OpmetrixID", "OrderNumber", "StaffCode")] == [
        "SO-BV100245", "BV100245", "PO 7781", "STESMI",
    ]  # fmt: skip
    assert row["CapturedDate"] == captured.isoformat()
    # The office changes the date and the reference: the capture stays what it was.
    held = next(one for one in office.books.invoices.rows() if one["InvoiceNumber"] == "SO-BV100245")
    office.edit(held, Reference="changed", Date=office.today)
    (row,) = shown(office)
    assert [row[name] for name in ("OrderNumber", "DeliveryDate", "CapturedDate")] == [
        "PO 7781", office.today.isoformat(), captured.isoformat(),
    ]  # fmt: skip


def test_drafts_and_bills_are_no_history_and_a_voided_invoice_is_sent_as_nothing(office):
    office.invoice(KERIKERI, Status="DRAFT")
    made = office.invoice(KERIKERI, InvoiceNumber="INV-7", LineItems=lines(("APL-1L", "2", "4.25", {})))
    assert [row["LineTotal"] for row in shown(office)] == ["8.50"]
    office.edit(made, Status="VOIDED")
    (row,) = shown(office)
    assert [row[name] for name in ("InvoiceTotal", "TaxTotal", "QuantitySold", "LineTotal", "LineTax")] == [
        "0.00", "0.00", "0", "0.00", "0.00",
    ]  # fmt: skip
    settle_for(office.site, "\n[history]\nresend_voided = false\n")
    assert shown(office) == []


def test_two_years_come_once_and_then_what_changed_in_five_days(office):
    settle_for(office.site, "")
    with office.earlier(hours=24 * 30):
        old = office.invoice(KERIKERI, InvoiceNumber="OLD", age=300)
        office.invoice(KERIKERI, InvoiceNumber="ANCIENT", age=900)
        office.pay(old, "100")
    assert {row["ExternalTransactionID"] for row in shown(office)} == {"OLD", "ANCIENT"}, "ANCIENT is still unpaid"
    office.invoice(KERIKERI, InvoiceNumber="NEW")
    assert {row["ExternalTransactionID"] for row in shown(office)} == {"OLD", "ANCIENT", "NEW"}
    settle_for(office.site, "\n[history]\nwindow_days = 0\n")
    assert shown(office) == []


def test_the_past_is_read_once_and_goes_on_where_it_was_cut_short(office):
    many = 1200
    with office.earlier(hours=24 * 30):
        for number in range(many):
            office.here.clock.advance(1)
            office.pay(office.invoice(KERIKERI, "1", InvoiceNumber=f"I{number}"), "1")
    office.here.clock.reset()
    site = office.site
    # The look at what is open and the first page pass; the second page breaks off.
    site.xero.fault("status", "Invoices", "GET", skip=2, status=200, body="{")
    assert site.sync(SALES_HISTORY).exit_code == 5
    assert not (site.folder / "Transactions.csv").exists()
    site.xero.forget_received()
    assert len(shown(office)) == many
    assert asked(office).count("Invoices") == 2, "what changed, and the page that was missing"
    site.xero.forget_received()
    shown(office)
    assert asked(office) == ["Organisation", "CreditNotes", "Invoices", "Contacts"]


def asked(office):
    return [one["path"].rpartition("/")[2] for one in office.site.xero.received()]


@pytest.mark.parametrize("option", ["Steve Smith", "ZOE", "zoe"])
def test_the_rep_is_the_tracking_option_where_nobody_captured_it(office, option):
    tracking = {
        "TrackingCategoryID": str(uuid.uuid5(uuid.NAMESPACE_DNS, "rep")),
        "Name": "Rep",
        "Status": "ACTIVE",
        "Options": [
            {"TrackingOptionID": str(uuid.uuid5(uuid.NAMESPACE_DNS, option)), "Name": option, "Status": "ACTIVE"}
        ],
    }
    office.books.tracking.put(tracking)
    settle_for(office.site, '\n[customers]\nrep_tracking = "Rep"\n[staff]\nSTESMI = "Steve Smith"\nZOE = "Zoe Ash"\n')
    marked = {"Tracking": [{"Name": "Rep", "Option": option}]}
    office.invoice(KERIKERI, LineItems=lines(("APL-1L", "1", "4.25", marked)))
    assert shown(office)[0]["StaffCode"] == {"Steve Smith": "STESMI"}.get(option, "ZOE")


def test_history_of_a_merged_customer_is_its_heirs(office):
    office.add("Old name", AccountNumber="OLD001")
    office.invoice("OLD001")
    assert shown(office)[0]["CustomerCode"] == "OLD001"
    office.patch("OLD001", MergedToContactID=office.contact(KERIKERI)["ContactID"])
    assert shown(office)[0]["CustomerCode"] == KERIKERI


def test_what_belongs_to_nobody_on_the_tablets_is_left_out(office):
    office.add("Web customer")
    contact = office.books.contacts.first("name", "web customer")
    office.invoice(KERIKERI, Contact={"ContactID": contact["ContactID"]})
    assert shown(office) == []


def test_unchanged_history_leaves_the_file_alone_and_the_inbox_never_takes_it_for_orders(office):
    office.invoice(KERIKERI)
    content(office)
    file = office.site.folder / "Transactions.csv"
    before = file.stat().st_mtime_ns
    assert office.site.sync(SALES_HISTORY).counts["files"] == 0
    assert file.stat().st_mtime_ns == before
    office.site.sync()
    assert file.exists()
    assert office.site.problems() == []


def test_a_plan_of_sales_history_says_what_the_run_would_write_and_writes_nothing(office):
    office.invoice(KERIKERI)
    plan = dry_run.plan(office.site.installation, office.site.connection, SALES_HISTORY)
    assert [(one.name, one.rows, one.rows_before) for one in plan.files] == [("Transactions.csv", 1, 0)]
    assert not (office.site.folder / "Transactions.csv").exists()


@pytest.mark.parametrize("category", ["INVOICE", "CREDITNOTE"])
def test_a_webhook_about_a_document_wakes_the_flow(office, category):
    site = office.site
    announced = Event(
        tenant_id=site.connection.organisation_id, resource_id="r1", event_at="x", category=category, kind="UPDATE"
    )
    now = site.installation.now()
    with site.installation.database.write() as tx:
        for flow in FLOWS:
            schedules.keep(tx, site.connection.id, flow, 3600, now + timedelta(hours=1))
    with workshop.opened(site.installation) as work:
        assert work.tick() == 0
        with site.installation.database.write() as tx:
            webhooks.keep(tx, [announced], now)
        assert work.tick() == 1
        with site.installation.database.read() as tx:
            woken = runs.latest(tx, site.connection.id, SALES_HISTORY)
        assert list(work.watch(woken.id))[-1].exit_code == 0
