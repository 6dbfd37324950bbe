"""Credits: goods that came back become a credit note, put against the invoice they were sold with, each once."""

from decimal import Decimal

import msgspec
import pytest

from app.scene import TODAY, TOTAL, Clock, codes, lay, order, posted, puts, raw, settle_for
from fieldbridge.app import problems
from fieldbridge.core.records.field import OrderLine, Tender
from fieldbridge.flows import MASTER_DATA

ALLOCATED = '\n[transactions.credits]\nallocate = "oldest"\n'
ONE = OrderLine(
    product="APL-1L",
    description="Apple juice 1L",
    quantity=Decimal(2),
    unit="EA",
    unit_price=Decimal("4.25"),
    total=Decimal("8.50"),
    tax_code="1",
)
CREDITED = Decimal("9.78")
BACK = msgspec.structs.replace(ONE, quantity=Decimal(-2), total=Decimal("-8.50"))
FILLING = order("0").lines[0]


def credit(number, *lines, total="8.50", tax="1.28", **changes):
    return order(number, kind="C", lines=lines or (ONE,), total=Decimal(total), tax=Decimal(tax), **changes)


def notes(site):
    """Our credit notes in Xero by number; no number is there twice."""
    found = [one for one in site.xero.books()["credit_notes"] if str(one["CreditNoteNumber"]).startswith("CR-")]
    assert len({one["CreditNoteNumber"] for one in found}) == len(found)
    return {one["CreditNoteNumber"]: one for one in found}


def put_against(note):
    return [(one["Invoice"]["InvoiceNumber"], one["Amount"]) for one in note["Allocations"]]


def test_a_credit_becomes_a_draft_credit_note_that_says_why(sqlite_site):
    site = sqlite_site
    settle_for(site, '\n[transactions.credits]\naccounts = {OLD = "260"}\ntexts = {OLD = "Out of date"}\n')
    lay(site, "a.txt", raw(credit("1", reason="OLD", against="INV-0042"), credit("2", reason="ELSE")))
    assert site.sync().exit_code == 0
    old, other = notes(site)["CR-BV1"], notes(site)["CR-BV2"]
    assert (old["Status"], old["Total"], old["Type"]) == ("DRAFT", CREDITED, "ACCRECCREDIT")
    told = [(line["Description"], line.get("AccountCode")) for line in old["LineItems"]]
    assert told == [("Apple juice 1L", "260"), ("Reason: Out of date", None), ("For invoice INV-0042", None)]
    assert [line["Description"] for line in other["LineItems"]] == ["Apple juice 1L", "Reason: ELSE"]
    assert other["LineItems"][0]["AccountCode"] == "200"


def test_a_discount_is_netted_because_xero_takes_none_on_credit_notes(sqlite_site):
    site = sqlite_site
    line = msgspec.structs.replace(ONE, quantity=Decimal(7), unit_price=Decimal("4.2533"), discount=Decimal(4))
    discounted = credit("1", line, total="27.15", tax="4.07", discount=Decimal(5))
    lay(site, "a.txt", raw(discounted))
    assert site.sync().exit_code == 0
    made = notes(site)["CR-BV1"]
    assert (made["SubTotal"], made["TotalTax"]) == (Decimal("27.15"), Decimal("4.07"))
    assert "DiscountRate" not in made["LineItems"][0]


@pytest.mark.parametrize("negative", [False, True], ids=["as positive", "as negative"])
def test_a_cloud_may_write_what_is_credited_with_either_sign(sqlite_site, negative):
    site = sqlite_site
    given = credit("1", BACK, total="-8.50", tax="-1.28") if negative else credit("1")
    lay(site, "a.txt", raw(given))
    assert site.sync().exit_code == 0
    assert notes(site)["CR-BV1"]["Total"] == CREDITED


def test_a_credit_for_an_invoice_is_put_against_it(sqlite_site):
    site = sqlite_site
    settle_for(site, '\n[transactions.credits]\nallocate = "named"\n')
    lay(site, "a.txt", raw(order("1", kind="I"), order("2", kind="I")))
    site.sync()
    lay(site, "b.txt", raw(credit("3", against="SO-BV2"), credit("4")))
    assert site.sync().exit_code == 0
    assert put_against(notes(site)["CR-BV3"]) == [("SO-BV2", CREDITED)]
    assert (notes(site)["CR-BV4"]["Status"], put_against(notes(site)["CR-BV4"])) == ("DRAFT", [])
    assert posted(site)["SO-BV2"]["AmountDue"] == TOTAL - CREDITED


def test_a_credit_for_no_invoice_goes_against_the_oldest_if_the_office_wants_it(sqlite_site):
    site = sqlite_site
    settle_for(site, ALLOCATED)
    site.sync(MASTER_DATA)
    owing = {one["InvoiceID"]: one for one in site.xero.books()["invoices"]}
    lay(site, "a.txt", raw(order("1", kind="I")))
    site.sync()
    lay(site, "b.txt", raw(credit("2"), credit("3")))
    assert site.sync().exit_code == 0
    against = [entry for note in notes(site).values() for entry in put_against(note)]
    assert sum(amount for _, amount in against) == 2 * CREDITED
    assert {number for number, _ in against} <= {one["InvoiceNumber"] for one in owing.values()} | {"SO-BV1"}


