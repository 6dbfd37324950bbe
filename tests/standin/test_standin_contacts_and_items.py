"""Writing contacts and items."""

from __future__ import annotations

import pytest
from standin_caller import decoded, messages

NO_GUID = "00000000-0000-0000-0000-000000000000"
TAKEN = "Another contact has this contact number. Please enter a different contact number."


def made(caller, **fields):
    answer = caller.put("Contacts", {"Name": "Brand New Dairy"} | fields)
    assert answer.status_code == 200, answer.text
    return decoded(answer)["Contacts"][0]


def test_new_contact_has_fixed_slots(caller):
    saved = made(caller, Phones=[{"PhoneType": "MOBILE", "PhoneNumber": "555"}])
    assert {phone["PhoneType"]: phone["PhoneNumber"] for phone in saved["Phones"]} == {
        "DEFAULT": "",
        "DDI": "",
        "MOBILE": "555",
        "FAX": "",
    }
    assert [address["AddressType"] for address in saved["Addresses"]] == ["STREET", "POBOX"]
    assert (saved["IsCustomer"], saved["IsSupplier"]) == (False, False)


def test_name_is_unique_among_active_contacts_whatever_its_case(caller):
    answer = caller.put("Contacts", {"Name": "KERIKERI foodmart"})
    assert messages(answer) == [
        "The contact name KERIKERI foodmart is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    ]
    assert decoded(answer)["Elements"][0]["ContactID"] == NO_GUID


def test_name_of_an_archived_contact_is_free(caller):
    caller.control("POST", "contacts/KER014", {"ContactStatus": "ARCHIVED"})
    assert caller.put("Contacts", {"Name": "Kerikeri Foodmart"}).status_code == 200


def test_contact_number_is_unique(caller):
    made(caller, ContactNumber="C-1")
    answer = caller.put("Contacts", {"Name": "Other Dairy", "ContactNumber": "C-1"})
    assert messages(answer) == [TAKEN]


def test_the_number_of_an_archived_contact_stays_taken(caller):
    first = made(caller, ContactNumber="C-1")
    caller.post("Contacts", {"ContactID": first["ContactID"], "ContactStatus": "ARCHIVED"})
    answer = caller.put("Contacts", {"Name": "Other Dairy", "ContactNumber": "C-1"})
    assert messages(answer) == [TAKEN]


@pytest.mark.parametrize("name", ["a <b>", " a", "a ", "a  b"])
def test_names_with_odd_characters_or_spaces_are_refused(caller, name):
    assert len(messages(caller.put("Contacts", {"Name": name}))) == 1


def test_bad_mail_address_is_refused(caller):
    assert messages(caller.put("Contacts", {"Name": "X", "EmailAddress": "nobody"})) == ["Email address must be valid."]


def test_a_mail_address_has_no_umlauts(caller):
    sent = {"Name": "X", "EmailAddress": "jürgen@example.com"}
    assert messages(caller.put("Contacts", sent)) == ["Email address must be valid."]


def test_a_contact_has_five_persons_at_most(caller):
    persons = [{"FirstName": f"Person {at}"} for at in range(6)]
    assert caller.put("Contacts", {"Name": "X", "ContactPersons": persons[:5]}).status_code == 200
    refused = messages(caller.put("Contacts", {"Name": "Y", "ContactPersons": persons}))
    assert refused == ["No more than 5 contact persons can be kept"]


def test_terms_that_name_a_day_of_the_month_name_one_of_31(caller):
    def sent(kind, day):
        return {"Name": f"{kind} {day}", "PaymentTerms": {"Sales": {"Day": day, "Type": kind}}}

    for day in (0, 32):
        assert messages(caller.put("Contacts", sent("OFFOLLOWINGMONTH", day))) == [
            "Due Date for Sales Invoices must be between 1 and 31 when set to the following (or current) month."
        ]
    assert caller.put("Contacts", sent("OFCURRENTMONTH", 31)).status_code == 200
    assert caller.put("Contacts", sent("DAYSAFTERBILLDATE", 0)).status_code == 200


def test_post_matches_by_number_then_name_unless_switched(caller):
    by_name = made(caller)
    by_number = made(caller, Name="Second Dairy", ContactNumber="C-1")
    sent = {"Name": "Brand New Dairy", "ContactNumber": "C-1"}
    assert "already assigned" in messages(caller.post("Contacts", sent))[0]
    assert (
        decoded(caller.post("Contacts", {"ContactNumber": "C-1", "FirstName": "Mere"}))["Contacts"][0]["ContactID"]
        == by_number["ContactID"]
    )
    assert (
        decoded(caller.post("Contacts", {"Name": "Brand New Dairy", "FirstName": "Mere"}))["Contacts"][0]["ContactID"]
        == by_name["ContactID"]
    )


def test_omitted_fields_are_preserved(caller):
    first = made(caller, AccountNumber="NEW001", Phones=[{"PhoneType": "FAX", "PhoneNumber": "1"}])
    after = decoded(caller.post(f"Contacts/{first['ContactID']}", {"FirstName": "Mere"}))["Contacts"][0]
    assert (after["AccountNumber"], after["FirstName"]) == ("NEW001", "Mere")
    assert after["Phones"] == first["Phones"]


def test_archived_contact_cannot_be_edited_unless_switched(caller):
    identity = made(caller)["ContactID"]
    archived = caller.post("Contacts", {"ContactID": identity, "ContactStatus": "ARCHIVED"})
    assert decoded(archived)["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    revive = {"ContactID": identity, "ContactStatus": "ACTIVE"}
    assert messages(caller.post("Contacts", revive)) == [
        "The specified contact details matched an archived contact. "
        "Archived contacts cannot currently be edited via the API."
    ]
    caller.switch(unarchive_allowed=True)
    assert caller.post("Contacts", revive).status_code == 200


def test_unknown_id_in_the_path_is_404(caller):
    assert caller.post("Contacts/11111111-2222-3333-4444-555555555555", {"FirstName": "x"}).status_code == 404


def test_account_numbers_may_repeat_unless_switched(caller):
    made(caller, AccountNumber="KER014")
    caller.switch(account_number_unique=True)
    assert len(messages(caller.put("Contacts", {"Name": "X", "AccountNumber": "KER014"}))) == 1


def test_taken_item_code_is_refused(caller):
    assert messages(caller.put("Items", {"Code": "apl-1l"})) == ["Price List Item with Code 'apl-1l' already exists"]


def test_item_without_code_is_refused(caller):
    assert messages(caller.put("Items", {"Name": "Nothing"})) == ["Price List Item Code must be specified"]


def test_items_are_created_and_updated_by_code(caller):
    new = {"Code": "KWI-1", "Name": "Kiwifruit", "SalesDetails": {"UnitPrice": 3.3333, "AccountCode": "200"}}
    saved = decoded(caller.put("Items", new, unitdp="4"))["Items"][0]
    assert str(saved["SalesDetails"]["UnitPrice"]) == "3.3333"
    after = decoded(caller.post("Items", {"Code": "KWI-1", "SalesDetails": {"UnitPrice": 4}}))["Items"][0]
    assert (after["ItemID"], after["SalesDetails"]["AccountCode"]) == (saved["ItemID"], "200")


def test_quantity_on_hand_cannot_be_written(caller):
    before = caller.get("Items/APL-1L")["Items"][0]
    caller.post("Items/APL-1L", {"Code": "APL-1L", "QuantityOnHand": 1})
    assert caller.get("Items/APL-1L")["Items"][0]["QuantityOnHand"] == before["QuantityOnHand"]


def test_unused_items_can_be_deleted_and_vanish(caller):
    caller.put("Items", {"Code": "KWI-1"})
    assert caller.send("DELETE", "Items/KWI-1").status_code == 204
    assert caller.send("GET", "Items/KWI-1").status_code == 404
    assert len(messages(caller.send("DELETE", "Items/APL-1L"))) == 1
