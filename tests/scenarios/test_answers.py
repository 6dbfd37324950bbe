"""What reps hear of what they captured: from tablets through Xero and back to Answers.csv."""

import csv
import io
from decimal import Decimal

from app.scene import lay, order, posted, raw, settle_for
from fieldbridge.app import dry_run
from fieldbridge.app.flows import answering
from fieldbridge.core.errors import OutageError
from fieldbridge.core.records.field import OrderLine, Tender
from fieldbridge.field.folder.profile import HD1
from fieldbridge.flows import MASTER_DATA, SALES_HISTORY

JUICE = {
    "Description": "Apple juice 1L", "ItemCode": "APL-1L", "UnitAmount": Decimal("4.25"), "AccountCode": "200",
    "TaxType": "OUTPUT2",
}  # fmt: skip


def take(office, *orders):
    """Reps capture orders; the run that posts them."""
    lay(office.site, f"{orders[0].key}.txt", raw(*orders))
    return office.site.sync()


def answers(office):
    """The rows of the file as it lies there."""
    text = (office.site.folder / "Answers.csv").read_bytes().decode("cp1252")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def heard(office):
    """What the next look at Xero's documents tells the reps."""
    run = office.site.sync(SALES_HISTORY)
    assert run.error is None
    return answers(office)


def held(office, number):
    return next(one for one in office.books.invoices.rows() if one["InvoiceNumber"] == number)


def told(row, *names):
    return [row[name] for name in names]


def test_a_posted_order_is_answered_with_its_number_and_what_it_waits_for(office):
    take(office, order("1"))
    (row,) = answers(office)
    assert list(row) == list(HD1.answers.columns)
    assert told(row, "OpmetrixID", "OrderNumber", "TransactionType", "CustomerCode", "StaffCode") == [
        "BV1", "1", "O", "KER014", "STESMI",
    ]  # fmt: skip
    assert told(row, "Status", "ExternalTransactionID", "DocumentType", "InvoiceTotal", "TaxTotal") == [
        "posted", "SO-BV1", "I", "51.00", "7.65",
    ]  # fmt: skip
    assert row["StatusText"] == "SO-BV1 is in Xero, a draft the office has not approved yet."


def test_an_order_that_was_set_aside_is_answered_in_the_problems_own_words(office):
    take(office, order("1", customer="NOB000"), order("2"))
    parked, good = answers(office)
    assert told(parked, "OpmetrixID", "Status", "ExternalTransactionID") == ["BV1", "parked", ""]
    assert parked["StatusText"] == (
        "Set aside; the office has to look at it. Order 1: no contact in Xero has the code NOB000 (Kerikeri Foodmart)."
    )
    assert good["Status"] == "posted"


def test_an_order_in_a_file_that_looks_cut_off_is_not_told_as_settled(office):
    lay(office.site, "cut.txt", raw(order("1"), order("2"))[:-40])
    office.site.sync()
    assert {(row["Status"], row["StatusText"].partition(" Line")[0]) for row in answers(office)} == {
        (
            "parked",
            "Set aside; the office has to look at it. The file cut.txt looks cut off; none of its 2 orders was posted.",
        )
    }


def test_what_the_office_changed_in_a_line_goes_back_with_the_tablets_own_id(office):
    take(office, order("1"))
    office.edit(
        held(office, "SO-BV1"),
        Status="AUTHORISED",
        LineItems=[
            {**JUICE, "Quantity": Decimal(10)},
            {"Description": "Freight", "Quantity": Decimal(1), "UnitAmount": Decimal(9), "AccountCode": "200",
             "TaxType": "OUTPUT2"},
        ],
    )  # fmt: skip
    changed, added = heard(office)
    assert told(changed, "OpmetrixID", "Status", "LineStatus", "ProductCode", "QuantityOrdered", "QuantityNow") == [
        "BV1", "approved", "changed", "APL-1L", "12", "10",
    ]  # fmt: skip
    assert told(added, "LineStatus", "ProductDescription", "QuantityOrdered", "QuantityNow", "UnitPriceNow") == [
        "added", "Freight", "", "1", "9",
    ]  # fmt: skip
    assert told(added, "InvoiceTotal", "TaxTotal", "AmountDue") == ["51.50", "7.73", "59.23"]
    assert added["StatusText"] == (
        'SO-BV1 is approved. The office changed it: APL-1L quantity 12 to 10; 1 "Freight" added.'
    )


