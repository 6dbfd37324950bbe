"""Where goods go and whose customer it is: from the office's sheets to the files, and onto the invoice."""

import pytest

from app.scene import lay, order, posted, raw, texts
from fieldbridge.flows import TRANSACTIONS
from scenarios.office import KERIKERI, PAIHIA, lay_sheet, publish, row, rows, settle
from support.steps import walked

ADDRESSES = "customer,code,line_1,line_2,line_3\r\n"
MANY = "".join(f"KER014,{number},{number} Shed Rd,Kerikeri,0230\r\n" for number in range(2, 40))


def places(office, customer=KERIKERI):
    return [one for one in rows(office, "DeliveryAddresses.csv") if one["CustomerCode"] == customer]


def test_a_customer_may_have_any_number_of_addresses_beside_xeros_street(office):
    lay_sheet(office, "addresses", ADDRESSES + MANY)
    publish(office)
    found = places(office)
    assert [one["CustomersDeliveryCode"] for one in found] == sorted(str(number) for number in range(1, 40))
    assert len(places(office, PAIHIA)) == 1, "others keep their street"


def test_an_address_stays_on_the_invoice_as_it_was_and_is_never_written_into_the_contact(office):
    before = office.contact(KERIKERI)["Addresses"]
    lay_sheet(office, "addresses", ADDRESSES + "KER014,2,12 Shed Rd,Kerikeri,\r\n")
    publish(office)
    lay(office.site, "a.txt", raw(order("1", delivery_code="2")))
    walked(office.site, TRANSACTIONS)
    lay_sheet(office, "addresses", ADDRESSES + "KER014,2,99 Wharf Rd,Opua,\r\n")
    publish(office)
    lay(office.site, "b.txt", raw(order("2", delivery_code="2"), order("3", delivery_code="1")))
    walked(office.site, TRANSACTIONS)
    made = posted(office.site)
    assert [texts(made[number])[-1] for number in ("SO-BV1", "SO-BV2")] == [
        "Deliver to: 12 Shed Rd, Kerikeri",
        "Deliver to: 99 Wharf Rd, Opua",
    ]
    assert texts(made["SO-BV3"])[-1].startswith("Deliver to: ")
    assert office.contact(KERIKERI)["Addresses"] == before
    written = [one["path"] for one in office.site.xero.received() if one["method"] in ("PUT", "POST")]
    assert {path.rpartition("/")[2] for path in written} == {"Invoices"}


def test_the_sheet_may_put_another_address_in_the_place_of_the_street(office):
    lay_sheet(office, "addresses", ADDRESSES + "KER014,1,Back door,,\r\n")
    publish(office)
    assert [(one["CustomersDeliveryCode"], one["DeliveryAddressLine1"]) for one in places(office)] == [
        ("1", "Back door")
    ]


@pytest.mark.parametrize("street", [[], [{"AddressType": "STREET", "AddressLine1": "", "City": "Opua"}]])
def test_a_customer_without_a_street_has_no_address_or_only_its_town(office, street):
    office.patch(KERIKERI, Addresses=street)
    publish(office)
    assert [one["DeliveryAddressLine1"] for one in places(office)] == ["Opua"][: len(street)]


def test_reps_are_those_of_groups_sheets_and_settings_by_name_where_it_is_known(office):
    office.patch(KERIKERI, ContactGroups=["Rep STESMI"])
    office.patch(PAIHIA, ContactGroups=[])
    lay_sheet(office, "staff", "code,first_name,surname\r\nSTESMI,Steve,Smith\r\nNEW,Nia,New\r\n")
    lay_sheet(office, "customers", "customer,rep\r\nPAI001,ZOE\r\n")
    publish(office)
    assert row(office, "Customer.csv", KERIKERI)["StaffCode"] == "STESMI"
    assert row(office, "Customer.csv", PAIHIA)["StaffCode"] == "ZOE"
    found = {one["Staff_Code"]: (one["First_Name"], one["Surname"]) for one in rows(office, "Staff.csv")}
    assert found.items() >= {("STESMI", ("Steve", "Smith")), ("NEW", ("Nia", "New")), ("ZOE", ("ZOE", ""))}


def test_tablets_get_the_mapped_rates_and_one_that_is_gone_is_told(office):
    publish(office)
    assert [tuple(one.values()) for one in rows(office, "Tax.csv")] == [
        *(("1", "15% GST on Income", "15"), ("2", "Exempt Income", "0"), ("3", "No GST", "0"), ("4", "Zero Rated", "0"))
    ]
    gone = office.books.tax_rates["EXEMPTOUTPUT"]
    office.books.tax_rates.put({**gone, "Status": "DELETED"})
    publish(office, ("2", "tax.unusable"))
    assert [one["Tax_Code"] for one in rows(office, "Tax.csv")] == ["1", "3", "4"]


def test_a_reps_code_that_no_tablet_can_sign_in_with_is_told(office):
    office.patch(KERIKERI, ContactGroups=["Rep STEVESMITHSON"])
    publish(office, ("STEVESMITHSON", "staff.code_long"))
    assert row(office, "Staff.csv", "STEVESMITHSON")


def test_the_street_may_be_shown_first_so_that_maps_work(office):
    lines = [{"AddressType": "POBOX", "AddressLine1": "PO Box 1", "PostalCode": "0230"},
             {"AddressType": "STREET", "AddressLine1": "12 Hone Heke Rd", "PostalCode": "0231"}]  # fmt: skip
    office.patch(KERIKERI, Addresses=lines)
    for toml, shown in (
        ("", ("PO Box 1", "0230")),
        ('\n[customers]\naddress = "street"\n', ("12 Hone Heke Rd", "0231")),
    ):
        settle(office, toml)
        publish(office)
        found = row(office, "Customer.csv", KERIKERI)
        assert (found["AddressLine1"], found["PostCode"]) == shown
