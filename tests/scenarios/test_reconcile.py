"""Proving for a period that what was taken, posted and is in Xero is the same money."""

import json
import sys
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from app.scene import TODAY, lay, order, raw, settle_for
from fieldbridge.app.evidence.reconcile import reconcile
from fieldbridge.cli import main
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.field import Tender

TOTAL = Decimal("58.65")


def sync(office, name, *orders):
    lay(office.site, name, raw(*orders))
    return office.site.sync()


def held(office, number):
    return next(one for one in office.books.invoices.rows() if one["InvoiceNumber"] == number)


def proven(office, first=None, last=None):
    site = office.site
    return reconcile(site.installation, site.connection, first or TODAY, last or TODAY)


def told(found):
    return [(one.key, one.taken, one.posted, one.held, one.said) for one in found.differences]


def test_a_period_ties_by_day_and_rep_to_the_cent(office):
    before = TODAY - timedelta(days=1)
    sync(office, "a.txt", order("1"), order("2", rep="ZOE"), order("3"), order("4", captured_on=before, captured_at=""))
    office.invoice("KER014", Date=TODAY)
    found = proven(office, first=before)
    assert found.ties
    assert [(one.day, one.rep, one.transactions, one.taken, one.posted, one.held) for one in found.lines] == [
        (before, "STESMI", 1, TOTAL, TOTAL, TOTAL),
        (TODAY, "STESMI", 2, 2 * TOTAL, 2 * TOTAL, 2 * TOTAL),
        (TODAY, "ZOE", 1, TOTAL, TOTAL, TOTAL),
    ]
    assert found.others == 1
    assert sum(one.transactions for one in proven(office).lines) == 3


def test_what_was_set_aside_is_told_with_its_problem(office):
    sync(office, "a.txt", order("1"), order("2", customer="NOB000"))
    (difference,) = proven(office).differences
    assert (difference.key, difference.taken, difference.posted) == ("BV2", TOTAL, 0)
    assert "no contact in Xero has the code NOB000" in difference.said


def test_what_could_not_be_read_is_told(office):
    lay(office.site, "a.txt", raw(order("1")) + raw(order("2")).replace(b"51.00", b"fifty"))
    office.site.sync()
    # Nobody can say when it was captured, so the day it was taken counts, where the office is.
    (difference,) = proven(office, last=office.today).differences
    assert (difference.key, difference.day, difference.posted) == ("BV2", office.today, 0)
    assert difference.said


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_what_the_office_took_back_is_told(office, status):
    sync(office, "a.txt", order("1", kind="I" if status == "VOIDED" else "O"), order("2"))
    office.edit(held(office, "SO-BV1"), Status=status)
    assert told(proven(office)) == [("BV1", TOTAL, TOTAL, 0, f"SO-BV1 is {status} in Xero")]


def test_what_the_office_changed_is_told_line_by_line(office):
    sync(office, "a.txt", order("1"))
    line = {"Description": "Apple juice 1L", "ItemCode": "APL-1L", "Quantity": Decimal(10), "AccountCode": "200",
            "UnitAmount": Decimal("4.25"), "TaxType": "OUTPUT2"}  # fmt: skip
    office.edit(held(office, "SO-BV1"), LineItems=[line])
    assert told(proven(office)) == [
        ("BV1", TOTAL, TOTAL, Decimal("48.88"),
         "SO-BV1 was changed in Xero from 58.65 to 48.88: APL-1L quantity 12 to 10"),
    ]  # fmt: skip


def test_an_invoice_moved_to_another_day_is_still_found_and_still_ties(office):
    sync(office, "a.txt", order("1"))
    moved = TODAY - timedelta(days=40)
    office.edit(held(office, "SO-BV1"), Date=moved, DueDate=TODAY)
    assert proven(office).ties


def test_a_document_that_bears_our_number_and_was_never_taken_is_told(office):
    sync(office, "a.txt", order("1"))
    office.invoice("KER014", "10", InvoiceNumber="SO-BV9", Date=TODAY)
    (difference,) = proven(office).differences
    assert (difference.number, difference.held) == ("SO-BV9", 10)


def test_a_second_capture_with_other_content_is_told_beside_the_first(office):
    sync(office, "a.txt", order("1"))
    sync(office, "b.txt", order("1", customer_order_no="PO 2"))
    (difference,) = proven(office).differences
    assert "Xero keeps the first" in difference.said
    assert (difference.taken, difference.held) == (TOTAL, TOTAL)


