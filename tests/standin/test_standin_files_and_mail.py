"""Attachments, mailing an invoice, its online address, and contact groups."""

from __future__ import annotations

import pytest
from standin_caller import decoded, messages

PICTURE = bytes(range(256)) * 4


def upload(caller, path, body=PICTURE, method="PUT", **query):
    return caller.send(method, path, body, query=query, headers={"Content-Type": "image/png"})


@pytest.fixture
def approved(caller, invoice):
    answer = caller.put("Invoices", invoice | {"Status": "AUTHORISED"})
    return decoded(answer)["Invoices"][0]


def test_a_file_comes_back_as_it_was_sent(caller, approved):
    path = f"Invoices/{approved['InvoiceID']}/Attachments"
    stored = decoded(upload(caller, f"{path}/signed%20slip.png", IncludeOnline="true"))["Attachments"][0]
    assert (stored["FileName"], stored["MimeType"], stored["ContentLength"]) == ("signed slip.png", "image/png", 1024)
    assert stored["IncludeOnline"] is True
    for name in ("signed%20slip.png", stored["AttachmentID"]):
        fetched = caller.send("GET", f"{path}/{name}", headers={"Accept": "image/png"})
        assert (fetched.content, fetched.headers["content-type"]) == (PICTURE, "image/png")
    listed = caller.get(path)["Attachments"]
    assert [one["AttachmentID"] for one in listed] == [stored["AttachmentID"]]
    assert caller.get("Invoices/SO-1")["Invoices"][0]["HasAttachments"] is True


def test_a_file_is_replaced_under_its_name(caller, approved):
    path = f"Invoices/{approved['InvoiceID']}/Attachments"
    first = decoded(upload(caller, f"{path}/a.png"))["Attachments"][0]
    second = decoded(upload(caller, f"{path}/A.png", b"new", "POST"))["Attachments"][0]
    assert first["AttachmentID"] == second["AttachmentID"]
    assert caller.send("GET", f"{path}/a.png").content == b"new"


def test_ten_files_at_most_no_odd_names_and_no_giants(caller, approved):
    path = f"Invoices/{approved['InvoiceID']}/Attachments"
    assert "not allowed" in messages(upload(caller, f"{path}/a%3Ab.png"))[0]
    caller.switch(attachment_limit_mb=0)
    giant = upload(caller, f"{path}/a.png")
    assert (giant.status_code, giant.json()["Title"]) == (413, "RequestEntityTooLarge")
    caller.switch(attachment_limit_mb=10)
    for number in range(10):
        assert upload(caller, f"{path}/{number}.png").status_code == 200
    assert messages(upload(caller, f"{path}/10.png")) == ["No more than 10 files can be attached"]
    assert upload(caller, f"{path}/9.png", method="POST").status_code == 200


@pytest.mark.parametrize("name", ["slip", "slip.webp", "slip.png.exe"])
def test_files_of_other_kinds_are_not_kept(caller, approved, name):
    path = f"Invoices/{approved['InvoiceID']}/Attachments"
    assert messages(upload(caller, f"{path}/{name}")) == [
        "The file couldn't be uploaded because it isn't a supported file type."
    ]


def test_contacts_keep_files_too_and_unknown_ones_are_not_found(caller, approved):
    path = f"Contacts/{approved['Contact']['ContactID']}/Attachments/map.png"
    assert upload(caller, path).status_code == 200
    assert caller.send("GET", path.replace("map", "other")).status_code == 404
    assert upload(caller, "Invoices/NOBODY/Attachments/a.png").status_code == 404


def test_mailing_an_invoice_marks_it_sent(caller, approved):
    answer = caller.send("POST", "Invoices/SO-1/Email", {})
    assert (answer.status_code, answer.content) == (204, b"")
    assert caller.get("Invoices/SO-1")["Invoices"][0]["SentToContact"] is True
    assert caller.get("Invoices/SO-1/History")["HistoryRecords"][0]["Changes"] == "Invoice sent"
    assert caller.send("POST", "Invoices/SO-1/Email", {}).status_code == 204


