"""Money on account, at the local Xero: overpayments and prepayments as a bank transaction leaves them behind."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from xero_scripted import TODAY

from fieldbridge.core.errors import RefusedError, UnsureError
from fieldbridge.core.records.documents import Allocation
from fieldbridge.xero.documents import invoices, on_account

KINDS = {
    "Overpayment": (on_account.overpayments, on_account.overpayment, on_account.OF_OVERPAYMENTS, Decimal(100)),
    "Prepayment": (on_account.prepayments, on_account.prepayment, on_account.OF_PREPAYMENTS, Decimal(115)),
}


def banked(session, customer, name, key="bank-1"):
    """A hundred received early; the way an office enters it. Shape: the id of what it left behind."""
    transaction = {
        "Type": f"RECEIVE-{name.upper()}",
        "Contact": {"ContactID": customer["ContactID"]},
        "BankAccount": {"Code": "090"},
        "Date": f"{TODAY}",
        "Reference": "Early",
        "LineItems": [{"Description": "Deposit", "Quantity": 1, "UnitAmount": 100, "AccountCode": "200"}],
    }
    answer = session.create("BankTransactions", {}, json.dumps({"BankTransactions": [transaction]}).encode(), key)
    return json.loads(answer)["BankTransactions"][0][f"{name}ID"]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def advance(session, customer, kind):
    return banked(session, customer, kind)


def part(invoice, amount):
    return Allocation(invoice_id=invoice.invoice_id, amount=Decimal(amount), allocated_on=TODAY)


def test_money_on_account_is_read_with_what_is_left_of_it(session, control, customer, kind, advance):
    pages, one, _, total = KINDS[kind]
    control("DELETE", "received")
    (page,) = pages(session)
    (found,) = page.records
    assert found == one(session, advance)
    assert (found.document_id, found.kind, found.status) == (advance, f"RECEIVE-{kind.upper()}", "AUTHORISED")
    assert (found.total, found.remaining, found.currency_code) == (total, total, "NZD")
    assert (found.contact_id, found.issued_on) == (customer["ContactID"], TODAY)
    assert (found.allocations, found.settlements) == ((), ())
    assert [line.amount for line in found.lines] == [100]
    assert control.received()[0]["query"] == "page=1&pageSize=1000&unitdp=4"


def test_money_on_account_is_put_against_an_invoice_and_taken_back(session, control, invoice, kind, advance):
    _, one, allocating, total = KINDS[kind]
    made = allocating.allocate(session, advance, part(invoice, "30.10"), "allocate-1")
    assert (made.amount, made.invoice_id, made.allocated_on) == (Decimal("30.10"), invoice.invoice_id, TODAY)
    held = one(session, advance)
    assert held.remaining == total - Decimal("30.10")
    assert held.allocations == (made,)
    settled = invoices.by_id(session, invoice.invoice_id)
    assert (settled.due, settled.credited) == (Decimal("84.90"), Decimal("30.10"))
    assert [(each.kind, each.settler_id, each.amount) for each in settled.settlements] == [
        (kind.lower(), advance, Decimal("30.10"))
    ]
    allocating.take_back(session, advance, made.allocation_id, "back-1")
    assert one(session, advance).remaining == total
    assert one(session, advance).allocations == ()
    writes = [call for call in control.received() if call["path"].partition(advance)[2].startswith("/Allocations")]
    assert [(call["method"], call["idempotency_key"]) for call in writes] == [
        ("PUT", "allocate-1"),
        ("DELETE", "back-1"),
    ]


def test_more_than_is_left_is_not_allocated_and_what_is_gone_cannot_be_taken_back(session, invoice, kind, advance):
    _, one, allocating, total = KINDS[kind]
    with pytest.raises(RefusedError) as caught:
        allocating.allocate(session, advance, part(invoice, 500), "allocate-1")
    assert caught.value.code == "xero.allocation"
    made = allocating.allocate(session, advance, part(invoice, 1), "allocate-2")
    allocating.take_back(session, advance, made.allocation_id, "back-1")
    with pytest.raises(RefusedError) as caught:
        allocating.take_back(session, advance, made.allocation_id, "back-2")
    assert caught.value.code == "xero.record_unknown"
    assert one(session, advance).remaining == total


def test_an_allocation_whose_answer_is_lost_is_unsure_and_can_be_found(session, control, invoice, kind, advance):
    _, one, allocating, _ = KINDS[kind]
    control("POST", "faults", {"kind": "lost_after", "method": "PUT", "path": "*/Allocations"})
    with pytest.raises(UnsureError):
        allocating.allocate(session, advance, part(invoice, 5), "allocate-1")
    assert [(each.invoice_id, each.amount) for each in one(session, advance).allocations] == [(invoice.invoice_id, 5)]


def test_only_money_on_account_that_changed_comes_back(session, control, customer, invoice, kind, advance):
    pages, _, allocating, _ = KINDS[kind]
    banked(session, customer, kind, "bank-2")
    control("POST", "clock", {"advance_s": 120})
    since = datetime.now(UTC) + timedelta(seconds=60)
    assert [one for page in pages(session, since) for one in page.records] == []
    allocating.allocate(session, advance, part(invoice, 5), "allocate-1")
    (page,) = pages(session, since)
    assert [one.document_id for one in page.records] == [advance]


def test_what_is_not_there_is_none(session, kind):
    _, one, _, _ = KINDS[kind]
    assert one(session, "11111111-1111-4111-8111-111111111111") is None
