"""A van sale that was paid for: one invoice and its payments, each once, whatever happens on the way."""

from decimal import Decimal

import msgspec
import pytest

from app.scene import TODAY, TOTAL, Clock, codes, lay, left, order, posted, puts, raw, settle_for
from fieldbridge.app import dry_run, problems
from fieldbridge.app.evidence import reconcile, story
from fieldbridge.core.records.field import Tender
from fieldbridge.flows import TRANSACTIONS

CASH = Tender(kind="CASH", amount=TOTAL, paid_on=TODAY, reference="till 4")
HALVES = (Tender(kind="CASH", amount=Decimal("50.00")), Tender(kind="CARD", amount=Decimal("8.65")))
SPOILT = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Error converting value"}'


@pytest.fixture
def paid_site(sqlite_site):
    """A site whose settings know two tenders."""
    settle_for(sqlite_site, '\n[transactions.tenders]\nCASH = "090"\nCARD = "090"\n')
    return sqlite_site


def paid(number, *tenders, **changes):
    return order(number, kind="I", tenders=tenders or (CASH,), **changes)


def payments(site):
    """(invoice number, amount, reference) of every payment that stands."""
    numbers = {one["InvoiceID"]: one["InvoiceNumber"] for one in site.xero.books()["invoices"]}
    standing = [one for one in site.xero.books()["payments"] if one["Status"] == "AUTHORISED"]
    ours = [one for one in standing if numbers[one["Invoice"]["InvoiceID"]].startswith("SO-")]
    return sorted((numbers[one["Invoice"]["InvoiceID"]], one["Amount"], one["Reference"]) for one in ours)


def test_paid_van_sales_are_invoices_that_are_paid(paid_site):
    site = paid_site
    lay(site, "a.txt", raw(paid("1"), paid("2", *HALVES), order("3")))
    run = site.sync()
    assert (run.exit_code, run.counts["posted"], site.problems()) == (0, 3, [])
    assert payments(site) == [
        ("SO-BV1", TOTAL, "BV1/1 till 4"),
        ("SO-BV2", Decimal("8.65"), "BV2/2"),
        ("SO-BV2", Decimal("50.00"), "BV2/1"),
    ]
    assert {number: one["Status"] for number, one in posted(site).items()} == {
        "SO-BV1": "PAID",
        "SO-BV2": "PAID",
        "SO-BV3": "DRAFT",
    }
    assert [one["path"].rpartition("/")[2] for one in puts(site.xero)] == ["Invoices", "Payments"]


def test_the_plan_shows_the_payments(paid_site):
    site = paid_site
    lay(site, "a.txt", raw(paid("1")))
    planned = dry_run.plan(site.installation, *site.installation.connections(), TRANSACTIONS)
    assert planned.problems == []
    assert [one.order for one in planned.invoices] == ["BV1"]
    assert [(one.order, one.kind, one.total) for one in planned.others] == [("BV1", "payment", TOTAL)]
    assert posted(site) == {}


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ({"kind": "lost_after"}, 1),
        ({"kind": "truncated"}, 1),
        ({"kind": "status", "status": 500, "commits": True}, 1),
        ({"kind": "lost_before"}, 2),
        ({"kind": "status", "status": 500}, 2),
        ({"kind": "rate_minute"}, 2),
    ],
    ids=lambda value: "-".join(str(one) for one in value.values()) if isinstance(value, dict) else "",
)
def test_a_payment_whose_answer_is_lost_is_looked_up_and_made_once(paid_site, fault, sent):
    site = Clock().given_to(paid_site)
    lay(site, "a.txt", raw(paid("1"), paid("2", *HALVES)))
    site.xero.fault(path="Payments", method="PUT", **fault)
    run = site.sync()
    assert (run.exit_code, run.error, site.problems(), left(site)) == (0, None, [], [])
    assert [amount for _, amount, _ in payments(site)] == [TOTAL, Decimal("8.65"), Decimal("50.00")]
    calls = [one for one in puts(site.xero) if one["path"].endswith("Payments")]
    assert len(calls) == sent


def test_a_request_that_never_arrived_goes_again_under_its_own_key_so_that_a_straggler_is_a_repeat(paid_site):
    site = Clock().given_to(paid_site)
    lay(site, "a.txt", raw(paid("1", HALVES[0])))
    site.xero.fault("lost_before", "Payments", "PUT")
    assert site.sync().exit_code == 0
    first, second = [one for one in puts(site.xero) if one["path"].endswith("Payments")]
    assert first["idempotency_key"] == second["idempotency_key"]
    assert len(payments(site)) == 1


def test_when_a_payment_is_refused_the_order_is_set_aside_and_retry_makes_only_the_payment(paid_site):
    site = paid_site
    refused = paid("1", *HALVES)
    lay(site, "a.txt", raw(refused, paid("2")))
    site.xero.fault("status", "Payments", "PUT", status=400, body=SPOILT, times=2)
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "xero.refused_request")]
    assert [(number, amount) for number, amount, _ in payments(site)] == [
        ("SO-BV1", Decimal("8.65")),
        ("SO-BV2", TOTAL),
    ]
    assert problems.retry(site.installation, site.problems()) == 1
    assert site.sync().exit_code == 0
    assert [amount for _, amount, _ in payments(site)] == [Decimal("8.65"), Decimal("50.00"), TOTAL]
    assert posted(site)["SO-BV1"]["AmountDue"] == 0


def test_what_is_in_xero_in_part_is_neither_replaced_nor_taken_twice(paid_site):
    site = paid_site
    refused = paid("1")
    lay(site, "a.txt", raw(refused))
    site.xero.fault("status", "Payments", "PUT", status=400, body=SPOILT)
    site.sync()
    lay(site, "again.txt", raw(refused))
    lay(site, "changed.txt", raw(msgspec.structs.replace(refused, note="and leave it at the door")))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "order.changed_after_posting"), ("BV1", "xero.refused_request")]
    assert posted(site).keys() == {"SO-BV1"}


def test_when_the_invoice_is_refused_its_payment_waits_and_both_go_once_it_can(paid_site):
    site = paid_site
    lay(site, "a.txt", raw(paid("1")))
    site.xero.fault("status", "Invoices", "PUT", status=400, body=SPOILT)
    assert site.sync().exit_code == 1
    assert (posted(site), payments(site)) == ({}, [])
    problems.retry(site.installation, site.problems())
    assert site.sync().exit_code == 0
    assert payments(site) == [("SO-BV1", TOTAL, "BV1/1 till 4")]


def test_a_tender_without_an_account_is_a_problem_and_nothing_of_the_order_goes(paid_site):
    site = paid_site
    lay(site, "a.txt", raw(paid("1", Tender(kind="CHEQUE", amount=TOTAL))))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "order.tender_unknown")]
    assert posted(site) == {}


def test_the_story_of_a_paid_van_sale_tells_of_the_invoice_and_the_payment(paid_site):
    site = paid_site
    lay(site, "a.txt", raw(paid("1")))
    site.sync()
    (told,) = story.stories(site.installation, "BV1", None, fresh=True)
    assert [(one.part.kind, one.part.state) for one in told.fates] == [("invoice", "posted"), ("payment", "posted")]
    ties = reconcile.reconcile(site.installation, *site.installation.connections(), TODAY, TODAY)
    assert ties.ties, ties.differences
