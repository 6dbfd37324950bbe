"""What the local Xero does not have yet, against answers as Xero's description and recordings show them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from xero_scripted import Script, drafted

from fieldbridge.core.errors import RefusedError, SurpriseError
from fieldbridge.core.records.documents import Allocation, Quote, Upload
from fieldbridge.xero.documents import attachments, invoices, on_account, quotes
from fieldbridge.xero.documents.attachments import BYTES_MAX
from fieldbridge.xero.links import quote_link

QUOTE_ID = "8ce6b14c-ef87-4f45-93f0-853137c6d0e1"
QUOTE = {
    "QuoteID": QUOTE_ID,
    "QuoteNumber": "QU-0008",
    "Reference": "I am an update",
    "Terms": "Net 20",
    "Contact": {"ContactID": "c1", "Name": "Orlena Greenville 35", "EmailAddress": ""},
    "LineItems": [
        {"LineItemID": "l1", "AccountCode": "200", "UnitAmount": 20.1050, "LineAmount": 20.11, "Quantity": 1.0}
    ],
    "Date": "/Date(1580515200000)/",
    "DateString": "2020-02-01T00:00:00",
    "ExpiryDate": "/Date(1583020800000+0000)/",
    "Status": "DRAFT",
    "CurrencyRate": 1.000000,
    "CurrencyCode": "NZD",
    "SubTotal": 20.11,
    "TotalTax": 3.02,
    "Total": 23.13,
    "UpdatedDateUTC": "/Date(1580605644360)/",
    "LineAmountTypes": "EXCLUSIVE",
}


def quoted(number):
    return QUOTE | {"QuoteID": f"q{number}", "QuoteNumber": f"QU-{number}"}


def test_quotes_are_read_in_pages_of_a_hundred_until_one_is_short():
    script = Script(
        {"Quotes": [quoted(one) for one in range(100)]}, {"Quotes": [quoted(one) for one in range(100, 130)]}
    )
    wanted = quotes.narrowed(issued_from=date(2026, 1, 1), status="SENT")
    pages = quotes.QUOTES.pages(script.session, None, wanted)
    assert len(next(pages).records) == 100
    assert len(script.calls) == 1
    assert len(next(pages).records) == 30
    assert next(pages, None) is None
    assert [query for _, _, query in script.asked] == [
        {"page": page, "DateFrom": "2026-01-01", "Status": "SENT"} for page in ("1", "2")
    ]


def test_a_last_page_that_is_full_costs_one_more_call_and_loses_nothing():
    script = Script({"Quotes": [quoted(one) for one in range(100)]}, {"Quotes": []})
    assert sum(len(page.records) for page in quotes.pages(script.session)) == 100


def test_a_quote_is_read_with_money_to_the_cent_and_days_of_the_calendar():
    (found,) = quotes.QUOTES.every(Script({"Quotes": [QUOTE]}).session)
    assert (found.total, found.lines[0].unit_amount) == (Decimal("23.13"), Decimal("20.105"))
    assert (found.issued_on, found.expires_on) == (date(2020, 2, 1), date(2020, 3, 1))
    assert found.updated_at == datetime(2020, 2, 2, 1, 7, 24, 360_000, tzinfo=UTC)
    assert (found.contact_id, found.terms, found.amounts) == ("c1", "Net 20", "EXCLUSIVE")


def test_a_quote_is_created_in_upper_case_and_judged_by_itself():
    refused = {"QuoteNumber": "QU-2", "StatusAttributeString": "ERROR", "ValidationErrors": [{"Message": "No."}]}
    script = Script({"Quotes": [QUOTE, refused]})
    wanted = [
        drafted(Quote, "QU-1", "c1", status="SENT", title="Juices", expires_on=date(2026, 12, 24)),
        drafted(Quote, "QU-2", "c1", status="SENT"),
    ]
    first, second = quotes.create(script.session, quotes.body_of(wanted), 2, "quotes-1")
    assert first.posted.document_id == QUOTE_ID
    assert second.refusals == ("No.",)
    element, plain = script.sent["Quotes"]
    assert (element["QuoteNumber"], element["LineAmountTypes"], element["Status"]) == ("QU-1", "EXCLUSIVE", "SENT")
    assert (element["Title"], element["ExpiryDate"]) == ("Juices", "2026-12-24")
    assert not {"Title", "ExpiryDate", "Terms"} & plain.keys()
    assert script.asked == [("PUT", "Quotes", {"summarizeErrors": "false"})]


def test_a_quote_is_found_again_only_by_exactly_its_number():
    similar = QUOTE | {"QuoteNumber": "QU-00081"}
    assert quotes.by_number(Script({"Quotes": [similar, QUOTE]}).session, "QU-0008").document_id == QUOTE_ID
    assert quotes.by_number(Script({"Quotes": [similar]}).session, "QU-0008") is None


def test_a_change_of_a_quotes_status_repeats_its_contact_and_date():
    script = Script({"Quotes": [QUOTE]}, {"Quotes": [QUOTE | {"Status": "SENT"}]})
    (found,) = quotes.QUOTES.every(script.session)
    assert quotes.set_status(script.session, found, "SENT", "send-1").status == "SENT"
    assert script.asked[-1] == ("POST", f"Quotes/{QUOTE_ID}", {})
    assert script.sent == {
        "Quotes": [
            {"QuoteID": QUOTE_ID, "Contact": {"ContactID": "c1"}, "Status": "SENT", "Date": "2020-02-01"},
        ]
    }
    assert quote_link("!abc", found.document_id) == f"https://go.xero.com/app/!abc/quotes/view/{QUOTE_ID}"


ALLOCATED = {"AllocationID": "a1", "Amount": 30.10, "Date": "/Date(1580515200000)/", "Invoice": {"InvoiceID": "i1"}}
ADVANCE = {
    "Type": "RECEIVE-OVERPAYMENT",
    "Status": "AUTHORISED",
    "Contact": {"ContactID": "c1", "Name": "N"},
    "Date": "/Date(1580515200000)/",
    "Total": 100.00,
    "RemainingCredit": 69.90,
    "CurrencyCode": "NZD",
    "Allocations": [ALLOCATED, ALLOCATED | {"AllocationID": "a2", "IsDeleted": True}],
    "Payments": [{"PaymentID": "p1", "Amount": 100.00, "Date": "/Date(1580515200000)/"}],
    "UpdatedDateUTC": "/Date(1580605644360)/",
}


@pytest.mark.parametrize(
    ("name", "own_id", "pages"),
    [
        ("Overpayments", "OverpaymentID", on_account.overpayments),
        ("Prepayments", "PrepaymentID", on_account.prepayments),
    ],
)
def test_money_on_account_is_read_with_what_is_left_of_it(name, own_id, pages):
    paging = {"page": 1, "pageSize": 1000, "pageCount": 1, "itemCount": 1}
    script = Script({name: [ADVANCE | {own_id: "o1"}], "pagination": paging})
    (page,) = pages(script.session)
    (found,) = page.records
    assert (found.document_id, found.remaining, found.total) == ("o1", Decimal("69.9"), Decimal(100))
    assert [(one.allocation_id, one.invoice_id, one.amount) for one in found.allocations] == [
        ("a1", "i1", Decimal("30.1"))
    ]
    assert [(one.kind, one.settler_id) for one in found.settlements] == [("payment", "p1")]
    assert script.asked == [("GET", name, {"page": "1", "pageSize": "1000", "unitdp": "4"})]


@pytest.mark.parametrize(
    ("name", "allocating"),
    [("Overpayments", on_account.OF_OVERPAYMENTS), ("Prepayments", on_account.OF_PREPAYMENTS)],
)
def test_money_on_account_is_put_against_an_invoice_and_taken_back(name, allocating):
    script = Script({"Allocations": [ALLOCATED]}, {"Allocations": [{"AllocationID": "a1", "IsDeleted": True}]})
    wanted = Allocation(invoice_id="i1", amount=Decimal("30.10"), allocated_on=date(2020, 2, 1))
    made = allocating.allocate(script.session, "o1", wanted, "allocate-1")
    assert (made.allocation_id, made.amount) == ("a1", Decimal("30.1"))
    assert script.sent == {"Allocations": [{"Amount": 30.1, "Invoice": {"InvoiceID": "i1"}, "Date": "2020-02-01"}]}
    allocating.take_back(script.session, "o1", "a1", "back-1")
    assert [one[:2] for one in script.asked] == [
        ("PUT", f"{name}/o1/Allocations"),
        ("DELETE", f"{name}/o1/Allocations/a1"),
    ]
    assert all(call.write and call.headers["Idempotency-Key"] for call in script.calls)


def test_an_online_invoice_has_an_address_and_a_draft_has_none():
    script = Script({"OnlineInvoices": [{"OnlineInvoiceUrl": "https://in.xero.com/abc"}]})
    assert invoices.online_url(script.session, "i1") == "https://in.xero.com/abc"
    assert script.asked == [("GET", "Invoices/i1/OnlineInvoice", {})]
    assert invoices.online_url(Script(b"", status=404).session, "i1") == ""


SIGNATURE = {"AttachmentID": "a1", "FileName": "signature.png", "MimeType": "image/png", "ContentLength": 3}
FILE = Upload(name="signature.png", mime_type="image/png", content=b"png", is_online=True)


def test_a_file_is_attached_after_a_look_at_what_is_there():
    script = Script({"Attachments": []}, {"Attachments": [SIGNATURE]})
    made = attachments.add(script.session, "Invoices", "i1", FILE, "file-1")
    assert (made.attachment_id, made.size) == ("a1", 3)
    assert script.asked == [
        ("GET", "Invoices/i1/Attachments", {}),
        ("PUT", "Invoices/i1/Attachments/signature.png", {"IncludeOnline": "true"}),
    ]
    put = script.calls[-1]
    assert (put.body, put.write) == (b"png", True)
    assert (put.headers["Content-Type"], put.headers["Idempotency-Key"]) == ("image/png", "file-1")


def test_a_files_name_is_one_part_of_the_path_whatever_is_in_it():
    script = Script({"Attachments": []}, {"Attachments": [SIGNATURE]})
    file = Upload(name="PO 1 & 100% & café.png", mime_type="image/png", content=b"png")
    attachments.add(script.session, "Invoices", "i1", file, "file-1")
    assert script.calls[-1].url.endswith("/PO%201%20%26%20100%25%20%26%20caf%C3%A9.png")


def test_an_eleventh_file_is_refused_before_it_is_sent_but_a_tenth_may_be_replaced():
    ten = [SIGNATURE | {"FileName": f"{number}.png"} for number in range(9)] + [SIGNATURE]
    full = Script({"Attachments": ten})
    with pytest.raises(RefusedError) as caught:
        attachments.add(full.session, "Invoices", "i1", Upload(name="11.png", mime_type="image/png", content=b"x"), "k")
    assert caught.value.code == "attachment.number"
    assert len(full.calls) == 1
    assert attachments.add(
        Script({"Attachments": ten}, {"Attachments": [SIGNATURE]}).session, "Invoices", "i1", FILE, "k"
    )


@pytest.mark.parametrize("name", ["", " ", *(f"a{sign}b.png" for sign in '<>:"/\\|?*+\0')])
def test_a_name_xero_does_not_take_is_refused_before_anything_is_asked(name):
    script = Script()
    with pytest.raises(RefusedError) as caught:
        attachments.add(script.session, "Invoices", "i1", Upload(name=name, mime_type="image/png", content=b"x"), "key")
    assert caught.value.code == "attachment.name"
    assert script.calls == []


@pytest.mark.parametrize("content", [b"", b"x" * (BYTES_MAX + 1)], ids=["empty", "too large"])
def test_a_size_xero_does_not_take_is_refused_before_anything_is_asked(content):
    script = Script()
    with pytest.raises(RefusedError) as caught:
        attachments.add(
            script.session, "Invoices", "i1", Upload(name="a.png", mime_type="image/png", content=content), "key"
        )
    assert caught.value.code == "attachment.size"
    assert script.calls == []


def test_a_file_is_read_by_its_id_and_in_its_own_type():
    script = Script({"Attachments": [SIGNATURE]}, b"png")
    (found,) = attachments.read(script.session, "Quotes", "q1")
    assert attachments.content(script.session, "Quotes", "q1", found) == b"png"
    assert script.calls[-1].url.endswith("/Quotes/q1/Attachments/a1")
    assert script.calls[-1].headers == {"Accept": "image/png"}


def test_an_answer_about_another_number_of_records_is_a_surprise():
    with pytest.raises(SurpriseError):
        quotes.create(Script({"Quotes": [QUOTE]}).session, b"{}", 2, "key")


def test_a_list_that_has_pages_but_does_not_say_how_many_is_read_to_its_end():
    full = {"Overpayments": [ADVANCE | {"OverpaymentID": f"o{one}"} for one in range(1000)]}
    script = Script(full, {"Overpayments": [ADVANCE | {"OverpaymentID": "last"}]})
    assert sum(len(page.records) for page in on_account.overpayments(script.session)) == 1001


def test_what_was_written_may_be_answered_with_nothing():
    script = Script(b"", status=204)
    assert script.session.delete("CreditNotes/c/Allocations/a", "key") == b""
