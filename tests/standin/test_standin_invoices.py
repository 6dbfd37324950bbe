"""Creating and changing invoices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from standin_caller import decoded, messages


def created(caller, invoice, **changes):
    answer = caller.put("Invoices", invoice | changes)
    assert answer.status_code == 200, answer.text
    return decoded(answer)["Invoices"][0]


def changed(caller, identity, **changes):
    answer = caller.post(f"Invoices/{identity}", changes)
    assert answer.status_code == 200, answer.text
    return decoded(answer)["Invoices"][0]


def test_put_with_a_taken_number_is_refused(caller, invoice):
    created(caller, invoice)
    assert messages(caller.put("Invoices", invoice)) == ["Invoice # must be unique."]
    assert messages(caller.put("Invoices", invoice | {"InvoiceNumber": "so-1"})) == ["Invoice # must be unique."]


def test_number_is_unique_within_one_batch(caller, invoice):
    assert messages(caller.put("Invoices", [invoice, invoice])) == ["Invoice # must be unique."]


def test_bills_may_share_a_number(caller, invoice):
    bill = invoice | {"Type": "ACCPAY", "LineItems": [{"Description": "a", "UnitAmount": 1, "AccountCode": "310"}]}
    created(caller, bill)
    created(caller, bill)


def test_post_with_a_taken_number_edits_that_invoice(caller, invoice):
    first = created(caller, invoice)
    second = decoded(caller.post("Invoices", invoice | {"Reference": "edited"}))["Invoices"][0]
    assert second["InvoiceID"] == first["InvoiceID"]
    assert second["Reference"] == "edited"


def test_post_with_a_free_number_creates(caller, invoice):
    assert decoded(caller.post("Invoices", invoice))["Invoices"][0]["InvoiceNumber"] == "SO-1"


@pytest.mark.parametrize("status", ["DELETED", "VOIDED"])
def test_gone_invoice_blocks_its_number_unless_switched(caller, invoice, status):
    first = created(caller, invoice, Status="AUTHORISED" if status == "VOIDED" else "DRAFT")
    changed(caller, first["InvoiceID"], Status=status)
    assert messages(caller.put("Invoices", invoice)) == ["Invoice # must be unique."]
    caller.switch(voided_number_blocks=False)
    created(caller, invoice)


def test_missing_number_is_taken_from_the_sequence(caller, invoice):
    del invoice["InvoiceNumber"]
    first, second = (created(caller, invoice)["InvoiceNumber"] for _ in range(2))
    assert first.startswith("INV-")
    assert int(second[4:]) == int(first[4:]) + 1


def test_defaults_are_draft_exclusive_today_and_base_currency(caller, invoice):
    del invoice["Date"]
    saved = created(caller, invoice)
    assert (saved["Status"], saved["LineAmountTypes"], saved["CurrencyCode"]) == ("DRAFT", "Exclusive", "NZD")
    assert saved["Date"].endswith("+0000)/")
    assert saved["HasErrors"] is False
    assert "StatusAttributeString" not in saved


@pytest.mark.parametrize(
    ("start", "target", "allowed"),
    [
        ("DRAFT", "SUBMITTED", True), ("DRAFT", "AUTHORISED", True), ("DRAFT", "DELETED", True),
        ("DRAFT", "VOIDED", False), ("SUBMITTED", "DRAFT", True), ("SUBMITTED", "DELETED", True),
        ("AUTHORISED", "VOIDED", True), ("AUTHORISED", "DELETED", False), ("AUTHORISED", "DRAFT", False),
    ],
)  # fmt: skip
def test_status_follows_the_table(caller, invoice, start, target, allowed):
    identity = created(caller, invoice, Status=start)["InvoiceID"]
    answer = caller.post(f"Invoices/{identity}", {"Status": target})
    if allowed:
        assert decoded(answer)["Invoices"][0]["Status"] == target
    else:
        assert messages(answer) == ["Invoice not of valid status for modification"]


@pytest.mark.parametrize("status", ["DELETED", "VOIDED"])
def test_gone_invoice_cannot_be_edited_but_is_still_read(caller, invoice, status):
    identity = created(caller, invoice, Status="AUTHORISED" if status == "VOIDED" else "DRAFT")["InvoiceID"]
    changed(caller, identity, Status=status)
    answer = caller.post(f"Invoices/{identity}", {"Reference": "late"})
    assert messages(answer) == ["Invoice not of valid status for modification"]
    assert [row["InvoiceID"] for row in caller.get("Invoices", Statuses=status)["Invoices"]] == [identity]


def test_update_without_lines_keeps_them(caller, invoice):
    first = created(caller, invoice)
    after = changed(caller, first["InvoiceID"], Reference="new")
    assert [row["LineItemID"] for row in after["LineItems"]] == [row["LineItemID"] for row in first["LineItems"]]


def test_update_with_lines_replaces_by_line_item_id(caller, invoice):
    invoice["LineItems"] = [
        {"Description": name, "Quantity": 1, "UnitAmount": 10, "AccountCode": "200"} for name in ("kept", "dropped")
    ]
    kept, dropped = (row["LineItemID"] for row in created(caller, invoice)["LineItems"])
    after = changed(
        caller,
        "SO-1",
        LineItems=[
            {"LineItemID": kept, "Quantity": 3},
            {"Description": "new", "Quantity": 1, "UnitAmount": 1, "AccountCode": "200"},
        ],
    )
    first, second = after["LineItems"]
    assert (first["LineItemID"], first["Description"], first["LineAmount"]) == (kept, "kept", Decimal("30.00"))
    assert second["LineItemID"] not in (kept, dropped)
    assert after["Total"] == Decimal("35.65")


def test_approving_a_draft_checks_its_stored_lines(caller, invoice):
    invoice["LineItems"] = [{"Description": "no account", "Quantity": 1, "UnitAmount": 10}]
    identity = created(caller, invoice)["InvoiceID"]
    answer = caller.post(f"Invoices/{identity}", {"Status": "AUTHORISED"})
    assert messages(answer) == ["Account code or ID must be specified"]


def test_odd_amounts_survive_approval(caller, invoice):
    invoice["LineItems"] = [{"Description": "third", "Quantity": 3, "LineAmount": 10, "AccountCode": "200"}]
    identity = created(caller, invoice)["InvoiceID"]
    assert changed(caller, identity, Status="AUTHORISED")["SubTotal"] == Decimal("10.00")


def test_description_only_lines_are_kept_in_order(caller, invoice):
    invoice["LineItems"].append({"Description": "Leave at shed, ring bell"})
    saved = created(caller, invoice, Status="AUTHORISED")
    assert [row["Description"] for row in saved["LineItems"]] == ["Delivery", "Leave at shed, ring bell"]
    assert "AccountCode" not in saved["LineItems"][1]
    assert saved["Total"] == Decimal("11.50")


def test_item_fills_price_account_tax_and_description(caller, invoice):
    saved = created(caller, invoice, LineItems=[{"ItemCode": "apl-1l", "Quantity": 2}])
    row = saved["LineItems"][0]
    assert (row["ItemCode"], row["UnitAmount"], row["AccountCode"]) == ("APL-1L", Decimal("4.25"), "200")
    assert (row["TaxType"], row["Description"]) == ("OUTPUT2", "Apple juice 1L")


def test_explicit_values_win_over_the_item(caller, invoice):
    row = {"ItemCode": "APL-1L", "Quantity": 2, "UnitAmount": 1, "AccountCode": "260", "Description": "Special"}
    saved = created(caller, invoice, LineItems=[row])["LineItems"][0]
    assert (saved["UnitAmount"], saved["AccountCode"], saved["Description"]) == (1, "260", "Special")


def test_item_fills_less_when_switched_off(caller, invoice):
    caller.switch(item_fills_tax_type=False, item_fills_description=False)
    lines = [{"ItemCode": "APL-1L", "Quantity": 2}]
    assert messages(caller.put("Invoices", invoice | {"Status": "AUTHORISED", "LineItems": lines})) == [
        "The description field is mandatory for each line item"
    ]


def test_tracking_comes_back_with_names_and_ids(caller, invoice):
    invoice["LineItems"][0]["Tracking"] = [{"Name": "Sales rep", "Option": "STESMI"}]
    tracking = created(caller, invoice)["LineItems"][0]["Tracking"][0]
    assert tracking.keys() == {"Name", "Option", "TrackingCategoryID", "TrackingOptionID"}


def on_hand(caller):
    return caller.get("Items/APL-1L")["Items"][0]["QuantityOnHand"]


def test_tracked_stock_moves_on_approval_and_comes_back_on_voiding(caller, invoice):
    caller.control("POST", "items/APL-1L", {"QuantityOnHand": 10})
    identity = created(caller, invoice, LineItems=[{"ItemCode": "APL-1L", "Quantity": 4}])["InvoiceID"]
    assert on_hand(caller) == 10
    changed(caller, identity, Status="AUTHORISED")
    assert on_hand(caller) == 6
    changed(caller, identity, Status="VOIDED")
    assert on_hand(caller) == 10


def test_sale_of_more_than_is_on_hand_is_refused_and_moves_nothing(caller, invoice):
    caller.control("POST", "items/APL-1L", {"QuantityOnHand": 3})
    lines = [{"ItemCode": "APL-1L", "Quantity": 2}, {"ItemCode": "APL-1L", "Quantity": 2}]
    answer = caller.put("Invoices", invoice | {"Status": "AUTHORISED", "LineItems": lines})
    assert messages(answer) == ["The quantity of item 'APL-1L' exceeds the quantity on hand (3.0000)"]
    assert on_hand(caller) == 3


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        ({"Day": 7, "Type": "DAYSAFTERBILLDATE"}, "2026-02-17"),
        ({"Day": 7, "Type": "DAYSAFTERBILLMONTH"}, "2026-03-07"),
        ({"Day": 31, "Type": "OFCURRENTMONTH"}, "2026-02-28"),
        ({"Day": 20, "Type": "OFFOLLOWINGMONTH"}, "2026-03-20"),
        (None, "2026-03-20"),
    ],
)
def test_due_day_falls_back_to_the_terms_when_switched(caller, invoice, terms, due):
    caller.switch(approval_needs_due_date=False)
    caller.control("POST", "contacts/KER014", {"PaymentTerms": {"Sales": terms} if terms else None})
    del invoice["DueDate"]
    saved = created(caller, invoice, Date="2026-02-10", Status="AUTHORISED")
    assert saved["DueDateString"] == f"{due}T00:00:00"


def test_sent_to_contact_on_a_draft_is_a_warning(caller, invoice):
    saved = created(caller, invoice, SentToContact=True)
    assert saved["Warnings"] == [{"Message": "Only AUTHORISED invoices may have SentToContact updated."}]
    assert saved["SentToContact"] is False


def test_unknown_name_creates_the_contact_with_the_invoice(caller, invoice):
    saved = created(caller, invoice, Contact={"Name": "Brand New Dairy"})
    contact = caller.get(f"Contacts/{saved['Contact']['ContactID']}")["Contacts"][0]
    assert (contact["Name"], contact["IsCustomer"]) == ("Brand New Dairy", True)


def test_refused_invoice_creates_no_contact(caller, invoice):
    caller.put("Invoices", invoice | {"Contact": {"Name": "Brand New Dairy"}, "CurrencyCode": "USD"})
    assert caller.get("Contacts", where='Name=="Brand New Dairy"')["Contacts"] == []


def test_contact_id_with_more_fields_edits_the_contact_and_drops_its_persons(caller, invoice):
    before = caller.get("Contacts", where='AccountNumber=="KER014"', page="1")["Contacts"][0]
    assert before["ContactPersons"]
    contact = {"ContactID": before["ContactID"], "EmailAddress": "new@shop.example"}
    created(caller, invoice, Contact=contact)
    after = caller.get(f"Contacts/{before['ContactID']}")["Contacts"][0]
    assert (after["EmailAddress"], after["ContactPersons"]) == ("new@shop.example", [])
    assert after["Name"] == before["Name"]


def test_contact_id_alone_leaves_the_contact_as_it_was(caller, invoice):
    before = caller.get("Contacts", where='AccountNumber=="KER014"', page="1")["Contacts"][0]
    created(caller, invoice, Contact={"ContactID": before["ContactID"]})
    after = caller.get(f"Contacts/{before['ContactID']}")["Contacts"][0]
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    assert after["ContactPersons"] == before["ContactPersons"]


def test_balances_follow_the_invoices_without_touching_the_contact(caller, invoice):
    contact = caller.get("Contacts", where='AccountNumber=="KER014"', page="1")["Contacts"][0]
    past = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    created(caller, invoice, Status="AUTHORISED")
    created(caller, invoice, Status="AUTHORISED", InvoiceNumber="SO-2", DueDate=past)
    after = caller.get(f"Contacts/{contact['ContactID']}")["Contacts"][0]
    moved = {
        name: after["Balances"]["AccountsReceivable"][name] - contact["Balances"]["AccountsReceivable"][name]
        for name in ("Outstanding", "Overdue")
    }
    assert moved == {"Outstanding": Decimal("23.00"), "Overdue": Decimal("11.50")}
    assert after["UpdatedDateUTC"] == contact["UpdatedDateUTC"]


def test_history_tells_what_happened_and_takes_notes(caller, invoice):
    identity = created(caller, invoice)["InvoiceID"]
    answer = caller.put(f"Invoices/{identity}/History", {"HistoryRecords": [{"Details": "Order 100245"}]})
    assert decoded(answer)["HistoryRecords"][0]["Details"] == "Order 100245"
    long = {"HistoryRecords": [{"Details": "x" * 2501}]}
    assert messages(caller.put(f"Invoices/{identity}/History", long)) == [
        "Details must not be longer than 2500 characters"
    ]
    records = caller.get(f"Invoices/{identity}/History")["HistoryRecords"]
    assert [record["Changes"] for record in records] == ["Note", "Created"]


def test_note_on_an_unknown_document_is_refused(caller):
    answer = caller.put(f"Invoices/{'1' * 8}/History", {"HistoryRecords": [{"Details": "x"}]})
    assert messages(answer) == ["The document with the supplied id was not found for this endpoint."]
