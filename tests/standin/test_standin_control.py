"""The control routes beyond faults."""

from __future__ import annotations

import pytest
from standin_caller import decoded


def test_clock_moves_every_time_the_server_uses(caller, invoice):
    caller.control("POST", "clock", {"set": "2027-01-31T12:00:00Z"})
    assert caller.control("GET", "clock")["now"].startswith("2027-01-31T12:00:0")
    del invoice["Date"]
    answer = caller.put("Invoices", invoice)
    assert answer.headers["Date"].startswith("Sun, 31 Jan 2027 12:00:0")
    saved = decoded(answer)["Invoices"][0]
    assert saved["DateString"] == "2027-02-01T00:00:00"
    assert saved["UpdatedDateUTCString"].startswith("2027-01-31T12:00:0")


def test_reset_seeds_afresh_and_keeps_applications(caller, invoice):
    caller.put("Invoices", invoice)
    caller.switch(gzip=False)
    caller.control("POST", "reset", {"contacts": 5, "items": 4, "history_months": 0, "seed": 7})
    assert len(caller.get("Contacts")["Contacts"]) == 5
    assert caller.get("Invoices")["Invoices"] == []
    assert caller.control("GET", "switches")["gzip"] is True
    caller.control("POST", "reset", {"contacts": 30, "items": 12, "history_months": 1, "seed": 1})


def test_received_calls_hold_no_signature(caller, invoice):
    caller.send("PUT", "Invoices", invoice, headers={"Idempotency-Key": "k1"})
    call = caller.control("GET", "received")["received"][-1]
    assert (call["method"], call["path"], call["status"]) == ("PUT", "/api.xro/2.0/Invoices", 200)
    assert (call["idempotency_key"], call["committed"]) == ("k1", True)
    assert "SO-1" in call["body"]
    assert call["headers"]["authorization"] == f"OAuth consumer key {caller.consumer_key}"
    caller.control("DELETE", "received")
    assert caller.control("GET", "received")["received"] == []


def test_books_show_every_record(caller, invoice):
    caller.put("Invoices", invoice)
    organisation = caller.control("GET", "books")["organisations"][0]
    assert organisation["name"] == "Kauri Wholesale Limited"
    assert organisation["short_code"].startswith("!")
    assert "SO-1" in {row["InvoiceNumber"] for row in organisation["invoices"]}
    assert len(organisation["items"]) == 12


def test_office_edits_count_as_changes(caller):
    before = caller.get("Contacts", where='AccountNumber=="KER014"', page="1")["Contacts"][0]
    caller.control("POST", "contacts/KER014", {"FirstName": "Mere", "ContactGroups": ["Stop", "Deal NEW"]})
    after = caller.get(f"Contacts/{before['ContactID']}")["Contacts"][0]
    assert after["FirstName"] == "Mere"
    assert [group["Name"] for group in after["ContactGroups"]] == ["Stop", "Deal NEW"]
    assert after["UpdatedDateUTC"] > before["UpdatedDateUTC"]


def test_merging_archives_a_contact_and_says_into_which(caller):
    target = caller.get("Contacts", where='Name!="Kerikeri Foodmart"')["Contacts"][0]["ContactID"]
    merged = caller.control("POST", "contacts/KER014", {"MergedToContactID": target})
    shown = caller.get(f"Contacts/{merged['ContactID']}")["Contacts"][0]
    assert (shown["ContactStatus"], shown["MergedToContactID"]) == ("ARCHIVED", target)


def test_items_can_be_changed_and_removed(caller):
    caller.control("POST", "items/APL-1L", {"SalesDetails": {"UnitPrice": 4.5}, "QuantityOnHand": 7})
    item = caller.get("Items/APL-1L")["Items"][0]
    assert (str(item["SalesDetails"]["UnitPrice"]), item["QuantityOnHand"]) == ("4.50", 7)
    caller.control("DELETE", "items/APL-1L")
    assert caller.send("GET", "Items/APL-1L").status_code == 404