def test_a_credit_of_an_heir_is_put_against_what_the_customer_merged_into_it_owed(office):
    settle_for(office.site, ALLOCATED)
    office.add("Old name", AccountNumber="OLD001")
    old = office.invoice("OLD001", "50", age=900)
    office.patch("OLD001", MergedToContactID=office.contact("KER014")["ContactID"])
    lay(office.site, "a.txt", raw(credit("1"), credit("2", against=old["InvoiceNumber"])))
    assert (office.site.sync().exit_code, codes(office.site)) == (1, [("BV2", "order.credit_too_much")])
    assert put_against(notes(office.site)["CR-BV1"]) == [(old["InvoiceNumber"], CREDITED)]


def test_goods_that_come_back_with_a_van_sale_are_credited_and_put_against_it(sqlite_site):
    site = sqlite_site
    settle_for(site, '\n[transactions.tenders]\nCASH = "090"\n')
    net = TOTAL - CREDITED
    cash = Tender(kind="CASH", amount=net, paid_on=TODAY)
    both = order("1", kind="I", lines=(FILLING, BACK), total=Decimal("42.50"), tax=Decimal("6.37"), tenders=(cash,))
    lay(site, "a.txt", raw(both))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    invoice, note = posted(site)["SO-BV1"], notes(site)["CR-BV1"]
    assert (invoice["Total"], note["Total"], put_against(note)) == (TOTAL, CREDITED, [("SO-BV1", CREDITED)])
    assert (invoice["Status"], invoice["AmountDue"]) == ("PAID", 0)


def test_an_order_of_nothing_but_returns_is_a_credit_note(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(order("1", lines=(BACK,), total=Decimal("-8.50"), tax=Decimal("-1.28"))))
    assert site.sync().exit_code == 0
    assert (posted(site), notes(site)["CR-BV1"]["Total"]) == ({}, CREDITED)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "lost_after"}, {"kind": "lost_before"}, {"kind": "status", "status": 500, "commits": True}],
    ids=["arrived", "lost", "fault after"],
)
@pytest.mark.parametrize("path", ["CreditNotes", "CreditNotes/*"])
def test_a_credit_whose_answer_is_lost_is_made_and_put_against_its_invoice_once(sqlite_site, fault, path):
    site = Clock().given_to(sqlite_site)
    settle_for(site, ALLOCATED)
    lay(site, "a.txt", raw(order("1", kind="I")))
    site.sync()
    lay(site, "b.txt", raw(credit("2", against="SO-BV1")))
    site.xero.fault(path=path, method="PUT", **fault)
    assert (site.sync().exit_code, codes(site), site.xero.faults()) == (0, [], [])
    assert put_against(notes(site)["CR-BV2"]) == [("SO-BV1", CREDITED)]


def test_more_than_was_bought_is_not_credited(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(order("1", kind="I")))
    site.sync()
    many = msgspec.structs.replace(ONE, quantity=Decimal(13), unit_price=Decimal(1), total=Decimal("13.00"))
    dear = msgspec.structs.replace(ONE, unit_price=Decimal(50), total=Decimal("100.00"))
    lay(
        site,
        "b.txt",
        raw(
            credit("2", many, total="13.00", tax="1.95", against="SO-BV1"),
            credit("3", dear, total="100.00", tax="15.00", against="SO-BV1"),
        ),
    )
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV2", "order.credit_too_much"), ("BV3", "order.credit_too_much")]
    said = " ".join(one.message for one in site.problems())
    assert "13 of APL-1L came back, and the invoice SO-BV1 has 12" in said
    assert "115.00 is to be credited, and the invoice SO-BV1 is of 58.65" in said
    assert notes(site) == {}


def test_a_credit_against_an_invoice_that_was_voided_waits_for_a_person(sqlite_site):
    site = sqlite_site
    settle_for(site, ALLOCATED)
    lay(site, "a.txt", raw(order("1", kind="I")))
    site.sync()
    site.xero.edit("invoices", "SO-BV1", Status="VOIDED")
    site.xero.advance_clock(2)
    lay(site, "b.txt", raw(credit("2", against="SO-BV1")))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV2", "order.invoice_not_payable")]
    assert notes(site) == {}


def test_a_credit_of_both_signs_waits_for_a_person(sqlite_site):
    site = sqlite_site
    lay(site, "a.txt", raw(credit("1", ONE, BACK, total="0.00", tax="0.00")))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "order.credit_signs")]


def test_when_the_allocation_is_refused_retry_makes_only_the_allocation(sqlite_site):
    site = sqlite_site
    settle_for(site, ALLOCATED)
    lay(site, "a.txt", raw(order("1", kind="I")))
    site.sync()
    lay(site, "b.txt", raw(credit("2", against="SO-BV1")))
    site.xero.fault("status", "CreditNotes/*", "PUT", status=400, body='{"Message":"Not today"}')
    assert site.sync().exit_code == 1
    assert put_against(notes(site)["CR-BV2"]) == []
    problems.retry(site.installation, site.problems())
    assert site.sync().exit_code == 0
    assert put_against(notes(site)["CR-BV2"]) == [("SO-BV1", CREDITED)]
    assert len([one for one in puts(site.xero) if one["path"].endswith("CreditNotes")]) == 1
