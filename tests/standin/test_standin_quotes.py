"""Quotes: shape, filters and what may follow what."""

from __future__ import annotations

import pytest
from standin_caller import decoded, messages


@pytest.fixture
def quote():
    return {
        "Contact": {"Name": "Kerikeri Foodmart"},
        "Date": "2026-10-01",
        "ExpiryDate": "2026-10-31",
        "Title": "Your quote",
        "LineAmountTypes": "Exclusive",
        "LineItems": [{"ItemCode": "APL-1L", "Quantity": 3, "DiscountRate": 10}],
    }


def made(caller, quote, **changes):
    answer = caller.put("Quotes", {"Quotes": [quote | changes]})
    assert answer.status_code == 200, answer.text
    return decoded(answer)["Quotes"][0]


def test_a_quote_is_numbered_priced_and_told_in_upper_case(caller, quote):
    saved = made(caller, quote)
    assert (saved["QuoteNumber"], saved["Status"], saved["LineAmountTypes"]) == ("QU-0001", "DRAFT", "EXCLUSIVE")
    assert [str(saved[name]) for name in ("SubTotal", "TotalTax", "Total", "TotalDiscount")] == [
        "11.48", "1.72", "13.20", "1.27"
    ]  # fmt: skip
    assert (saved["DateString"], saved["ExpiryDateString"]) == ("2026-10-01T00:00:00", "2026-10-31T00:00:00")
    assert caller.get(f"Quotes/{saved['QuoteID']}")["Quotes"][0]["Contact"]["Name"] == "Kerikeri Foodmart"


def test_the_list_comes_in_hundreds_without_pagination(caller, quote):
    caller.put("Quotes", {"Quotes": [quote] * 101})
    first = caller.get("Quotes", pageSize="1000")
    assert (len(first["Quotes"]), len(caller.get("Quotes", page="2")["Quotes"])) == (100, 1)
    assert "pagination" not in first
    assert first["SummarizeErrors"] is True


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"DateFrom": "2026-10-01"}, 2),
        ({"DateFrom": "2026-10-02"}, 1),
        ({"DateTo": "2026-10-01"}, 1),
        ({"ExpiryDateTo": "2026-10-31"}, 2),
        ({"ExpiryDateFrom": "2026-11-01"}, 0),
        ({"Status": "SENT"}, 1),
        ({"QuoteNumber": "qu-0002"}, 1),
        ({"where": 'Status=="SENT"'}, 2),
    ],
)
def test_quotes_have_filters_of_their_own(caller, quote, query, count):
    made(caller, quote)
    contact = made(caller, quote, Date="2026-10-05", Status="SENT")["Contact"]["ContactID"]
    assert len(caller.get("Quotes", **query)["Quotes"]) == count
    assert len(caller.get("Quotes", ContactID=contact, **query)["Quotes"]) == count


def test_a_malformed_filter_is_refused(caller):
    assert caller.send("GET", "Quotes", query={"DateFrom": "yesterday"}).status_code == 400


def test_status_moves_by_post_and_keeps_everything_else(caller, quote):
    saved = made(caller, quote)
    for status in ("SENT", "ACCEPTED", "DELETED"):
        answer = caller.post("Quotes", {"QuoteID": saved["QuoteID"], "Status": status})
        assert decoded(answer)["Quotes"][0]["Status"] == status
    assert decoded(answer)["Quotes"][0]["Total"] == saved["Total"]


def test_a_change_clears_the_texts_it_leaves_out(caller, quote):
    texts = {"Reference": "PO 1", "Terms": "14 days", "Title": "Yours", "Summary": "Juice"}
    saved = made(caller, quote, **texts)
    sent = {"QuoteID": saved["QuoteID"], "Status": "SENT", "Title": "Yours"}
    after = decoded(caller.post("Quotes", sent))["Quotes"][0]
    assert {name: after[name] for name in texts if name in after} == {"Title": "Yours"}
    assert (after["Total"], after["ExpiryDateString"]) == (saved["Total"], saved["ExpiryDateString"])


def test_lines_sent_again_are_exclusive_unless_said_otherwise(caller, quote):
    saved = made(caller, quote, LineAmountTypes="INCLUSIVE")
    sent = {"QuoteID": saved["QuoteID"], "LineItems": quote["LineItems"]}
    after = decoded(caller.post("Quotes", sent))["Quotes"][0]
    assert (after["LineAmountTypes"], after["Total"] > saved["Total"]) == ("EXCLUSIVE", True)


