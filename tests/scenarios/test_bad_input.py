"""Bad input for the tablets' master data: refused or reported whole, with row and column; what was good stays."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from openpyxl import Workbook

from app.scene import Clock, codes, lay, order, posted, raw
from fieldbridge.field.sheets import reading
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from fieldbridge.store.ledger import runs
from scenarios.office import KERIKERI, PAIHIA, files, lay_sheet, publish, row, rows, said, settle
from support.steps import walked

PRICES = "product,product_group,customer,price_group,price,percent_off,from_quantity,start,end,note\r\n"
GOOD = PRICES + "APL-1L,,KER014,,3.90,,,,,\r\n"
REFUSED = ("prices.csv", "sheet.refused")


@pytest.fixture
def priced(office):
    """An office whose tablets have a contract price."""
    lay_sheet(office, "prices", GOOD)
    publish(office)
    return office


FAULTY = {
    "text in a price": ("APL-1L,,KER014,,three,,,,,", "row 3, price: is “three”, not a number"),
    "an overlap of days": ("APL-1L,,KER014,,4,,,2026-01-01,,", "row 3: holds on days of row 2 too, so neither"),
    "a day no calendar has": ("ORG-1L,,KER014,,4,,,2026-02-30,,", "row 3, start: is “2026-02-30”, and there is no"),
    "a day that may be another": ("ORG-1L,,KER014,,4,,,03/04/2026,,", "row 3, start: may mean 2026-04-03 or 2026-03-"),
    "a day as a number": ("ORG-1L,,KER014,,4,,,46204,,", "row 3, start: is the number 46204, which a spreadsheet"),
    "a code as a power": ("9.42E+12,,KER014,,4,,,,,", "row 3, product: is 9.42E+12: the spreadsheet shortened"),
    "a formula": ("ORG-1L,,KER014,,=B2*2,,,,,", "row 3, price: holds the formula =B2*2"),
    "a comma for the decimals": ('ORG-1L,,KER014,,"3,90",,,,,', "row 3, price: is “3,90”, not a number such as"),
    "two who are meant": ("ORG-1L,,KER014,CAFE,4,,,,,", "row 3, customer: has a customer and a price_group"),
    "an end before its start": ("ORG-1L,,KER014,,4,,,2026-02-01,2026-01-01,", "row 3, end: ends on 2026-01-01, before"),
}


def test_a_sheet_with_a_fault_is_refused_whole_by_row_and_column_and_the_last_publish_stays(priced):
    before = files(priced)
    for line, words in FAULTY.values():
        lay_sheet(priced, "prices", f"{GOOD}{line}\r\nORG-1L,,PAI001,,1,,,,,\r\n")
        run = publish(priced, REFUSED)
        assert (run.exit_code, run.counts["problems"]) == (1, 1), "the Run says so"
        assert words in said(priced, "sheet.refused")
        assert "(1 rows) stays in force" in said(priced, "sheet.refused")
        assert files(priced) == before
    lay_sheet(priced, "prices", GOOD)
    assert publish(priced).exit_code == 0


def test_formulas_and_days_a_workbook_has_mangled_are_refused_by_cell(priced):
    book = Workbook()
    book.active.append(["product", "customer", "price", "start"])
    book.active.append(["APL-1L", KERIKERI, "=2*2", datetime(2026, 7, 1, 13, 30)])
    book.active.append([datetime(2026, 3, 1), KERIKERI, 4, None])
    lay_sheet(priced, "prices", "").unlink()
    book.save(priced.site.folder.with_name("site-sheets") / "prices.xlsx")
    publish(priced, ("prices.xlsx", "sheet.refused"))
    assert re.search(
        r"row 2, price: holds the formula =2\*2.*row 2, start: is 2026-07-01 13:30:00; a day has no time.*"
        r"row 3, product: was turned into 2026-03-01 00:00:00 by the spreadsheet",
        said(priced, "sheet.refused"),
    )


def test_a_sheet_with_too_many_rows_is_refused_and_never_held_in_memory(priced, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_MAX", 50)
    lay_sheet(priced, "prices", PRICES + "".join(f"APL-1L,,C{number},,1,,,,,\r\n" for number in range(51)))
    publish(priced, REFUSED)
    assert "it has more than 50 rows" in said(priced, "sheet.refused")
    assert len(rows(priced, "Pricing.csv")) == 1


def test_rows_about_what_xero_does_not_have_are_left_out_and_named_by_row_and_column(priced):
    lay_sheet(priced, "prices", GOOD + "NO-SUCH,,,,4,,,,,\r\nNO-SUCH,,PAI001,,3,,,,,\r\nORG-1L,,NOB000,,1,,,,,\r\n")
    run = publish(priced, ("NO-SUCH", "sheet.product_unknown"), ("NOB000", "sheet.customer_unknown"))
    assert said(priced, "sheet.product_unknown") == (
        "prices sheet, row 3 and 1 more, product: Xero has no item NO-SUCH."
    )
    assert "row 5, customer: no contact in Xero has the code NOB000" in said(priced, "sheet.customer_unknown")
    assert run.exit_code == 1
    assert len(rows(priced, "Pricing.csv")) == 1


def test_two_price_groups_on_one_contact_are_told_and_the_first_by_name_counts(office):
    office.patch(KERIKERI, ContactGroups=["Price 3", "Price 2", "Deal VIP", "Deal CAFE"])
    publish(office, (KERIKERI, "customer.groups_clash"))
    assert row(office, "Customer.csv", KERIKERI)["PriceLevel"] == "2"
    assert row(office, "Customer.csv", KERIKERI)["SpecialPricingGroup"] == "CAFE"


def test_a_setting_that_names_an_archived_account_is_told_before_anybody_sells_with_it(office):
    sales = office.books.account("200")
    office.books.accounts.put({**sales, "Status": "ARCHIVED", "UpdatedDateUTC": office.books.now()})
    walked(office.site, MASTER_DATA)
    assert ("transactions.sales_account", "setting.account_unusable") in codes(office.site)
    assert "names account 200, which (Sales) is archived" in said(office, "setting.account_unusable")
    assert "product.account_unusable" in {code for _, code in codes(office.site)}


def test_whatever_setting_names_an_account_xero_lacks_is_told_by_its_name(office):
    more = 'freight_account = "F1"\nprepayment_account = "P1"\n[transactions.tenders]\nCash = "T1"\n'
    more += '[transactions.credits.accounts]\nDMG = "C1"\n'
    text = office.site.installation.connection("kauri").settings
    _with(
        office,
        text.replace("[transactions]\n", "[transactions]\n" + more.split("[")[0], 1) + "\n[" + more.partition("[")[2],
    )
    walked(office.site, MASTER_DATA)
    assert {key for key, code in codes(office.site) if code == "setting.account_unusable"} == {
        "transactions.freight_account", "transactions.prepayment_account", "transactions.tenders.Cash",
        "transactions.credits.accounts.DMG",
    }  # fmt: skip


def test_without_a_tax_map_nothing_is_published_or_posted_and_orders_wait(priced):
    before, text = files(priced), priced.site.installation.connection("kauri").settings
    lay(priced.site, "a.txt", raw(order("1")))
    for spoilt in ("", '\n[transactions.tax_codes]\n1 = "NO-SUCH"\n'):
        _with(priced, re.sub(r"\n\[transactions.tax_codes\](\n.+)+", spoilt, text))
        for flow in (MASTER_DATA, TRANSACTIONS):
            run = walked(priced.site, flow)
            assert (run.state, run.exit_code) == ("halted", 2)
            assert run.error.startswith("tax.no_map: kauri has no tax map: ")
    assert files(priced).items() >= before.items()
    assert priced.site.xero.invoices() == {}
    _with(priced, text)
    assert walked(priced.site, TRANSACTIONS).counts["posted"] == 1
    assert posted(priced.site).keys() == {"SO-BV1"}


def _with(office, text):
    with office.site.installation.database.write() as tx:
        tx.exec_driver_sql("update connection set settings = ?", (text,))


def test_a_code_over_the_limit_or_changed_in_xero_makes_no_second_customer(office):
    settle(office, "\n[customers]\nlongest_code = 8\n")
    office.add("Long", AccountNumber="LONG-00001")
    publish(office, ("LONG-00001", "customer.code_long"))
    count = len(rows(office, "Customer.csv"))
    office.change(PAIHIA, AccountNumber="PAI-NEW")
    publish(office, ("LONG-00001", "customer.code_long"))
    assert len(rows(office, "Customer.csv")) == count
    assert row(office, "Customer.csv", PAIHIA)


@pytest.fixture
def reading_all(priced):
    """The same, where every run reads everything again, and waiting takes no time."""
    settle(priced, "\n[master_data]\nfull_read_hours = 0\nstock_read_hours = 0\n")
    priced.site.xero.edit("items", "APL-1L", SalesDetails={"UnitPrice": 5})
    return replace(priced, site=Clock().given_to(priced.site))


@pytest.mark.parametrize("path", ["Items", "Contacts"])
def test_a_read_that_is_cut_off_half_way_publishes_nothing_and_the_next_run_goes_on(reading_all, path):
    before = files(reading_all)
    reading_all.site.xero.fault("truncated", path, "GET", times=4)
    run = walked(reading_all.site, MASTER_DATA)
    assert (run.state, run.exit_code) == ("unfinished", 4)
    assert files(reading_all) == before
    publish(reading_all)
    assert row(reading_all, "Product.csv", "APL-1L")["SellPrice1"] == "5.00"


def test_half_of_the_items_in_an_answer_that_looks_whole_is_halted_by_the_guard(reading_all):
    before, items = files(reading_all), reading_all.books.items
    left_out = list(items.rows())[::2]
    for one in left_out:
        items.remove(one["ItemID"])
    run = walked(reading_all.site, MASTER_DATA)
    assert (run.state, run.exit_code) == ("halted", 6)
    assert "guard.shrink: Publishing would shrink Product.csv from 30 to 16 rows" in run.error
    assert files(reading_all) == before
    for one in left_out:
        items.restore(one["ItemID"], one)
    publish(reading_all)


def test_what_was_refused_stands_in_the_activity_log_of_the_run(priced):
    lay_sheet(priced, "prices", f"{GOOD}APL-1L,,KER014,,three,,,,,\r\n")
    run = publish(priced, REFUSED)
    with priced.site.installation.database.read() as tx:
        told = [one for one in runs.events(tx, "kauri", 1000) if one.event == "sheet.refused"]
    assert [(one.run_id, one.fields) for one in told] == [(run.id, {"name": "prices.csv", "faults": 1})]