def test_mail_needs_an_approved_invoice_an_address_and_room_in_the_day(caller, invoice):
    draft = invoice | {"InvoiceNumber": "SO-2"}
    caller.put("Invoices", draft)
    assert "SUBMITTED, AUTHORISED or PAID" in messages(caller.send("POST", "Invoices/SO-2/Email", {}))[0]
    caller.post("Invoices/SO-2", {"Status": "AUTHORISED"})
    caller.switch(emails_per_day=0)
    assert messages(caller.send("POST", "Invoices/SO-2/Email", {})) == ["The daily email limit has been reached"]
    caller.put("Invoices", invoice | {"Status": "AUTHORISED", "Contact": {"Name": "No address"}})
    assert messages(caller.send("POST", "Invoices/SO-1/Email", {})) == ["The contact has no email address"]
    assert caller.send("POST", "Invoices/SO-404/Email", {}).status_code == 404


def test_an_approved_invoice_can_be_seen_online(caller, approved, invoice):
    url = caller.get("Invoices/SO-1/OnlineInvoice")["OnlineInvoices"][0]["OnlineInvoiceUrl"]
    assert url.startswith("https://in.xero.com/")
    caller.put("Invoices", invoice | {"InvoiceNumber": "SO-2"})
    assert "approved" in messages(caller.send("GET", "Invoices/SO-2/OnlineInvoice"))[0]


def test_groups_are_made_filled_emptied_renamed_and_deleted(caller, approved):
    contact = approved["Contact"]["ContactID"]
    group = decoded(caller.put("ContactGroups", {"Name": "Coast"}))["ContactGroups"][0]
    path = f"ContactGroups/{group['ContactGroupID']}"

    def members():
        return [one["ContactID"] for one in caller.get(path)["ContactGroups"][0]["Contacts"]]

    assert caller.put(f"{path}/Contacts", {"Contacts": [{"ContactID": contact}]}).status_code == 200
    assert members() == [contact]
    assert caller.send("DELETE", f"{path}/Contacts/{contact}").status_code == 204
    assert members() == []
    caller.put(f"{path}/Contacts", {"ContactID": contact})
    assert caller.send("DELETE", f"{path}/Contacts").status_code == 204
    assert members() == []
    renamed = decoded(caller.post(path, {"Name": "West coast"}))["ContactGroups"][0]
    assert (renamed["ContactGroupID"], renamed["Name"]) == (group["ContactGroupID"], "West coast")
    deleted = decoded(caller.post(path, {"Status": "DELETED"}))["ContactGroups"][0]
    assert deleted["Status"] == "DELETED"


def test_what_is_wrong_with_a_group_is_told(caller):
    assert messages(caller.put("ContactGroups", {"Status": "ACTIVE"})) == ["Name must be specified"]
    caller.put("ContactGroups", {"Name": "Coast"})
    assert messages(caller.put("ContactGroups", {"Name": "COAST"})) == [
        "The contact group name COAST is already in use"
    ]
    group = caller.get("ContactGroups")["ContactGroups"][0]["ContactGroupID"]
    unknown = {"ContactID": "11111111-1111-4111-8111-111111111111"}
    assert messages(caller.put(f"ContactGroups/{group}/Contacts", unknown)) == ["The Contact could not be found"]
    assert caller.send("DELETE", f"ContactGroups/{group}/Contacts/{unknown['ContactID']}").status_code == 404
    archived = {"ContactID": caller.get("Contacts", where='AccountNumber=="KER014"')["Contacts"][0]["ContactID"]}
    caller.control("POST", "contacts/KER014", {"ContactStatus": "ARCHIVED"})
    assert messages(caller.put(f"ContactGroups/{group}/Contacts", archived)) == [
        "Unable to assign an Archived contact."
    ]
    assert caller.send("DELETE", "ContactGroups/nope/Contacts").status_code == 404
    many = {"ContactGroups": [{"Name": f"Group {number}"} for number in range(100)]}
    assert "limit of 100 contact groups" in messages(caller.put("ContactGroups", many))[-1]
