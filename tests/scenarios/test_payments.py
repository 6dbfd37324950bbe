"""Payments reps took: what is paid in Xero, what is on account, and what a person is asked. Files in, books out."""

from datetime import timedelta
from decimal import Decimal
from unittest import mock

import msgspec
import pytest

from app.scene import TODAY, codes, lay, order, posted, raw, settle_for, settle_transactions, with_line
from fieldbridge.app import problems
from fieldbridge.app.flows import owed
from fieldbridge.core.records.field import Tender
from fieldbridge.flows import MASTER_DATA

KERIKERI, OTHER = "KER014", "PAI001"
TENDERS = '\n[transactions.tenders]\nCASH = "091"\nEFTPOS = "090"\nVOUCHER = "850"\nODD = "200"\n'


@pytest.fixture
def office(office):
    settle_for(office.site, TENDERS)
    return office


def account(office, code: str, **changes: object) -> None:
    books = office.books
    books.accounts.put({**books.account(code), **changes})


def tender(kind: str, amount: str, **others: object) -> Tender:
    return Tender(kind=kind, amount=Decimal(amount), **others)


def paid(number: int, *tenders: Tender, **changes: object):
    """A payment taken without an order."""
    total = sum((one.amount for one in tenders), Decimal(0))
    plain = {"kind": "P", "lines": (), "total": total, "tax": Decimal(0), "tenders": tenders}
    return order(number, **{**plain, **changes})


def send(office, *orders):
    lay(office.site, f"{orders[0].order_no}.txt", raw(*orders))
    return office.site.sync()


def payments(office) -> list[tuple[str, Decimal, str]]:
    """Shape: (invoice's number, amount, account's code) of each payment that stands."""
    books = office.books
    return sorted(
        (books.invoices[one["Invoice"]["InvoiceID"]]["InvoiceNumber"], one["Amount"], one["Account"]["Code"])
        for one in books.payments.rows()
        if one["Status"] == "AUTHORISED"
    )


def on_account(office, kind: str = "overpayments") -> list[tuple[str, Decimal]]:
    """Shape: (contact's account number, amount) of each overpayment, or prepayment."""
    rows = getattr(office.books, kind).rows()
    return [(office.books.contacts[one["Contact"]["ContactID"]]["AccountNumber"], one["Total"]) for one in rows]


def test_an_invoice_paid_at_the_door_by_two_means_is_approved_and_paid(office):
    run = send(office, order(1, kind="I", tenders=(tender("CASH", "40.00"), tender("EFTPOS", "18.65"))))
    assert run.exit_code == 0
    assert payments(office) == [("SO-BV1", Decimal("18.65"), "090"), ("SO-BV1", Decimal("40.00"), "091")]
    (made,) = posted(office.site).values()
    assert (made["Status"], made["AmountDue"]) == ("PAID", 0)


def test_what_a_customer_gives_beyond_the_invoice_is_an_overpayment(office):
    assert send(office, order(1, kind="I", tenders=(tender("CASH", "60.00"),))).exit_code == 0
    assert payments(office) == [("SO-BV1", Decimal("58.65"), "091")]
    assert on_account(office) == [(KERIKERI, Decimal("1.35"))]


def test_money_of_an_heir_pays_what_the_customer_merged_into_it_owed(office):
    office.add("Old name", AccountNumber="OLD001")
    office.add("Older name", AccountNumber="OLD002")
    old, older = office.invoice("OLD001", "50", age=900), office.invoice("OLD002", "30", age=950)
    office.patch("OLD002", MergedToContactID=office.contact("OLD001")["ContactID"])
    office.patch("OLD001", MergedToContactID=office.contact(KERIKERI)["ContactID"])
    assert send(office, paid(1, tender("CASH", "60"))).exit_code == 0
    assert send(office, paid(2, tender("CASH", "20"), against=old["InvoiceNumber"])).exit_code == 0
    assert payments(office) == sorted([
        (older["InvoiceNumber"], Decimal(30), "091"),
        (old["InvoiceNumber"], Decimal(30), "091"),
        (old["InvoiceNumber"], Decimal(20), "091"),
    ])  # fmt: skip
    assert (on_account(office), codes(office.site)) == ([], [])