def test_an_order_is_followed_until_it_is_paid(office):
    take(office, order("1", note="Leave at the shed,\nring bell", required_on=office.today))
    invoice = office.edit(held(office, "SO-BV1"), Status="AUTHORISED")
    assert [row["Status"] for row in heard(office)] == ["approved"]
    office.pay(invoice, "20")
    (row,) = heard(office)
    assert told(row, "Status", "AmountDue") == ["part-paid", "38.65"]
    assert row["StatusText"] == "SO-BV1 is approved and partly paid; 38.65 is still due."
    office.pay(invoice, "38.65")
    assert [row["Status"] for row in heard(office)] == ["paid"]


def test_a_voided_a_deleted_and_a_credited_order_are_told(office):
    take(office, order("1"), order("2", kind="I"), order("3", kind="I"))
    office.edit(held(office, "SO-BV1"), Status="DELETED")
    office.edit(held(office, "SO-BV2"), Status="VOIDED")
    office.put_against(office.credit("KER014", "58.65"), held(office, "SO-BV3"), "58.65")
    assert [told(row, "OpmetrixID", "Status") for row in heard(office)] == [
        ["BV1", "deleted"], ["BV2", "voided"], ["BV3", "credited"],
    ]  # fmt: skip


def test_looking_for_what_the_office_changed_costs_no_call_of_its_own(office):
    take(office, order("1"))
    heard(office)
    office.edit(held(office, "SO-BV1"), Status="AUTHORISED")
    office.site.xero.forget_received()
    heard(office)
    paths = [one["path"].rpartition("/")[2] for one in office.site.xero.received()]
    assert paths == ["Organisation", "CreditNotes", "Invoices", "Contacts"]


def test_the_file_is_left_alone_while_nothing_changes_and_is_never_taken_for_orders(office):
    take(office, order("1"))
    heard(office)
    file = office.site.folder / "Answers.csv"
    before = file.stat().st_mtime_ns
    assert office.site.sync().counts.get("answers", 0) == 0
    assert office.site.sync(SALES_HISTORY).counts["answers"] == 0
    assert file.stat().st_mtime_ns == before
    assert office.site.problems() == []


def test_an_office_may_have_no_answers_written(office):
    settle_for(office.site, "\n[answers]\nwritten = false\n")
    take(office, order("1"))
    heard_of = office.site.sync(SALES_HISTORY)
    assert heard_of.error is None
    assert posted(office.site).keys() == {"SO-BV1"}
    assert not (office.site.folder / "Answers.csv").exists()


def test_an_answer_leaves_the_file_when_it_is_old_news(office):
    take(office, order("1"))
    settle_for(office.site, "\n[answers]\nwindow_days = 0\n")
    assert heard(office) == []


def test_an_order_that_came_again_changed_hears_that_xero_keeps_the_first(office):
    take(office, order("1"))
    take(office, order("1", customer_order_no="PO 7782"))
    (row,) = answers(office)
    assert row["Status"] == "posted"
    assert row["StatusText"].endswith("after it had gone to Xero. Xero keeps the first.")


def test_a_plan_says_that_answers_would_be_written_and_nothing_once_they_are(office):
    take(office, order("1"))
    assert planned_files(office) == ["Transactions.csv"]
    office.edit(held(office, "SO-BV1"), Status="AUTHORISED")
    assert planned_files(office) == ["Transactions.csv", "Answers.csv"]
    assert [row["Status"] for row in heard(office)] == ["approved"]
    assert planned_files(office) == []


def planned_files(office):
    plan = dry_run.plan(office.site.installation, office.site.connection, SALES_HISTORY)
    return [one.name for one in plan.files]


def test_without_anything_taken_no_file_of_answers_appears(office):
    office.site.sync(SALES_HISTORY)
    assert not (office.site.folder / "Answers.csv").exists()


