"""What an office may decide about documents: freight, prices with tax, marks, looks, numbers, days, approval."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from app.scene import TODAY, TOTAL, Clock, codes, lay, order, posted, puts, raw, settle_for, with_line
from fieldbridge.app.flows.planning import ORDERS_PER_TURN
from fieldbridge.flows import MASTER_DATA
from fieldbridge.store.ledger import connections, runs

SATURDAY = TODAY - timedelta(days=40)


def rule(site, *lines):
    """Give the connection other rules for transactions."""
    with site.installation.database.write() as tx:
        known = connections.find(tx, site.connection.id)
        said = known.settings.replace("[transactions]\n", "\n".join(["[transactions]", *lines, ""]))
        connections.keep(tx, msgspec.structs.replace(known, settings=said))


def notes_of(site):
    with site.installation.database.read() as tx:
        found = runs.events(tx, site.connection.id, ORDERS_PER_TURN)
    return [one.fields["note"] for one in found if one.event == "order.note"]


def test_freight_is_a_line_of_its_own(sqlite_site):
    site = sqlite_site
    rule(site, 'freight_account = "210"', 'freight_tax = "OUTPUT2"')
    lay(site, "a.txt", raw(order("1", freight=Decimal("7.50"), total=Decimal("58.50"), tax=Decimal("8.78"))))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    lines = posted(site)["SO-BV1"]["LineItems"]
    told = [(line["Description"], line["LineAmount"], line["AccountCode"]) for line in lines]
    assert told == [("Apple juice 1L", Decimal("51.00"), "200"), ("Freight", Decimal("7.50"), "210")]


def test_prices_that_include_tax_are_posted_to_the_cent(sqlite_site):
    site = sqlite_site
    one = with_line("1", unit_price=Decimal("4.89"), quantity=Decimal(7), total=Decimal("34.23"))
    inclusive = msgspec.structs.replace(one, tax_mode="INC", total=Decimal("29.77"), tax=Decimal("4.46"))
    lay(site, "a.txt", raw(inclusive))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    made = posted(site)["SO-BV1"]
    assert (made["LineAmountTypes"], made["Total"], made["TotalTax"]) == (
        "Inclusive",
        Decimal("34.23"),
        Decimal("4.46"),
    )


TRACKED = """
[[transactions.tracking]]
category = "sales rep"
options = {STESMI = "%s"}
[[transactions.tracking]]
category = "Area"
by = "area"
"""


def test_lines_are_marked_with_the_rep_and_the_region(sqlite_site):
    site = sqlite_site
    settle_for(site, TRACKED % "LENMAR")
    site.xero.edit("contacts", "KER014", ContactGroups=["Area North"])
    lay(site, "a.txt", raw(order("1", note="Ring the bell")))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    goods, said = posted(site)["SO-BV1"]["LineItems"]
    marks = [(mark["Name"], mark["Option"]) for mark in goods["Tracking"]]
    assert marks == [("Sales rep", "LENMAR"), ("Area", "North")]
    assert not said.get("Tracking")


def test_an_option_xero_does_not_have_waits_for_a_person(sqlite_site):
    site = sqlite_site
    settle_for(site, TRACKED % "Nobody")
    lay(site, "a.txt", raw(order("1")))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "order.tracking_unknown")]
    assert "Nobody" in site.problems()[0].message


def test_each_rep_may_have_a_branding_theme(sqlite_site):
    site = sqlite_site
    settle_for(site, '\n[transactions.themes]\nSTESMI = "van sales"\nMERE = "No such"\n')
    lay(site, "a.txt", raw(order("1"), order("2", rep="OTHER"), order("3", rep="MERE")))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV3", "order.theme_unknown")]
    made = posted(site)
    assert made["SO-BV1"]["BrandingThemeID"]
    assert made["SO-BV2"].get("BrandingThemeID") != made["SO-BV1"]["BrandingThemeID"]


@pytest.mark.parametrize("fault", ["", "lost_after", "lost_before"])
def test_xero_may_give_the_numbers_and_each_order_is_still_one_invoice(sqlite_site, fault):
    site = Clock().given_to(sqlite_site)
    rule(site, 'numbers = "xero"')
    before = {one["InvoiceNumber"] for one in site.xero.books()["invoices"]}
    lay(site, "a.txt", raw(order("1"), order("2")))
    if fault:
        site.xero.fault(fault, "Invoices", "PUT")
    assert (site.sync().exit_code, codes(site)) == (0, [])
    made = [one for one in site.xero.books()["invoices"] if one["InvoiceNumber"] not in before]
    assert sorted(one["Reference"] for one in made) == ["PO 7781 STESMI 1 BV1", "PO 7781 STESMI 2 BV2"]
    assert all(one["InvoiceNumber"] and not one["InvoiceNumber"].startswith("SO-") for one in made)
    assert len({one["idempotency_key"] for one in puts(site.xero)}) == 1


@pytest.mark.parametrize("locked", ["hold", "move"])
def test_a_day_in_a_locked_period_is_held_or_moved_to_the_first_open_day(sqlite_site, locked):
    site = sqlite_site
    rule(site, f'locked = "{locked}"')
    lock = SATURDAY + timedelta(days=10)
    site.xero.control("POST", "organisation", {"PeriodLockDate": lock.isoformat()})
    lay(site, "a.txt", raw(order("1", captured_on=SATURDAY, captured_at=f"{SATURDAY}T10:00:00")))
    site.sync()
    if locked == "hold":
        assert codes(site) == [("BV1", "order.locked_period")]
    else:
        assert str(posted(site)["SO-BV1"]["Date"])[:10] == (lock + timedelta(days=1)).isoformat()
        assert any("dated" in one and "instead" in one for one in notes_of(site))


APPROVALS = '\n[transactions.approvals]\nstatus = "SUBMITTED"\n%s\n'


@pytest.mark.parametrize(
    ("asked", "office", "said"),
    [
        ("above_total = 50", {}, "58.65 is more than 50"),
        ("over_credit = true", {"ContactGroups": ["Stop Ask Mere"]}, "Ask Mere"),
        ("below_price = true", {}, "below"),
    ],
    ids=["large", "stopped", "cheap"],
)
def test_what_the_office_wants_to_see_is_submitted_and_the_log_says_why(sqlite_site, asked, office, said):
    site = sqlite_site
    rule(site, 'order_status = "AUTHORISED"')
    settle_for(site, APPROVALS % asked)
    site.xero.edit("contacts", "KER014", **office)
    site.xero.edit("items", "APL-1L", SalesDetails={"UnitPrice": 5})
    site.sync(MASTER_DATA)
    fewer = with_line("2", quantity=Decimal(1), total=Decimal("4.25"), unit_price=Decimal("4.25"))
    fewer = msgspec.structs.replace(fewer, total=Decimal("4.25"), tax=Decimal("0.64"), customer="KER014")
    lay(site, "a.txt", raw(order("1"), fewer))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    made = posted(site)
    assert (made["SO-BV1"]["Status"], made["SO-BV1"]["Total"]) == ("SUBMITTED", TOTAL)
    assert any(said in one for one in notes_of(site) if one.startswith("Not approved"))
    if asked.startswith("above"):
        assert made["SO-BV2"]["Status"] == "AUTHORISED"


def test_a_customers_first_order_may_wait_for_the_office(sqlite_site):
    site = sqlite_site
    rule(site, 'order_status = "AUTHORISED"')
    settle_for(site, APPROVALS % "new_customer = true")
    site.sync(MASTER_DATA)
    new = [one for one in site.xero.books()["contacts"] if not one.get("IsCustomer") and one.get("AccountNumber")]
    lay(site, "a.txt", raw(order("1", customer=new[0]["AccountNumber"])))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    assert posted(site)["SO-BV1"]["Status"] == "SUBMITTED"


@pytest.mark.parametrize("approved", [False, True], ids=["before approval", "after approval"])
def test_an_order_edited_after_posting_is_told_to_the_office_and_xero_keeps_the_first(sqlite_site, approved):
    site = sqlite_site
    lay(site, "a.txt", raw(order("1")))
    site.sync()
    if approved:
        site.xero.edit("invoices", "SO-BV1", Status="AUTHORISED")
    edited = with_line("1", quantity=Decimal(10), total=Decimal("42.50"))
    lay(site, "b.txt", raw(msgspec.structs.replace(edited, total=Decimal("42.50"), tax=Decimal("6.38"))))
    assert site.sync().exit_code == 1
    (found,) = site.problems()
    assert (found.key, found.code) == ("BV1", "order.changed_after_posting")
    assert "draft" in found.remedy
    assert "approved" in found.remedy
    assert posted(site)["SO-BV1"]["Total"] == TOTAL


def test_orders_for_one_shop_from_two_tablets_in_one_second_are_two_invoices(sqlite_site):
    site = sqlite_site
    lay(site, "tablet-1.txt", raw(order("1")))
    lay(site, "tablet-2.txt", raw(order("1", cloud_id="CW1", rep="RUAPAR")))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    assert posted(site).keys() == {"SO-BV1", "SO-CW1"}