def test_a_payment_alone_settles_the_oldest_invoices_first_and_the_rest_is_on_account(office_on_any_database):
    office = office_on_any_database
    settle_for(office.site, TENDERS)
    old = office.invoice(KERIKERI, "50", age=40)
    new = office.invoice(KERIKERI, "30", age=10)
    office.invoice(OTHER, "99", age=90)
    assert send(office, paid(1, tender("CASH", "60.00"), tender("EFTPOS", "25.00", reference="Slip 9"))).exit_code == 0
    numbers = sorted((old["InvoiceNumber"], new["InvoiceNumber"]), key=lambda one: one != old["InvoiceNumber"])
    assert sorted(payments(office)) == sorted(
        [
            (numbers[0], Decimal("50.00"), "091"),
            (numbers[1], Decimal("10.00"), "091"),
            (numbers[1], Decimal("20.00"), "090"),
        ]
    )
    assert on_account(office) == [(KERIKERI, Decimal("5.00"))]
    (money,) = office.books.overpayments.rows()
    assert money["Reference"] == "BV1/2.2 Slip 9"


def test_a_payment_that_names_an_invoice_pays_that_one(office):
    office.invoice(KERIKERI, "50", age=40)
    named = office.invoice(KERIKERI, "30", age=10)
    assert send(office, paid(1, tender("CASH", "30.00"), against=named["InvoiceNumber"])).exit_code == 0
    assert payments(office) == [(named["InvoiceNumber"], Decimal("30.00"), "091")]


def test_two_payments_in_one_file_never_claim_the_same_debt(office):
    only = office.invoice(KERIKERI, "50", age=40)
    assert send(office, paid(1, tender("CASH", "40.00")), paid(2, tender("CASH", "40.00"))).exit_code == 0
    assert payments(office) == [
        (only["InvoiceNumber"], Decimal("10.00"), "091"),
        (only["InvoiceNumber"], Decimal("40.00"), "091"),
    ]
    assert on_account(office) == [(KERIKERI, Decimal("30.00"))]


def test_the_same_payment_sent_again_is_made_once(office):
    only = office.invoice(KERIKERI, "50", age=40)
    assert send(office, paid(1, tender("CASH", "40.00"))).exit_code == 0
    lay(office.site, "again.txt", raw(paid(1, tender("CASH", "40.00"))))
    assert office.site.sync().exit_code == 0
    assert payments(office) == [(only["InvoiceNumber"], Decimal("40.00"), "091")]


def test_a_payment_larger_than_the_named_debt_pays_it_and_leaves_the_rest_on_account(office):
    named = office.invoice(KERIKERI, "30", age=10)
    office.invoice(KERIKERI, "50", age=40)
    assert send(office, paid(1, tender("CASH", "45.00"), against=named["InvoiceNumber"])).exit_code == 0
    assert payments(office) == [(named["InvoiceNumber"], Decimal("30.00"), "091")]
    assert on_account(office) == [(KERIKERI, Decimal("15.00"))]


def test_money_for_an_invoice_that_was_paid_meanwhile_is_on_account(office):
    named = office.invoice(KERIKERI, "30", age=10)
    office.pay(named, "30")
    assert send(office, paid(1, tender("CASH", "30.00"), against=named["InvoiceNumber"])).exit_code == 0
    assert on_account(office) == [(KERIKERI, Decimal("30.00"))]


REFUSED = [
    (
        "voided",
        lambda office: office.edit(office.invoice(KERIKERI, "30"), Status="VOIDED"),
        "order.invoice_not_payable",
    ),
    ("a draft", lambda office: office.invoice(KERIKERI, "30", Status="DRAFT"), "order.invoice_not_payable"),
    ("another customer's", lambda office: office.invoice(OTHER, "30"), "order.invoice_of_another"),
    ("unknown", lambda office: {"InvoiceNumber": "INV-NONE"}, "order.invoice_unknown"),
]