def test_an_invoice_paid_at_the_door_is_answered_with_its_payments(office):
    settle_for(office.site, '\n[transactions.tenders]\nCASH = "091"\n')
    cash = (Tender(kind="CASH", amount=Decimal("50")), Tender(kind="CASH", amount=Decimal("8.65")))
    take(office, order("1", kind="I", tenders=cash))
    assert told(answers(office)[0], "DocumentStatus", "InvoiceTotal", "AmountDue") == ["approved", "51.00", ""]
    rows = heard(office)
    assert [told(row, "DocumentType", "DocumentStatus", "InvoiceTotal", "AmountDue") for row in rows] == [
        ["I", "paid", "51.00", "0.00"], ["P", "posted", "50.00", ""], ["P", "posted", "8.65", ""],
    ]  # fmt: skip
    assert {row["Status"] for row in rows} == {"paid"}
    assert rows[0]["StatusText"] == "SO-BV1 is paid. The payment of 50.00 is in Xero. The payment of 8.65 is in Xero."


def test_a_payment_alone_is_answered(office):
    settle_for(office.site, '\n[transactions.tenders]\nCASH = "091"\n')
    cash = (Tender(kind="CASH", amount=Decimal("50")),)
    take(office, order("1", kind="P", lines=(), total=Decimal(50), tax=Decimal(0), tenders=cash))
    rows = answers(office)
    assert {row["Status"] for row in rows} == {"posted"}
    assert rows[0]["StatusText"] == "50.00 is on account in Xero."


def test_a_credit_is_answered_until_it_is_used_up(office):
    settle_for(office.site, '\n[transactions.credits]\nallocate = "oldest"\n')
    take(office, order("1", kind="I"))
    office.site.sync(MASTER_DATA)
    take(office, order("2", kind="C"))
    (credit,) = [row for row in heard(office) if row["OpmetrixID"] == "BV2"]
    assert told(credit, "TransactionType", "DocumentType", "DocumentStatus", "AmountDue") == ["C", "C", "paid", ""]
    assert credit["StatusText"] == "CR-BV2 is used up: put against invoices, or paid back."


def test_a_quote_is_answered(office):
    take(office, order("1", kind="Q"))
    (row,) = answers(office)
    assert told(row, "TransactionType", "DocumentType", "Status", "ExternalTransactionID") == [
        "Q", "Q", "posted", "QU-BV1",
    ]  # fmt: skip


def test_prices_the_rep_saw_with_tax_are_compared_with_tax(office):
    two = {"quantity": Decimal(2), "unit_price": Decimal("4.60"), "total": Decimal("9.20")}
    line = OrderLine(product="APL-1L", unit="EA", tax_code="1", **two)
    take(office, order("1", kind="I", tax_mode="INC", lines=(line,), total=Decimal("8.00"), tax=Decimal("1.20")))
    (row,) = heard(office)
    assert told(row, "Status", "LineStatus", "InvoiceTotal") == ["approved", "", "8.00"]


def test_many_answers_are_kept_bite_by_bite_so_that_other_connections_write_in_between(office, monkeypatch):
    monkeypatch.setattr(answering, "BATCH", 2)
    tell, bites = answering.answers.tell, []

    def noted(tx, connection_id, news, at):
        bites.append((tx, set(news)))
        tell(tx, connection_id, news, at)

    monkeypatch.setattr(answering.answers, "tell", noted)
    take(office, *(order(str(number)) for number in range(5)))
    assert [len(keys) for _, keys in bites] == [2, 2, 1]
    assert len({id(tx) for tx, _ in bites}) == len(bites), "each is a transaction of its own"
    assert [row["OpmetrixID"] for row in answers(office)] == [f"BV{number}" for number in range(5)]


def test_what_was_not_answered_for_an_outage_is_answered_by_the_next_run(office, monkeypatch):
    monkeypatch.setattr(answering, "BATCH", 2)
    tell, told_until_now = answering.answers.tell, []

    def failing(tx, connection_id, news, at):
        told_until_now.extend(news)
        if len(told_until_now) > 2:
            raise OutageError("test.outage", "The power fails.")
        tell(tx, connection_id, news, at)

    with monkeypatch.context() as patch:
        patch.setattr(answering.answers, "tell", failing)
        assert take(office, *(order(str(number)) for number in range(3))).state == "unfinished"
    assert [row["OpmetrixID"] for row in heard(office)] == ["BV0", "BV1", "BV2"]