def test_invoices_can_be_voided_by_the_office(caller, invoice):
    caller.put("Invoices", invoice | {"Status": "AUTHORISED"})
    caller.control("POST", "invoices/SO-1", {"Status": "VOIDED", "Reference": None})
    shown = caller.get("Invoices/SO-1")["Invoices"][0]
    assert (shown["Status"], shown["AmountDue"]) == ("VOIDED", 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "contacts/NOBODY", {}, 404),
        ("POST", "clock", {"forward": 1}, 400),
        ("POST", "switches", {"gzip": "maybe"}, 400),
        ("POST", "switches", {"no_such": True}, 400),
        ("POST", "reset", [], 400),
        ("POST", "organisation", {"organisation": "Nobody"}, 404),
    ],
)
def test_mistakes_are_told(caller, http, method, path, body, status):
    answer = http.request(method, f"{caller.url}/standin/{path}", json=body)
    assert answer.status_code == status
    assert decoded(answer)["error"]


def test_edits_and_books_take_the_organisation_where_there_are_several(two):
    def names(query):
        return [one["name"] for one in two.control("GET", f"books{query}")["organisations"]]

    assert names("") == ["Kauri Wholesale Limited", "Rimu Retail Limited"]
    assert names("?organisation=Rimu Retail Limited") == names(f"?organisation={two.tenants[1]}") == names("")[1:]
    two.control("POST", "contacts/KER014", {"FirstName": "Mere", "organisation": "Rimu Retail Limited"})
    two.control("POST", "contacts/KER014", {"FirstName": "Rua"})
    first, second = two.control("GET", "books")["organisations"]
    people = [
        next(one["FirstName"] for one in books["contacts"] if one.get("AccountNumber") == "KER014")
        for books in (first, second)
    ]
    assert people == ["Rua", "Mere"]


def test_reset_can_name_the_organisations(two):
    reset = two.control("POST", "reset", {"organisations": ["Tōtara Limited"]})
    assert reset["organisations"] == ["Tōtara Limited"]
    two.control("POST", "reset", {"organisations": ["Kauri Wholesale Limited", "Rimu Retail Limited"]})


def test_a_reset_without_sizes_goes_back_to_those_of_the_start(caller):
    caller.control("POST", "reset", {"contacts": 3, "items": 2})
    assert len(caller.control("GET", "books")["organisations"][0]["contacts"]) == 3
    caller.control("POST", "reset", {})
    held = caller.control("GET", "books")["organisations"][0]
    assert (len(held["contacts"]), len(held["items"])) == (30, 12)


@pytest.mark.parametrize(
    ("path", "patch", "status"),
    [
        ("invoices/SO-1", {"Contact": None}, 400),
        ("invoices/SO-1", {"InvoiceNumber": "SO-2", "Contact": "Kerikeri"}, 400),
        ("invoices/SO-1", {"Contact": {"ContactID": "nobody"}}, 404),
        ("invoices/SO-1", {"LineItems": [{"Description": "without amounts"}]}, 400),
        ("contacts/KER014", {"Name": None}, 400),
        ("items/APL-1L", {"SalesDetails": None}, 400),
        ("items/APL-1L", {"QuantityOnHand": None}, 400),
        ("organisation", {"BaseCurrency": None}, 400),
    ],
)
def test_an_edit_that_would_break_a_record_is_refused_and_changes_nothing(caller, invoice, path, patch, status):
    caller.put("Invoices", invoice)
    before = caller.control("GET", "books")
    answer = caller.http.post(f"{caller.url}/standin/{path}", json=patch)
    assert (answer.status_code, "error" in answer.json()) == (status, True)
    assert caller.control("GET", "books") == before
    assert caller.get("Invoices", InvoiceNumbers="SO-1")["Invoices"][0]["InvoiceNumber"] == "SO-1"