@pytest.mark.parametrize(("made", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_payment_for_an_invoice_that_cannot_be_paid_is_a_problem_that_names_it(office, made, code):
    number = made(office)["InvoiceNumber"]
    assert send(office, paid(1, tender("CASH", "30.00"), against=number)).exit_code == 1
    (problem,) = office.site.problems()
    assert (problem.key, problem.code) == ("BV1", code)
    assert number in problem.message
    assert problem.remedy
    assert payments(office) == on_account(office) == []


def test_a_payment_waits_for_a_draft_to_be_approved_and_is_made_by_a_retry(office):
    draft = office.invoice(KERIKERI, "30", Status="DRAFT")
    send(office, paid(1, tender("CASH", "30.00"), against=draft["InvoiceNumber"]))
    office.edit(draft, Status="AUTHORISED")
    assert problems.retry(office.site.installation, office.site.problems()) == 1
    assert office.site.sync().exit_code == 0
    assert payments(office) == [(draft["InvoiceNumber"], Decimal("30.00"), "091")]
    assert codes(office.site) == []


@pytest.mark.parametrize(
    ("tenders", "code", "said"),
    [
        ((tender("CASH", "5.00", currency="USD"),), "order.payment_currency", "USD"),
        ((tender("CHEQUE", "5.00"),), "order.tender_unknown", "CHEQUE"),
        ((tender("ODD", "5.00"),), "order.tender_account", "200"),
        ((tender("VOUCHER", "5.00"),), "order.tender_account", "850"),
    ],
)
def test_money_xero_has_no_place_for_is_a_problem_with_its_remedy(office, tenders, code, said):
    assert send(office, paid(1, *tenders)).exit_code == 1
    (problem,) = office.site.problems()
    assert (problem.code, said in problem.message) == (code, True)
    assert problem.remedy


def test_a_deposit_on_a_quote_is_on_account(office):
    assert send(office, order(1, kind="Q", tenders=(tender("CASH", "20.00"),))).exit_code == 0
    assert len(office.books.quotes.rows()) == 1
    assert on_account(office) == [(KERIKERI, Decimal("20.00"))]


def test_money_for_an_invoice_that_waits_for_approval_is_on_account(office):
    settle_transactions(office.site, "approvals = {above_total = 10}")
    assert send(office, order(1, tenders=(tender("CASH", "58.65"),))).exit_code == 0
    (made,) = posted(office.site).values()
    assert made["Status"] == "DRAFT"
    assert payments(office) == []
    assert on_account(office) == [(KERIKERI, Decimal("58.65"))]


def test_what_came_back_with_a_van_sale_lowers_what_is_paid_at_the_door(office):
    plain = order(1, kind="I")
    back = msgspec.structs.replace(plain.lines[0], quantity=Decimal(-2), total=Decimal("-8.50"))
    sale = msgspec.structs.replace(
        plain,
        lines=(*plain.lines, back),
        total=Decimal("42.50"),
        tax=Decimal("6.37"),
        tenders=(tender("CASH", "48.87"),),
    )
    assert send(office, sale).exit_code == 0
    assert payments(office) == [("SO-BV1", Decimal("48.87"), "091")]
    (made,) = posted(office.site).values()
    assert (made["AmountDue"], on_account(office)) == (0, [])


def test_a_credit_with_a_payment_is_left_to_a_person(office):
    send(office, order(1, kind="C", tenders=(tender("CASH", "5.00"),)))
    assert len(codes(office.site)) == 1
    assert payments(office) == on_account(office) == []


def test_a_later_day_of_payment_is_the_payments_own(office):
    office.invoice(KERIKERI, "50", age=40)
    send(office, paid(1, tender("CASH", "5.00", paid_on=TODAY - timedelta(days=3))))
    (made,) = office.books.payments.rows()
    assert made["Date"] == TODAY - timedelta(days=3)


@pytest.mark.parametrize("locked", ["hold", "move"])
def test_money_of_a_day_in_a_locked_period_is_held_with_its_order_or_dated_on_the_first_open_day(office, locked):
    settle_transactions(office.site, f'locked = "{locked}"')
    lock = TODAY - timedelta(days=5)
    office.site.xero.control("POST", "organisation", {"PeriodLockDate": lock.isoformat()})
    too_early = TODAY - timedelta(days=8)
    door = (tender("CASH", "60.00", paid_on=too_early),)
    send(
        office, order(1, kind="I", tenders=door), paid(2, tender("CASH", "5.00"), captured_on=too_early, captured_at="")
    )
    if locked == "hold":
        assert codes(office.site) == [("BV1", "order.locked_period"), ("BV2", "order.locked_period")]
        assert (posted(office.site), payments(office)) == ({}, [])
    else:
        assert codes(office.site) == []
        made = [*office.books.payments.rows(), *office.books.overpayments.rows()]
        assert [one["Date"] for one in made] == [lock + timedelta(days=1)] * 3


def test_after_a_refusal_nothing_is_put_against_an_invoice_that_was_paid_in_full(office):
    settle_transactions(office.site, "history_note = true")
    kept = with_line(1).lines[0]
    back = msgspec.structs.replace(kept, quantity=Decimal(-2), total=Decimal("-8.50"))
    sale = {"kind": "I", "lines": (kept, back), "total": Decimal("42.50"), "tax": Decimal("6.37")}
    office.site.xero.fault("status", "Invoices/*", "PUT", status=400, body='{"Message":"Not today"}')
    send(office, order(1, tenders=(tender("CASH", "58.65"),), **sale))
    assert payments(office) == [("SO-BV1", Decimal("58.65"), "091")]
    assert problems.retry(office.site.installation, office.site.problems())
    office.site.sync()
    assert codes(office.site) == []


def test_after_a_refusal_only_what_is_missing_of_a_payment_is_tried_again(office):
    only = office.invoice(KERIKERI, "50", age=40)["InvoiceNumber"]
    office.site.sync(MASTER_DATA)
    account(office, "090", Status="ARCHIVED")
    assert send(office, paid(1, tender("CASH", "20.00"), tender("EFTPOS", "40.00"))).exit_code == 1
    assert payments(office) == [(only, Decimal("20.00"), "091")]
    account(office, "090", Status="ACTIVE")
    assert problems.retry(office.site.installation, office.site.problems())
    assert office.site.sync().exit_code == 0
    assert payments(office) == [(only, Decimal("20.00"), "091"), (only, Decimal("30.00"), "090")]
    assert on_account(office) == [(KERIKERI, Decimal("10.00"))]
    assert codes(office.site) == []


def test_what_the_office_was_paid_meanwhile_is_noticed_and_the_money_goes_elsewhere(office):
    first, second = office.invoice(KERIKERI, "50", age=40), office.invoice(KERIKERI, "30", age=10)
    send(office, paid(1, tender("CASH", "1.00")))
    office.pay(first, "49")
    # This run's first look at what is owed sees nothing new; the one after the refusal does.
    looks = [lambda _: None, owed._read_invoices]

    def look(context):
        looks.pop(0)(context)

    with mock.patch.object(owed, "_read_invoices", look):
        assert send(office, paid(2, tender("EFTPOS", "40.00"))).exit_code == 0
    assert (second["InvoiceNumber"], Decimal("30.00"), "090") in payments(office)
    assert on_account(office) == [(KERIKERI, Decimal("10.00"))]
    assert codes(office.site) == []


def test_the_tablets_spelling_of_a_tender_does_not_matter(office):
    only = office.invoice(KERIKERI, "50", age=40)["InvoiceNumber"]
    assert send(office, paid(1, tender("Cash", "5.00"))).exit_code == 0
    assert payments(office) == [(only, Decimal("5.00"), "091")]


def test_money_for_no_invoice_is_a_prepayment_where_the_office_wants_it(office):
    settle_transactions(office.site, 'money_on_account = "prepayment"\nprepayment_account = "200"')
    assert send(office, paid(1, tender("CASH", "20.00"))).exit_code == 0
    assert on_account(office, "prepayments") == [(KERIKERI, Decimal("20.00"))]


def test_money_for_no_invoice_is_a_problem_where_the_office_wants_to_ask(office):
    settle_transactions(office.site, 'money_on_account = "refuse"')
    office.invoice(KERIKERI, "15")
    assert send(office, paid(1, tender("CASH", "20.00"))).exit_code == 1
    (problem,) = office.site.problems()
    assert (problem.code, "5.00 of the payment of 20.00" in problem.message) == ("order.overpaid", True)
    assert payments(office) == on_account(office) == []


LOST = [("Payments", "lost_after"), ("Payments", "lost_before"), ("BankTransactions", "lost_after"),
        ("BankTransactions", "lost_before"), ("BankTransactions", "truncated")]  # fmt: skip


@pytest.mark.parametrize(("path", "kind"), LOST)
def test_a_payment_whose_answer_is_lost_is_looked_up_and_never_made_twice(office, path, kind):
    only = office.invoice(KERIKERI, "50", age=40)["InvoiceNumber"]
    office.site.xero.fault(kind, path, "PUT")
    lay(office.site, "1.txt", raw(paid(1, tender("CASH", "60.00"))))
    for _ in range(4):
        if (run := office.site.sync()).exit_code == 0:
            break
    assert run.exit_code == 0
    assert payments(office) == [(only, Decimal("50.00"), "091")]
    assert on_account(office) == [(KERIKERI, Decimal("10.00"))]
    assert codes(office.site) == []
