"""Payments, credit notes and allocations."""

from __future__ import annotations

from decimal import Decimal

import pytest
from standin_caller import decoded, messages

DUE = Decimal("11.50")
MORE = "Credit Note cannot be allocated as amount is greater than amount outstanding"


@pytest.fixture
def approved(caller, invoice):
    """An approved invoice of 11.50."""
    return decoded(caller.put("Invoices", invoice | {"Status": "AUTHORISED"}))["Invoices"][0]


def paid(caller, amount, **changes):
    sent = {"Invoice": {"InvoiceNumber": "SO-1"}, "Account": {"Code": "090"}, "Amount": amount, "Date": "2026-11-01"}
    return caller.put("Payments", sent | changes)


def read(caller):
    return caller.get("Invoices/SO-1")["Invoices"][0]


def test_part_payment_lowers_the_amount_due(caller, approved):
    payment = decoded(paid(caller, 5))["Payments"][0]
    after = read(caller)
    assert (after["Status"], after["AmountPaid"], after["AmountDue"]) == ("AUTHORISED", 5, Decimal("6.50"))
    assert [row["PaymentID"] for row in after["Payments"]] == [payment["PaymentID"]]


def test_full_payment_flips_to_paid_and_reversal_flips_back(caller, approved):
    payment = decoded(paid(caller, 11.5))["Payments"][0]
    after = read(caller)
    assert (after["Status"], after["AmountDue"]) == ("PAID", 0)
    assert "FullyPaidOnDate" in after
    reversed_payment = caller.post(f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    assert decoded(reversed_payment)["Payments"][0]["Status"] == "DELETED"
    after = read(caller)
    assert (after["Status"], after["AmountDue"]) == ("AUTHORISED", DUE)
    assert "FullyPaidOnDate" not in after


def test_overpaying_is_refused(caller, approved):
    text = "Payment amount exceeds the amount outstanding on this document"
    assert messages(paid(caller, 11.51)) == [text]
    paid(caller, 11.5)
    assert messages(paid(caller, 0.01)) == ["Payments can only be made against Authorised documents", text]


@pytest.mark.parametrize("amount", [0, -1])
def test_payments_are_of_something(caller, approved, amount):
    assert messages(paid(caller, amount)) == ["Payment amounts must be positive amounts"]


def test_an_invoice_of_nothing_is_paid_as_soon_as_it_is_approved(caller, invoice):
    invoice["LineItems"][0]["UnitAmount"] = 0
    caller.put("Invoices", invoice)
    assert read(caller)["Status"] == "DRAFT"
    caller.post("Invoices/SO-1", {"Status": "AUTHORISED"})
    after = read(caller)
    assert (after["Status"], after["AmountDue"], "FullyPaidOnDate" in after) == ("PAID", 0, True)
    assert "Payments can only be made against Authorised documents" in messages(paid(caller, 1))
    caller.switch(zero_total_is_paid=False)
    free = caller.put("Invoices", invoice | {"InvoiceNumber": "SO-2", "Status": "AUTHORISED"})
    assert decoded(free)["Invoices"][0]["Status"] == "AUTHORISED"


def test_drafts_take_no_payment(caller, invoice):
    caller.put("Invoices", invoice)
    assert messages(paid(caller, 1)) == ["Payments can only be made against Authorised documents"]


def test_payment_needs_a_bank_account_or_one_enabled_for_payments(caller, approved):
    assert messages(paid(caller, 1, Account={"Code": "200"})) == [
        "Account type is invalid for making a payment to/from."
    ]
    assert messages(paid(caller, 1, Account={"Code": "999"})) == ["Account could not be found"]
    assert messages(paid(caller, 1, Account={})) == ["You must specify an Account code or Account ID for the payment"]
    assert messages(paid(caller, 1, Invoice={"InvoiceNumber": "SO-9"})) == ["Document could not be found"]
    assert paid(caller, 1, Account={"Code": "850"}).status_code == 200


def test_payment_in_a_locked_period_is_refused(caller, approved):
    caller.control("POST", "organisation", {"PeriodLockDate": "2026-11-01"})
    assert "period lock date" in messages(paid(caller, 1))[0]


def test_paid_invoice_keeps_its_money_but_takes_a_new_reference(caller, approved):
    paid(caller, 5)
    identity = approved["InvoiceID"]
    changed = caller.post(f"Invoices/{identity}", {"Reference": "PO 1", "InvoiceNumber": "SO-1"})
    assert decoded(changed)["Invoices"][0]["Reference"] == "PO 1"
    more = {"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "200"}]}
    text = "This document cannot be edited as it has a payment or credit note allocated to it."
    assert messages(caller.post(f"Invoices/{identity}", more)) == [text]


def test_an_invoice_paid_in_full_says_so_too_when_its_money_is_changed(caller, approved):
    paid(caller, 11.5)
    more = {"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "200"}]}
    assert messages(caller.post(f"Invoices/{approved['InvoiceID']}", more)) == [
        "Invoice not of valid status for modification",
        "This document cannot be edited as it has a payment or credit note allocated to it.",
    ]


def test_paid_invoice_cannot_be_voided(caller, approved):
    paid(caller, 5)
    answer = caller.post(f"Invoices/{approved['InvoiceID']}", {"Status": "VOIDED"})
    assert messages(answer) == [
        "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]


def test_new_due_day_of_a_part_paid_invoice_does_not_count_as_a_change(caller, approved):
    paid(caller, 5)
    before = read(caller)
    caller.post("Invoices/SO-1", {"DueDate": "2027-01-31"})
    after = read(caller)
    assert after["DueDateString"] == "2027-01-31T00:00:00"
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]


def credit(caller, contact, amount, status="AUTHORISED", **changes):
    sent = {
        "Type": "ACCRECCREDIT",
        "Contact": {"ContactID": contact},
        "Status": status,
        "LineItems": [{"Description": "Short dated", "UnitAmount": amount, "AccountCode": "200"}],
    }
    answer = caller.put("CreditNotes", sent | changes)
    assert answer.status_code == 200, answer.text
    return decoded(answer)["CreditNotes"][0]


def allocated(caller, note, amount):
    body = {"Allocations": [{"Amount": amount, "Date": "2026-11-02", "Invoice": {"InvoiceNumber": "SO-1"}}]}
    return caller.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", body)


def test_allocation_settles_both_sides_and_can_be_taken_back(caller, approved):
    note = credit(caller, approved["Contact"]["ContactID"], 10)
    assert note["RemainingCredit"] == DUE
    allocation = decoded(allocated(caller, note, 11.5))["Allocations"][0]
    after = read(caller)
    assert (after["Status"], after["AmountCredited"], after["AmountDue"]) == ("PAID", DUE, 0)
    used = caller.get(f"CreditNotes/{note['CreditNoteNumber']}")["CreditNotes"][0]
    assert (used["Status"], used["RemainingCredit"]) == ("PAID", 0)
    assert set(used["Allocations"][0]) == {"AllocationID", "Amount", "Date", "Invoice"}
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations/{allocation['AllocationID']}"
    gone = decoded(caller.send("DELETE", path))
    assert (gone["IsDeleted"], gone["Invoice"]["InvoiceID"]) == (True, approved["InvoiceID"])
    assert read(caller)["AmountDue"] == DUE
    assert caller.send("DELETE", path).status_code == 404


def test_allocations_are_checked(caller, approved):
    contact = approved["Contact"]["ContactID"]
    too_much = messages(allocated(caller, credit(caller, contact, 5), 6))
    assert too_much == [MORE]
    assert messages(allocated(caller, credit(caller, contact, 5), 0)) == [
        "The allocation amount must be greater than zero"
    ]
    draft = messages(allocated(caller, credit(caller, contact, 5, "DRAFT"), 1))
    assert draft == ["Only AUTHORISED documents can be allocated"]
    other = caller.get("Contacts", where='Name!="Kerikeri Foodmart"')["Contacts"][0]["ContactID"]
    foreign = messages(allocated(caller, credit(caller, other, 5), 1))
    assert foreign == ["The invoice and the credit note must belong to the same contact"]
    of_bills = credit(caller, contact, 5, Type="ACCPAYCREDIT")
    assert messages(allocated(caller, of_bills, 1)) == ["Credit Note cannot be allocated to an incorrect invoice type"]
    abroad = credit(caller, contact, 5, CurrencyCode="AUD")
    assert messages(allocated(caller, abroad, 1)) == ["The invoice and the credit note must be in the same currency"]


def test_nothing_is_put_against_a_paid_invoice(caller, approved):
    paid(caller, 11.5)
    note = credit(caller, approved["Contact"]["ContactID"], 5)
    assert messages(allocated(caller, note, 1)) == [
        "The invoice you are trying to allocate to has already been paid off", MORE
    ]  # fmt: skip


def test_credit_note_number_is_unique(caller, approved):
    contact = {"ContactID": approved["Contact"]["ContactID"]}
    sent = {"Type": "ACCRECCREDIT", "Contact": contact, "CreditNoteNumber": "SC-1"}
    assert caller.put("CreditNotes", sent).status_code == 200
    assert messages(caller.put("CreditNotes", sent)) == ["Credit Note # must be unique."]


def test_credit_note_can_be_refunded(caller, approved):
    note = credit(caller, approved["Contact"]["ContactID"], 10)
    sent = {"CreditNote": {"CreditNoteID": note["CreditNoteID"]}, "Account": {"Code": "090"}, "Amount": 11.5}
    assert decoded(caller.put("Payments", sent))["Payments"][0]["PaymentType"] == "ARCREDITPAYMENT"
    assert caller.get(f"CreditNotes/{note['CreditNoteID']}")["CreditNotes"][0]["Status"] == "PAID"


def test_payments_are_found_by_their_invoice(caller, approved):
    paid(caller, 5, Reference="cash 7")
    text = f'Invoice.InvoiceID==guid("{approved["InvoiceID"]}") AND Reference=="cash 7"'
    rows = caller.get("Payments", where=text)["Payments"]
    assert [(row["Invoice"]["InvoiceNumber"], row["Amount"]) for row in rows] == [("SO-1", 5)]
