"""What reading gives back: envelope, dates, pages, filters, what changed since when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from standin_caller import decoded


def since(caller, delta_s):
    now = datetime.fromisoformat(caller.control("GET", "clock")["now"]) + timedelta(seconds=delta_s)
    return {"If-Modified-Since": now.strftime("%Y-%m-%dT%H:%M:%S")}


def test_envelope_and_both_date_forms(caller):
    answer = caller.send("GET", "Invoices", query={"page": "1"})
    body = decoded(answer)
    assert list(body)[:4] == ["Id", "Status", "ProviderName", "DateTimeUTC"]
    assert (body["Status"], body["ProviderName"]) == ("OK", "Bridge")
    assert re.fullmatch(r"/Date\(\d+\)/", body["DateTimeUTC"])
    first = body["Invoices"][0]
    assert re.fullmatch(r"/Date\(\d+\+0000\)/", first["Date"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", first["DateString"])
    assert re.fullmatch(r"[\dT:-]+Z", first["UpdatedDateUTCString"])
    assert rb"\/Date(" in answer.content


def test_answers_are_compressed_when_asked_for(caller):
    assert caller.send("GET", "Items").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in caller.send("GET", "Items", headers={"Accept-Encoding": "identity"}).headers


@pytest.mark.parametrize(
    "path", ["Invoices/SO-404", "Contacts/KER014", "Items/GONE", "TaxRates/X", "Nothing", "Users/1"]
)
def test_unknown_records_and_paths_are_404_with_an_empty_html_body(caller, path):
    answer = caller.send("GET", path)
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("method", "path"), [("POST", "Organisation"), ("PUT", "TaxRates"), ("DELETE", "Invoices/1")])
def test_methods_an_endpoint_does_not_have_are_501(caller, method, path):
    assert caller.send(method, path).status_code == 501


def test_single_records_are_found_by_id_number_or_code(caller):
    item = caller.get("Items/APL-1L")["Items"][0]
    assert caller.get(f"Items/{item['ItemID'].upper()}")["Items"][0]["Code"] == "APL-1L"
    assert caller.get("TaxRates/OUTPUT2")["TaxRates"][0]["EffectiveRate"] == 15
    number = caller.get("Invoices")["Invoices"][0]["InvoiceNumber"]
    assert caller.get(f"Invoices/{number}")["Invoices"][0]["LineItems"]


@pytest.mark.parametrize(
    ("query", "page", "size"),
    [
        ({"page": "1"}, 1, 100),
        ({"pageSize": "5"}, 1, 5),
        ({"page": "2", "pageSize": "5"}, 2, 5),
        ({"page": "0", "pageSize": "0"}, 1, 1),
        ({"page": "1", "pageSize": "5000"}, 1, 1000),
        ({"page": "x", "pageSize": "y"}, 1, 100),
    ],
)
def test_pages_are_clamped_without_a_word(caller, query, page, size):
    body = caller.get("Invoices", **query)
    count = body["pagination"]["itemCount"]
    assert body["pagination"] == {"page": page, "pageSize": size, "pageCount": -(-count // size), "itemCount": count}
    assert len(body["Invoices"]) == max(min(size, count - (page - 1) * size), 0)


def test_page_past_the_end_is_empty_unless_switched(caller):
    assert caller.get("Invoices", page="99")["Invoices"] == []
    caller.switch(page_past_end_refused=True)
    assert caller.send("GET", "Invoices", query={"page": "99"}).status_code == 400


def test_pages_together_are_the_whole_list_once(caller):
    seen = [row["InvoiceID"] for page in "1234" for row in caller.get("Invoices", page=page, pageSize="6")["Invoices"]]
    assert len(seen) == len(set(seen)) == len(caller.get("Invoices")["Invoices"])


def test_unpaged_lists_are_summaries(caller):
    body = caller.get("Invoices")
    assert "pagination" not in body
    assert all(row["LineItems"] == [] for row in body["Invoices"])
    assert "Balances" not in caller.get("Contacts")["Contacts"][0]
    assert "Balances" in caller.get("Contacts", page="1")["Contacts"][0]


def test_summary_only_forces_paging_and_drops_lines(caller):
    body = caller.get("Invoices", summaryOnly="true")
    assert body["pagination"]["page"] == 1
    assert not {"LineItems", "Payments", "HasAttachments"} & body["Invoices"][0].keys()
    assert "Addresses" not in caller.get("Contacts", summaryOnly="true")["Contacts"][0]


def test_archived_contacts_are_hidden_unless_asked_for(caller):
    caller.control("POST", "contacts/KER014", {"ContactStatus": "ARCHIVED"})
    shown = caller.get("Contacts")["Contacts"]
    everyone = caller.get("Contacts", includeArchived="true")["Contacts"]
    assert {row["ContactStatus"] for row in shown} == {"ACTIVE"}
    assert len(everyone) == len(shown) + 1


def test_group_members_come_only_with_one_group(caller):
    group = caller.get("ContactGroups", where='Name=="Rep STESMI"')["ContactGroups"][0]
    assert "Contacts" not in group
    members = caller.get(f"ContactGroups/{group['ContactGroupID']}")["ContactGroups"][0]["Contacts"]
    assert "Kerikeri Foodmart" in {member["Name"] for member in members}


def test_if_modified_since_works_to_the_second(caller, invoice):
    assert caller.put("Invoices", invoice).status_code == 200
    recent = caller.send("GET", "Invoices", headers=since(caller, -5))
    assert [row["InvoiceNumber"] for row in decoded(recent)["Invoices"]] == ["SO-1"]
    assert decoded(caller.send("GET", "Invoices", headers=since(caller, 5)))["Invoices"] == []


def test_boundary_second_is_left_out_unless_switched(caller, invoice):
    saved = decoded(caller.put("Invoices", invoice))["Invoices"][0]
    headers = {"If-Modified-Since": saved["UpdatedDateUTCString"]}
    assert decoded(caller.send("GET", "Invoices", headers=headers))["Invoices"] == []
    caller.switch(modified_since_inclusive=True)
    assert len(decoded(caller.send("GET", "Invoices", headers=headers))["Invoices"]) == 1


def test_if_modified_since_takes_rfc_1123_and_ignores_nonsense_and_the_query(caller):
    future = {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}
    assert decoded(caller.send("GET", "Contacts", headers=future))["Contacts"] == []
    assert decoded(caller.send("GET", "Contacts", headers={"If-Modified-Since": "soon"}))["Contacts"]
    assert caller.get("Contacts", **{"If-Modified-Since": "2099-01-01"})["Contacts"]


def test_nothing_changed_is_an_empty_list_or_304_when_switched(caller):
    headers = since(caller, 5)
    assert caller.send("GET", "Contacts", headers=headers).status_code == 200
    caller.switch(not_modified_304=True)
    answer = caller.send("GET", "Contacts", headers=headers)
    assert (answer.status_code, answer.content) == (304, b"")


def test_tax_rates_know_no_if_modified_since(caller):
    future = {"If-Modified-Since": "2099-01-01T00:00:00"}
    assert decoded(caller.send("GET", "TaxRates", headers=future))["TaxRates"]


def test_invoices_filter_by_ids_numbers_contacts_and_statuses(caller):
    rows = caller.get("Invoices")["Invoices"]
    first = rows[0]
    contact = first["Contact"]["ContactID"]
    for query in ({"IDs": first["InvoiceID"]}, {"InvoiceNumbers": first["InvoiceNumber"]}):
        assert [row["InvoiceID"] for row in caller.get("Invoices", **query)["Invoices"]] == [first["InvoiceID"]]
    of_contact = {row["InvoiceID"] for row in rows if row["Contact"]["ContactID"] == contact}
    assert {row["InvoiceID"] for row in caller.get("Invoices", ContactIDs=contact)["Invoices"]} == of_contact
    body = caller.get("Invoices", Statuses="DRAFT,PAID")
    assert body["pagination"]
    assert {row["Status"] for row in body["Invoices"]} <= {"DRAFT", "PAID"}


def test_where_reaches_into_the_contact(caller):
    contact = caller.get("Invoices")["Invoices"][0]["Contact"]
    text = f'Type=="ACCREC" AND Contact.ContactID==guid("{contact["ContactID"]}")'
    assert {row["Contact"]["Name"] for row in caller.get("Invoices", where=text)["Invoices"]} == {contact["Name"]}


def test_unreadable_where_and_order_are_query_parse_errors(caller):
    for query in ({"where": "Name=="}, {"order": "Shoe size"}):
        answer = caller.send("GET", "Contacts", query=query)
        assert answer.status_code == 400
        assert decoded(answer)["Type"] == "QueryParseException"


def test_order_is_by_change_then_id_unless_asked_otherwise(caller):
    stamps = [row["UpdatedDateUTC"] for row in caller.get("Invoices")["Invoices"]]
    assert stamps == sorted(stamps)
    names = [row["Code"] for row in caller.get("Items", order="Code DESC")["Items"]]
    assert names == sorted(names, reverse=True)


def test_search_term_looks_into_names_and_numbers(caller):
    assert [row["Name"] for row in caller.get("Contacts", searchTerm="kerikeri food")["Contacts"]] == [
        "Kerikeri Foodmart"
    ]


def test_items_ignore_paging(caller):
    body = caller.get("Items", page="1", pageSize="1")
    assert "pagination" not in body
    assert len(body["Items"]) == 12


def test_over_long_urls_are_refused_unless_switched_off(caller):
    query = {"IDs": ",".join(["11111111-1111-1111-1111-111111111111"] * 250)}
    assert caller.send("GET", "Contacts", query=query).status_code == 414
    caller.switch(url_limit_bytes=0)
    assert caller.send("GET", "Contacts", query=query).status_code == 200


def test_fields_without_value_are_left_out(caller):
    assert all(None not in row.values() for row in caller.get("Contacts", page="1")["Contacts"])
    organisation = caller.get("Organisation")["Organisations"][0]
    assert "PeriodLockDate" not in organisation
    caller.control("POST", "organisation", {"PeriodLockDate": "2026-03-31"})
    assert caller.get("Organisation")["Organisations"][0]["PeriodLockDate"] == "/Date(1774915200000+0000)/"


def test_the_organisation_answers_to_its_plural_too(caller):
    assert caller.get("Organisations")["Organisations"] == caller.get("Organisation")["Organisations"]
