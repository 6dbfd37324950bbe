"""Every reason an invoice is refused for, with Xero's own text where it is known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from standin_caller import decoded, messages
from standin_office import Office

GUID = "11111111-2222-3333-4444-555555555555"
NO_GUID = "00000000-0000-0000-0000-000000000000"


def line(**changes):
    return {"Description": "Juice", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"} | changes


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"Contact": {}},
            "The Contact must contain at least 1 of the following elements to identify the contact: "
            "Name, ContactID, ContactNumber",
        ),
        ({"Contact": {"ContactID": GUID}}, "The Contact could not be found"),
        ({"CurrencyCode": "USD"}, "Organisation is not subscribed to currency USD"),
        ({"LineItems": [line(AccountCode="999")]}, "Account code '999' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="090")]}, "Account code '090' is not a valid code for this document."),
        ({"LineItems": [line(AccountCode="610")]}, "Account code '610' is not a valid code for this document."),
        (
            {"LineItems": [line(AccountCode="280")]},
            "Account code '280' has been archived, or has been deleted. "
            "Each line item must reference a valid account.",
        ),
        ({"LineItems": [line(TaxType="INPUT2")]}, "The TaxType code 'INPUT2' cannot be used with account code '200'."),
        (
            {"LineItems": [line(TaxType="TAX999")]},
            "The TaxType code 'TAX999' does not exist or cannot be used with this type of transaction.",
        ),
        ({"LineItems": [line(LineAmount=11)]}, "The line total 11 does not match the expected line total 10.00"),
        ({"LineItems": [{"ItemCode": "GONE", "Quantity": 3}]}, "Item code 'GONE' is not valid"),
        ({"LineItems": [line(AccountCode="")]}, "Account code or ID must be specified"),
        ({"LineItems": [line(Description="")]}, "The description field is mandatory for each line item"),
        ({"LineItems": [line(UnitAmount=-10)]}, "The Total for this document must be greater than or equal to zero."),
        ({"LineItems": [line(), line(Quantity=-1)]},
         "The quantity value '-1.0000' is invalid. Quantity must not be less than zero."),
        ({"LineItems": [line(), line(UnitAmount=-1, DiscountAmount=0)]},
         "The discount rate '0.00' is invalid. Discount must not be greater than the line total."),
        ({"LineItems": [line(), line(DiscountAmount=10.01)]},
         "The discount rate '10.01' is invalid. Discount must not be greater than the line total."),
        ({"LineItems": [line(), line(UnitAmount=795, DiscountRate=100, LineAmount=0)]},
         "The line total -795.00 does not match the expected line total 0.00"),
        ({"LineItems": [line(), line(UnitAmount=0.01, DiscountRate=60, LineAmount=0)]},
         "The line total -0.01 does not match the expected line total 0.00"),
        ({"LineItems": [line(), line(DiscountRate=101)]},
         "The discount rate '101.00' is invalid. Discount must not be greater than the line total."),
        ({"LineItems": [line(Tracking=[{"Name": "Sales rep", "Option": "NOBODY"}])]},
         "Unknown tracking details. A Tracking Category did not match a known active Tracking Category."),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"InvoiceNumber": "Ō-1"}, "The document number may hold only printable ASCII characters, at most 255"),
        ({"Status": "PAID"}, "Invoice not of valid status for modification"),
    ],
)  # fmt: skip
def test_approved_invoice_is_refused(caller, invoice, changes, text):
    answer = caller.put("Invoices", invoice | {"Status": "AUTHORISED"} | changes)
    assert messages(answer) == [text]


def test_refused_create_echoes_the_element_with_the_all_zero_id(caller, invoice):
    answer = caller.put("Invoices", invoice | {"CurrencyCode": "USD", "Reference": "PO 7781"})
    body = decoded(answer)
    assert (body["ErrorNumber"], body["Type"], body["Message"]) == (
        10,
        "ValidationException",
        "A validation exception occurred",
    )
    element = body["Elements"][0]
    assert (element["InvoiceID"], element["Reference"], element["HasErrors"]) == (NO_GUID, "PO 7781", True)


def test_all_faults_are_told_at_once(caller, invoice):
    invoice["LineItems"] = [line(AccountCode="999"), line(TaxType="TAX999")]
    assert len(messages(caller.put("Invoices", invoice | {"Status": "AUTHORISED", "CurrencyCode": "USD"}))) == 3


@pytest.mark.parametrize(
    ("lock", "words"), [("PeriodLockDate", "period lock date"), ("EndOfYearLockDate", "end of year lock date")]
)
def test_locked_days_are_refused(caller, invoice, lock, words):
    caller.control("POST", "organisation", {lock: "2026-03-31"})
    text = f"The document date cannot be before the {words}, currently set at 31-Mar-2026"
    approved = invoice | {"Status": "AUTHORISED"}
    assert messages(caller.put("Invoices", approved | {"Date": "2026-03-31"})) == [text]
    assert caller.put("Invoices", approved | {"Date": "2026-04-01"}).status_code == 200
    assert messages(caller.post("Invoices/SO-1", {"Date": "2026-03-31"})) == [text]


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED"])
def test_what_is_not_approved_may_be_dated_in_a_locked_period_until_it_is(caller, invoice, status):
    caller.control("POST", "organisation", {"PeriodLockDate": "2026-03-31"})
    assert caller.put("Invoices", invoice | {"Date": "2026-03-31", "Status": status}).status_code == 200
    assert caller.post("Invoices/SO-1", {"Reference": "PO 1"}).status_code == 200
    approval = messages(caller.post("Invoices/SO-1", {"Status": "AUTHORISED"}))
    assert "cannot be before the period lock date" in approval[0]


@pytest.mark.parametrize("change", [{"Reference": "PO 1"}, {"Date": "2026-04-01"}, {"Status": "VOIDED"}])
def test_an_approved_invoice_of_a_locked_period_stays_as_it_is(caller, invoice, change):
    caller.put("Invoices", invoice | {"Date": "2026-03-31", "Status": "AUTHORISED"})
    caller.control("POST", "organisation", {"PeriodLockDate": "2026-03-31"})
    text = "The document cannot be edited as it is currently dated before the period lock date"
    assert messages(caller.post("Invoices/SO-1", change)) == [text]


def test_an_archived_option_cannot_be_tracked_by(invoice):
    office = Office()
    category = next(iter(office.books.tracking.rows()))
    retired, *others = category["Options"]
    office.books.tracking.put({**category, "Options": [{**retired, "Status": "ARCHIVED"}, *others]})
    for option, status in ((retired["Name"], 400), (others[0]["Name"], 200)):
        tracked = {"LineItems": [line(Tracking=[{"Name": category["Name"], "Option": option}])]}
        assert office.try_call("PUT", "Invoices", invoice | tracked)[0] == status


def test_archived_contact_is_refused(caller, invoice):
    caller.control("POST", "contacts/KER014", {"ContactStatus": "ARCHIVED"})
    assert messages(caller.put("Invoices", invoice)) == [
        "The contact with the specified contact details has been archived. "
        "The contact must be un-archived before creating new invoices or credit notes"
    ]


def test_approval_needs_a_due_date(caller, invoice):
    del invoice["DueDate"]
    assert messages(caller.put("Invoices", invoice | {"Status": "AUTHORISED"})) == [
        "The document DueDate field must be specified."
    ]
    assert caller.put("Invoices", invoice).status_code == 200


def test_negative_quantities_are_taken_when_switched(caller, invoice):
    caller.switch(negative_quantity_refused=False)
    assert caller.put("Invoices", invoice | {"LineItems": [line(), line(Quantity=-1)]}).status_code == 200


def test_currencies_other_than_the_base_have_a_rate_of_their_own(caller, invoice):
    def rate(number, **changes):
        answer = caller.put("Invoices", invoice | {"InvoiceNumber": number} | changes)
        return decoded(answer)["Invoices"][0]["CurrencyRate"]

    assert (rate("SO-1"), rate("SO-2", CurrencyCode="AUD")) == (1, Decimal("0.917300"))
    assert rate("SO-3", CurrencyCode="AUD", CurrencyRate=0.9) == Decimal("0.9")


def test_both_discounts_are_refused_when_switched(caller, invoice):
    invoice["LineItems"] = [line(DiscountRate=10, DiscountAmount=2)]
    assert decoded(caller.put("Invoices", invoice))["Invoices"][0]["SubTotal"] == 9
    caller.switch(both_discounts="refused")
    answer = caller.put("Invoices", invoice | {"InvoiceNumber": "SO-2"})
    assert messages(answer) == ["Only one of DiscountRate and DiscountAmount may be given"]


def test_bills_and_credit_notes_take_no_discount(caller, invoice):
    text = "Discounts are not allowed on this type of document"
    lines = [line(DiscountRate=4, AccountCode="310", TaxType="INPUT2")]
    assert messages(caller.put("Invoices", invoice | {"Type": "ACCPAY", "LineItems": lines})) == [text]
    credit = invoice | {"Type": "ACCRECCREDIT", "LineItems": [line(DiscountRate=4)]}
    assert messages(caller.put("CreditNotes", credit)) == [text]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"Date": "yesterday"}, "System.DateTime"),
        ({"Type": "SALE"}, "SALE"),
        ({"LineItems": [line(Quantity="many")]}, "many"),
        ({"InvoiceID": "17"}, "System.Guid"),
        ({"LineItems": "none"}, "List"),
    ],
)
def test_malformed_values_are_post_data_invalid(caller, invoice, changes, part):
    answer = caller.put("Invoices", invoice | changes)
    assert answer.status_code == 400
    body = decoded(answer)
    assert (body["ErrorNumber"], body["Type"]) == (14, "PostDataInvalidException")
    assert part in body["Message"]
    assert "Elements" not in body


def test_broken_json_and_empty_bodies_are_refused(caller):
    assert decoded(caller.put("Invoices", b'{"Invoices": ['))["ErrorNumber"] == 14
    assert decoded(caller.put("Invoices", {"Invoices": []}))["ErrorNumber"] == 17
    assert decoded(caller.put("Invoices", b""))["ErrorNumber"] == 17
    assert decoded(caller.put("Invoices", [1]))["ErrorNumber"] == 14


def test_draft_keeps_a_line_whose_account_is_unknown_and_warns(caller, invoice):
    invoice["LineItems"] = [line(AccountCode="999")]
    saved = decoded(caller.put("Invoices", invoice))["Invoices"][0]
    assert "AccountCode" not in saved["LineItems"][0]
    assert saved["Warnings"] == [
        {"Message": "Account code '999' has been removed as it does not match a recognised account."}
    ]


def test_body_over_ten_megabytes_is_refused(caller):
    assert caller.put("Invoices", b" " * (10 * 1024 * 1024 + 1)).status_code == 413
