"""Customers reps met: contacts in Xero, orders that wait for them, and the tablets' own codes. Files in, books out."""

import csv
from decimal import Decimal

import pytest

from app.scene import codes, lay, order, posted, raw, settle_for, settle_transactions
from fieldbridge.app import problems
from fieldbridge.core.records.field import NewCustomer, Tender
from fieldbridge.flows import MASTER_DATA

CAFE = NewCustomer(
    name="Harbour Cafe",
    first_name="Mere",
    last_name="Tane",
    email="mere@harbour.example",
    phone="09 555 0114",
    address_lines=("1 Quay St",),
    city="Kerikeri",
    region="Northland",
    post_code="0230",
)


def met(number: int, new: NewCustomer = CAFE, code: str = "NEW001", **changes: object):
    """A new customer without an order."""
    plain = {"kind": "N", "lines": (), "total": Decimal(0), "tax": Decimal(0)}
    return order(number, customer=code, customer_name=new.name, new_customer=new, **{**plain, **changes})


def send(office, *orders, name: str = ""):
    lay(office.site, f"{name or orders[0].order_no}.txt", raw(*orders))
    return office.site.sync()


def retry(office):
    assert problems.retry(office.site.installation, office.site.problems())
    return office.site.sync()


def named(office, name: str = CAFE.name) -> list[dict]:
    return office.books.contacts.find("name", name.casefold())


def buyers(office) -> dict[str, str]:
    """The name of each posted invoice's customer, by number."""
    contacts = office.books.contacts
    return {number: contacts[one["Contact"]["ContactID"]]["Name"] for number, one in posted(office.site).items()}


def test_a_new_customer_becomes_a_contact_with_what_the_rep_wrote(office):
    assert send(office, met(1)).exit_code == 0
    (made,) = named(office)
    assert (made["AccountNumber"], made["ContactNumber"], made["EmailAddress"]) == ("NEW001", "NEW001", CAFE.email)
    assert (made["FirstName"], made["LastName"]) == ("Mere", "Tane")
    assert [(one["AddressLine1"], one["City"], one["PostalCode"]) for one in made["Addresses"]] == [
        ("1 Quay St", "Kerikeri", "0230")
    ] * 2
    assert [one["PhoneNumber"] for one in made["Phones"] if one["PhoneType"] == "DEFAULT"] == ["09 555 0114"]


def test_a_new_customer_is_on_the_tablets_under_the_tablets_own_code(office):
    settle_transactions(office.site, 'new_customers = {code = "minted", address = "street", terms_days = 20}')
    assert send(office, met(1)).exit_code == 0
    (made,) = named(office)
    assert (made["AccountNumber"], made["ContactNumber"]) == ("HAR001", "NEW001")
    assert made["PaymentTerms"]["Sales"] == {"Day": 20, "Type": "DAYSAFTERBILLDATE"}
    office.site.sync(MASTER_DATA)
    with (office.site.folder / "Customer.csv").open(encoding="cp1252", newline="") as handle:
        rows = {row["CustomerID"]: row["CustomerName"] for row in csv.DictReader(handle)}
    assert rows["NEW001"] == CAFE.name
    assert "HAR001" not in rows
    assert send(office, order(2, customer="NEW001")).exit_code == 0
    assert buyers(office) == {"SO-BV2": CAFE.name}


def rows(office) -> dict[str, dict[str, str]]:
    office.site.sync(MASTER_DATA)
    with (office.site.folder / "Customer.csv").open(encoding="cp1252", newline="") as handle:
        return {row["CustomerID"]: row for row in csv.DictReader(handle)}


def test_a_new_customer_is_in_the_groups_of_the_template_and_so_its_rep_sees_it(office):
    settle_transactions(office.site, 'new_customers = {groups = ["Rep {rep}", "price 3", "Class Quayside"]}')
    assert send(office, met(1), order(2, customer="NEW001")).exit_code == 1
    assert codes(office.site) == [("BV1", "order.group_unknown")]
    assert buyers(office) == {"SO-BV2": CAFE.name}, "the order goes, the customer is there"
    office.books.groups.put({"ContactGroupID": office.books.new_id(), "Status": "ACTIVE", "Name": "Class Quayside"})
    assert retry(office).exit_code == 0
    row = rows(office)["NEW001"]
    assert (row["StaffCode"], row["PriceLevel"], row["CustomerCategory1"]) == ("STESMI", "3", "Quayside")
    assert len(named(office)) == 1


def test_an_order_that_brings_its_customer_is_posted_for_it_with_its_payment(office):
    settle_for(office.site, '\n[transactions.tenders]\nCASH = "091"\n')
    tenders = (Tender(kind="CASH", amount=Decimal("60.00")),)
    assert send(office, order(1, kind="I", customer="NEW001", new_customer=CAFE, tenders=tenders)).exit_code == 0
    assert buyers(office) == {"SO-BV1": CAFE.name}
    (made,) = posted(office.site).values()
    assert made["AmountDue"] == 0
    assert [one["Total"] for one in office.books.overpayments.rows()] == [Decimal("1.35")]


