"""What the local Xero does not answer: odd forms, unknown values, lists that say less, answers cut short."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from xero_scripted import Script

from fieldbridge.core.errors import RefusedError, SurpriseError
from fieldbridge.xero.documents import attachments, invoices, on_account, payments, quotes

QUOTE = {
    "QuoteID": "8ce6b14c-ef87-4f45-93f0-853137c6d0e1",
    "QuoteNumber": "QU-0008",
    "Contact": {"ContactID": "c1", "Name": "Orlena Greenville 35", "EmailAddress": ""},
    "LineItems": [
        {"LineItemID": "l1", "AccountCode": "200", "UnitAmount": 20.1050, "LineAmount": 20.11, "Quantity": 1.0}
    ],
    "Date": "/Date(1580515200000)/",
    "ExpiryDate": "/Date(1583020800000+0000)/",
    "Status": "PARKED",
    "Total": "23.13",
    "Summary": None,
    "LineAmountTypes": "EXCLUSIVE",
    "Novelty": [{"Deep": 1}],
    "UpdatedDateUTC": "/Date(1580605644360)/",
}
ALLOCATED = {"AllocationID": "a1", "Amount": 30.10, "Date": "/Date(1580515200000)/", "Invoice": {"InvoiceID": "i1"}}
ADVANCE = {
    "Type": "RECEIVE-OVERPAYMENT",
    "Status": "AUTHORISED",
    "Total": 100.00,
    "RemainingCredit": 69.90,
    "Allocations": [ALLOCATED, ALLOCATED | {"AllocationID": "a2", "IsDeleted": True}],
    "Payments": [{"PaymentID": "p1", "Amount": 100.00, "Date": "/Date(1580515200000)/"}],
}


def test_both_forms_of_a_date_text_for_money_null_and_unknown_values_are_read():
    (found,) = quotes.QUOTES.every(Script({"Quotes": [QUOTE], "Novelty": 7}).session)
    assert (found.total, found.lines[0].unit_amount) == (Decimal("23.13"), Decimal("20.105"))
    assert (found.issued_on, found.expires_on) == (date(2020, 2, 1), date(2020, 3, 1))
    assert found.updated_at == datetime(2020, 2, 2, 1, 7, 24, 360_000, tzinfo=UTC)
    assert (found.status, found.summary) == ("PARKED", "")


def test_an_allocation_that_was_taken_back_does_not_count_where_xero_still_lists_it():
    (page,) = on_account.overpayments(Script({"Overpayments": [ADVANCE | {"OverpaymentID": "o1"}]}).session)
    (found,) = page.records
    assert [(one.allocation_id, one.amount) for one in found.allocations] == [("a1", Decimal("30.1"))]
    assert [(one.kind, one.settler_id) for one in found.settlements] == [("payment", "p1")]


def test_a_payment_of_something_unknown_is_read_all_the_same():
    (found,) = payments.PAYMENTS.every(Script({"Payments": [{"PaymentID": "p1", "PaymentType": "NEWPAYMENT"}]}).session)
    assert (found.target, found.target_id, found.kind) == ("", "", "NEWPAYMENT")


def test_a_list_that_has_pages_but_does_not_say_how_many_is_read_to_its_end():
    full = {"Overpayments": [ADVANCE | {"OverpaymentID": f"o{one}"} for one in range(1000)]}
    script = Script(full, {"Overpayments": [ADVANCE | {"OverpaymentID": "last"}]})
    assert sum(len(page.records) for page in on_account.overpayments(script.session)) == 1001


def test_an_answer_about_another_number_of_records_is_a_surprise():
    with pytest.raises(SurpriseError):
        quotes.create(Script({"Quotes": [QUOTE]}).session, b"{}", 2, "key")


def test_an_invoice_without_any_address_is_refused_and_not_an_empty_address():
    with pytest.raises(RefusedError):
        invoices.online_url(Script({"OnlineInvoices": []}).session, "i1")


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"Attachments":{}}', b"\xff\xfe"])
def test_a_record_whose_files_cannot_be_read_is_a_surprise_and_never_a_record_without_files(answer):
    with pytest.raises(SurpriseError):
        attachments.read(Script(answer).session, "Invoices", "i1")


def test_what_was_written_may_be_answered_with_nothing():
    script = Script(b"", status=204)
    assert script.session.delete("CreditNotes/c/Allocations/a", "key") == b""