def test_a_period_of_few_orders_costs_one_call_and_nothing_is_changed(office):
    sync(office, "a.txt", *(order(f"{number}") for number in range(20)))
    office.site.xero.forget_received()
    assert proven(office).ties
    assert [(one["method"], one["path"].rpartition("/")[2]) for one in office.site.xero.received()] == [
        ("GET", "Invoices")
    ]


def test_days_in_the_wrong_order_are_refused(office):
    with pytest.raises(SetupError, match="comes after"):
        proven(office, first=TODAY, last=TODAY - timedelta(days=1))


@pytest.mark.parametrize(("customer", "code"), [("KER014", 0), ("NOB000", 1)])
def test_the_command_says_by_its_exit_code_whether_it_ties(office, monkeypatch, capsys, customer, code):
    sync(office, "a.txt", order("1", customer=customer))
    monkeypatch.setenv("FIELDBRIDGE_HOME", str(office.site.settings.home))
    today = TODAY.isoformat()
    for more in ([], ["--json"]):
        monkeypatch.setattr(sys, "argv", ["fieldbridge", "reconcile", "--from", today, "--to", today, *more])
        with pytest.raises(SystemExit) as ended:
            main.run()
        assert (ended.value.code or 0) == code
        out = capsys.readouterr().out
        assert json.loads(out)[0]["ties"] is (code == 0) if more else ("It ties" in out) is (code == 0)


CASH = '\n[transactions.tenders]\nCASH = "091"\n'


def tenders(*amounts):
    return tuple(Tender(kind="CASH", amount=Decimal(one)) for one in amounts)


def test_money_that_was_handed_over_ties_by_itself(office):
    settle_for(office.site, CASH)
    alone = order("2", kind="P", lines=(), total=Decimal(70), tax=Decimal(0), tenders=tenders("70"))
    sync(office, "a.txt", order("1", kind="I", tenders=tenders("50", "8.65")), alone)
    found = proven(office)
    assert found.ties, found.differences
    assert [(one.of, one.transactions, one.taken, one.posted, one.held) for one in found.lines] == [
        ("sales", 1, TOTAL, TOTAL, TOTAL),
        ("payments", 2, TOTAL + 70, TOTAL + 70, TOTAL + 70),
    ]


def test_money_on_account_is_told_by_its_reference(office):
    settle_for(office.site, CASH)
    sync(office, "a.txt", order("1", kind="P", lines=(), total=Decimal(70), tax=Decimal(0), tenders=tenders("70")))
    (money,) = office.books.overpayments.rows()
    office.books.overpayments.put({**money, "Status": "VOIDED"})
    (difference,) = proven(office).differences
    assert difference.number == "BV1/1"


def test_a_payment_the_office_took_back_is_told(office):
    settle_for(office.site, CASH)
    sync(office, "a.txt", order("1", kind="I", tenders=tenders("50")))
    (payment,) = office.books.payments.rows()
    office.books.payments.put({**payment, "Status": "DELETED"})
    (difference,) = proven(office).differences
    assert (difference.of, difference.posted, difference.held) == ("payments", 50, 0)
    assert difference.said.endswith("is DELETED in Xero")


def test_credits_count_as_less_and_quotes_by_themselves(office):
    sync(office, "a.txt", order("1"), order("2", kind="C"), order("3", kind="Q"))
    found = proven(office)
    assert found.ties, found.differences
    assert [(one.of, one.transactions, one.taken, one.posted, one.held) for one in found.lines] == [
        ("sales", 2, 0, 0, 0),
        ("quotes", 1, TOTAL, TOTAL, TOTAL),
    ]


def test_an_order_with_goods_that_came_back_is_an_invoice_and_a_credit_and_ties(office):
    sold = order("1").lines[0]
    back = msgspec.structs.replace(sold, quantity=Decimal(-2), total=Decimal("-8.50"))
    sync(office, "a.txt", order("1", lines=(sold, back), total=Decimal("42.50"), tax=Decimal("6.37")))
    found = proven(office)
    assert found.ties, found.differences
    assert [(one.taken, one.held, one.documents) for one in found.lines] == [(Decimal("48.87"), Decimal("48.87"), 2)]