def test_orders_wait_for_their_customer_and_go_on_by_themselves(office_on_any_database):
    office = office_on_any_database
    assert send(office, order(1, customer="NEW001")).exit_code == 1
    assert codes(office.site) == [("BV1", "order.customer_unknown")]
    run = send(office, met(2), order(3, customer="NEW001"))
    assert run.exit_code == 0
    assert buyers(office) == {"SO-BV1": CAFE.name, "SO-BV3": CAFE.name}
    assert codes(office.site) == []
    assert len(named(office)) == 1


def test_while_a_new_customer_is_a_problem_its_orders_wait_and_say_for_what(office):
    office.add(CAFE.name)
    assert send(office, met(1), order(2, customer="NEW001")).exit_code == 1
    assert codes(office.site) == [("BV1", "order.new_customer_exists"), ("BV2", "order.customer_awaited")]
    waiting = next(one for one in office.site.problems() if one.key == "BV2")
    assert (waiting.kind, "BV1" in waiting.message) == ("waiting", True)
    settle_transactions(office.site, 'new_customers = {name_taken = "adopt"}')
    assert retry(office).exit_code == 0
    assert buyers(office) == {"SO-BV2": CAFE.name}
    assert len(named(office)) == 1
    assert codes(office.site) == []


def test_a_shop_that_is_a_customer_already_is_adopted_and_keeps_its_code(office):
    settle_transactions(office.site, 'new_customers = {name_taken = "adopt"}')
    office.site.sync(MASTER_DATA)
    name = office.contact("KER014")["Name"]
    new = NewCustomer(name=name.upper())
    assert send(office, order(1, customer="NEW001", new_customer=new)).exit_code == 0
    assert buyers(office) == {"SO-BV1": name}
    office.site.sync(MASTER_DATA)
    assert '"KER014"' in (office.site.folder / "Customer.csv").read_text("cp1252")
    assert '"NEW001"' not in (office.site.folder / "Customer.csv").read_text("cp1252")
    assert send(office, order(2, customer="NEW001"), order(3, customer="KER014")).exit_code == 0
    assert set(buyers(office).values()) == {name}


def archived(office):
    contact = office.add(CAFE.name, AccountNumber="OLD001")
    office.site.xero.archive("OLD001")
    return contact


def test_a_customer_that_was_archived_is_a_problem_until_the_office_decides(office):
    archived(office)
    assert send(office, met(1)).exit_code == 1
    (problem,) = office.site.problems()
    assert (problem.code, "archived" in problem.message) == ("order.new_customer_archived", True)
    settle_transactions(office.site, 'new_customers = {name_archived = "create"}')
    assert retry(office).exit_code == 0
    assert [one["ContactStatus"] for one in named(office)].count("ACTIVE") == 1
    assert len(named(office)) == 2


@pytest.mark.parametrize("allowed", [True, False])
def test_an_archived_customer_is_restored_by_setting_where_xero_lets_a_program_do_it(office, allowed):
    contact = archived(office)
    office.site.xero.switch(unarchive_allowed=allowed)
    settle_transactions(office.site, 'new_customers = {name_archived = "restore"}')
    assert send(office, met(1), order(2, customer="NEW001")).exit_code == (0 if allowed else 1)
    now = office.books.contacts[contact["ContactID"]]["ContactStatus"]
    if allowed:
        assert (now, buyers(office)) == ("ACTIVE", {"SO-BV2": CAFE.name})
    else:
        assert (now, buyers(office)) == ("ARCHIVED", {})
        assert codes(office.site) == [("BV1", "xero.contact_archived"), ("BV2", "order.customer_awaited")]


def test_a_code_two_tablets_gave_to_two_shops_is_not_one_customer(office):
    other = NewCustomer(name="Another Shop")
    assert send(office, met(1), met(2, other), order(3, customer="NEW001", new_customer=other)).exit_code == 1
    assert len(named(office)) == 1
    assert named(office, other.name) == []
    assert codes(office.site) == [("BV2", "order.new_customer_code_taken"), ("BV3", "order.new_customer_code_taken")]


def test_a_name_xero_does_not_take_is_made_plain(office):
    assert send(office, met(1, NewCustomer(name="  Fish <&>  Chips "))).exit_code == 0
    assert len(named(office, "Fish & Chips")) == 1


def test_a_name_given_away_while_the_contact_was_on_its_way_is_a_problem(office):
    office.site.sync(MASTER_DATA)
    assert send(office, met(1, NewCustomer(name="Wrong", email="not an address"))).exit_code == 1
    assert codes(office.site) == [("BV1", "xero.contact_email")]


@pytest.mark.parametrize("kind", ["lost_after", "lost_before"])
def test_a_new_customer_whose_answer_is_lost_is_made_once(office, kind):
    office.site.xero.fault(kind, "Contacts", "PUT")
    lay(office.site, "1.txt", raw(order(1, customer="NEW001", new_customer=CAFE)))
    for _ in range(4):
        if (run := office.site.sync()).exit_code == 0:
            break
    assert run.exit_code == 0
    assert len(named(office)) == 1
    assert buyers(office) == {"SO-BV1": CAFE.name}