@pytest.mark.parametrize("reached", [(), ("SENT", "ACCEPTED")])
def test_a_draft_and_an_accepted_quote_cannot_be_declined(caller, quote, reached):
    saved = made(caller, quote)
    for status in reached:
        caller.post("Quotes", {"QuoteID": saved["QuoteID"], "Status": status})
    answer = caller.post("Quotes", {"QuoteID": saved["QuoteID"], "Status": "DECLINED"})
    assert messages(answer) == ["The quote cannot be given the status DECLINED"]


def test_the_price_of_an_inclusive_quote_is_read_without_its_tax(caller, quote):
    line = {"Description": "Juice", "Quantity": 2, "UnitAmount": 4.60, "AccountCode": "200"}
    inclusive = {"LineAmountTypes": "INCLUSIVE", "LineItems": [line]}
    saved = made(caller, quote, **inclusive)
    assert [str(saved["LineItems"][0][name]) for name in ("UnitAmount", "LineAmount")] == ["4.00", "9.20"]
    assert str(saved["Total"]) == "9.20"
    caller.switch(inclusive_quotes_show_net_prices=False)
    assert str(made(caller, quote, **inclusive)["LineItems"][0]["UnitAmount"]) == "4.60"


def test_an_account_that_is_unknown_is_refused_on_a_draft_too(caller, quote):
    quote["LineItems"][0]["AccountCode"] = "999"
    assert messages(caller.put("Quotes", quote)) == ["Account code '999' is not a valid code for this document."]


def test_tracking_is_kept_when_it_is_told_by_id(caller, quote):
    category = caller.get("TrackingCategories")["TrackingCategories"][0]
    option = category["Options"][0]
    named = {"Name": category["Name"], "Option": option["Name"]}
    known = {"TrackingCategoryID": category["TrackingCategoryID"], "TrackingOptionID": option["TrackingOptionID"]}

    def kept(**told):
        quote["LineItems"][0]["Tracking"] = [told]
        return made(caller, quote)["LineItems"][0]["Tracking"]

    assert kept(**named) == []
    assert kept(**known) == kept(**known, **named) == [{**named, **known}]
    caller.switch(quote_tracking_by_id=False)
    assert kept(**named) == [{**named, **known}]


def test_unlikely_statuses_are_refused_unless_switched(caller, quote):
    saved = made(caller, quote)
    sent = {"QuoteID": saved["QuoteID"], "Status": "ACCEPTED"}
    assert messages(caller.post("Quotes", sent)) == ["The quote cannot be given the status ACCEPTED"]
    caller.switch(quote_transitions_checked=False)
    assert caller.post(f"Quotes/{saved['QuoteID']}", sent).status_code == 200


def test_a_post_by_number_edits_and_a_put_with_a_taken_number_is_refused(caller, quote):
    saved = made(caller, quote, QuoteNumber="Q-7")
    edited = decoded(caller.post("Quotes", {"QuoteNumber": "q-7", "Reference": "PO 1"}))["Quotes"][0]
    assert (edited["QuoteID"], edited["Reference"]) == (saved["QuoteID"], "PO 1")
    assert messages(caller.put("Quotes", quote | {"QuoteNumber": "Q-7"})) == ["Quote # must be unique."]


def test_what_a_quote_lacks_is_told(caller, quote):
    assert messages(caller.put("Quotes", {"Contact": {"Name": "X"}})) == ["One or more line items must be specified"]
    missing = {"QuoteID": "11111111-1111-4111-8111-111111111111"}
    assert messages(caller.post("Quotes", missing)) == [
        "An existing Quote with the specified QuoteID could not be found"
    ]
    abroad = messages(caller.put("Quotes", quote | {"CurrencyCode": "EUR"}))
    assert abroad == ["Organisation is not subscribed to currency EUR"]
    assert "at least 1 of" in messages(caller.put("Quotes", {name: quote[name] for name in ("Date", "LineItems")}))[0]


def test_date_and_contact_follow_their_switches(caller, quote):
    del quote["Date"]
    quote["Contact"] = {"Name": "Brand New Deli"}
    caller.switch(quote_needs_date=True)
    assert messages(caller.put("Quotes", quote)) == ["Date cannot be empty"]
    caller.switch(quote_needs_date=False, quote_creates_contact=False)
    assert messages(caller.put("Quotes", quote)) == ["The Contact could not be found"]
    caller.switch(quote_creates_contact=True)
    assert made(caller, quote)["Contact"]["Name"] == "Brand New Deli"


def test_quotes_keep_notes(caller, quote):
    path = f"Quotes/{made(caller, quote)['QuoteID']}/History"
    caller.put(path, {"HistoryRecords": [{"Details": "Rang them"}]})
    assert caller.get(path)["HistoryRecords"][0]["Details"] == "Rang them"
