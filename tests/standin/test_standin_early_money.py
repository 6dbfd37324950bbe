"""Bank transactions, and the overpayments and prepayments they leave behind."""

from __future__ import annotations

import pytest
from standin_caller import decoded, messages

DAY = "2026-11-20"


def banked(caller, kind, amount=23, **changes):
    sent = {
        "Type": kind, "Contact": {"Name": "Kerikeri Foodmart"}, "BankAccount": {"Code": "090"}, "Reference": "Early",
        "LineItems": [{"Description": "Deposit", "Quantity": 1, "UnitAmount": amount, "AccountCode": "200"}],
    }  # fmt: skip
    return caller.put("BankTransactions", sent | changes)


def saved(answer, name="BankTransactions"):
    assert answer.status_code == 200, answer.text
    return decoded(answer)[name][0]


@pytest.fixture
def approved(caller, invoice):
    return saved(caller.put("Invoices", invoice | {"Status": "AUTHORISED"}), "Invoices")


@pytest.mark.parametrize(("name", "total"), [("Overpayment", "23.00"), ("Prepayment", "26.45")])
def test_money_received_early_stays_as_credit_and_lowers_the_balance(caller, name, total):
    def owed():
        contact = caller.get("Contacts", where='Name=="Kerikeri Foodmart"', page="1")["Contacts"][0]
        return contact["Balances"]["AccountsReceivable"]["Outstanding"]

    before = owed()
    transaction = saved(banked(caller, f"RECEIVE-{name.upper()}"))
    found = caller.get(f"{name}s/{transaction[f'{name}ID']}")[f"{name}s"][0]
    assert (found["Type"], found["Status"]) == (f"RECEIVE-{name.upper()}", "AUTHORISED")
    assert (str(found["Total"]), str(found["RemainingCredit"]), found["Allocations"]) == (total, total, [])
    assert before - owed() == found["RemainingCredit"]
    assert caller.get(f"{name}s", page="1")["pagination"]["itemCount"] == 1


def test_an_overpayment_has_no_tax_and_stands_on_the_debtors_account(caller):
    transaction = saved(banked(caller, "RECEIVE-OVERPAYMENT"))
    line = caller.get(f"Overpayments/{transaction['OverpaymentID']}")["Overpayments"][0]["LineItems"][0]
    assert (line["AccountCode"], line["TaxAmount"], transaction["LineAmountTypes"]) == ("610", 0, "NoTax")


@pytest.mark.parametrize("name", ["Overpayment", "Prepayment"])
def test_credit_is_put_against_an_invoice_and_taken_back(caller, approved, name):
    path = f"{name}s/{saved(banked(caller, f'RECEIVE-{name.upper()}'))[f'{name}ID']}"
    sent = {"Amount": 11.5, "Invoice": {"InvoiceID": approved["InvoiceID"]}, "Date": DAY}
    allocation = saved(caller.put(f"{path}/Allocations", sent), "Allocations")
    paid = caller.get("Invoices/SO-1")["Invoices"][0]
    assert (paid["Status"], str(paid["AmountCredited"])) == ("PAID", "11.50")
    assert str(paid[f"{name}s"][0]["AppliedAmount"]) == "11.50"
    left = caller.get(path)[f"{name}s"][0]
    assert left["Allocations"][0]["AllocationID"] == allocation["AllocationID"]
    gone = caller.send("DELETE", f"{path}/Allocations/{allocation['AllocationID']}")
    assert gone.status_code == 200
    assert caller.get("Invoices/SO-1")["Invoices"][0]["Status"] == "AUTHORISED"
    assert caller.send("DELETE", f"{path}/Allocations/{allocation['AllocationID']}").status_code == 404


def test_credit_can_be_refunded(caller):
    identity = saved(banked(caller, "RECEIVE-OVERPAYMENT"))["OverpaymentID"]
    sent = {"Overpayment": {"OverpaymentID": identity}, "Account": {"Code": "090"}, "Amount": 23}
    payment = saved(caller.put("Payments", sent), "Payments")
    assert payment["PaymentType"] == "AROVERPAYMENTPAYMENT"
    refunded = caller.get(f"Overpayments/{identity}")["Overpayments"][0]
    assert refunded["Status"] == "PAID"
    assert "FullyPaidOnDate" not in refunded
    assert payment["Overpayment"]["OverpaymentID"] == identity


def test_a_deleted_bank_transaction_voids_what_it_left_unless_it_is_used(caller, approved):
    first, second = (saved(banked(caller, "RECEIVE-PREPAYMENT")) for _ in range(2))
    gone = saved(caller.post(f"BankTransactions/{first['BankTransactionID']}", {"Status": "DELETED"}))
    assert gone["Status"] == "DELETED"
    voided = caller.get(f"Prepayments/{first['PrepaymentID']}")["Prepayments"][0]
    assert (voided["Status"], voided["RemainingCredit"]) == ("VOIDED", 0)
    sent = {"Amount": 1, "Invoice": {"InvoiceID": approved["InvoiceID"]}, "Date": DAY}
    caller.put(f"Prepayments/{second['PrepaymentID']}/Allocations", sent)
    kept = {"BankTransactionID": second["BankTransactionID"], "Status": "DELETED"}
    assert "can only be deleted" in messages(caller.post("BankTransactions", kept))[0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"BankAccount": {"Code": "200"}}, "BankAccount must be an active bank account"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"Contact": {}}, "at least 1 of the following"),
        ({"LineItems": [{"Description": "x", "UnitAmount": 1, "AccountCode": "999"}]}, "'999' is not a valid code"),
    ],
)
def test_what_is_wrong_with_a_bank_transaction_is_told(caller, changes, text):
    assert text in messages(banked(caller, "RECEIVE", **changes))[0]


def test_plain_receipts_leave_nothing(caller):
    transaction = saved(banked(caller, "RECEIVE"))
    assert not {"OverpaymentID", "PrepaymentID"} & set(transaction)
    assert caller.get("Overpayments")["Overpayments"] == []
    assert caller.get(f"BankTransactions/{transaction['BankTransactionID']}")["BankTransactions"][0]["Total"] > 23
