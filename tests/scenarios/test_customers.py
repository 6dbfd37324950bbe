"""The tablets' customers: who they are, what they are called, what the office is told. From Xero to Customer.csv."""

import csv

from app.scene import TOTAL, codes, lay, order, posted, raw, settle_for
from fieldbridge.app import dry_run
from fieldbridge.flows import MASTER_DATA, SALES_HISTORY
from fieldbridge.store.ledger import runs

KERIKERI = "KER014"


def file(office, name="Customer.csv"):
    with (office.site.folder / name).open(encoding="cp1252", newline="") as handle:
        return list(csv.DictReader(handle))


def shown(office):
    """Run the flow; the customers by key."""
    run = office.site.sync(MASTER_DATA)
    assert run.error is None
    rows = {row["CustomerID"]: row for row in file(office)}
    assert len(rows) == len(file(office)), "one row for each customer"
    return rows


def events(office, name):
    with office.site.installation.database.read() as tx:
        return [one.fields for one in runs.events(tx, office.site.connection.id, 10_000) if one.event == name]


def writes(office):
    return [one for one in office.site.xero.received() if one["method"] in ("PUT", "POST")]


def test_a_code_changed_in_xero_leaves_the_tablets_customer_as_it_was(office_on_any_database):
    office = office_on_any_database
    name = shown(office)[KERIKERI]["CustomerName"]
    office.change(KERIKERI, AccountNumber="NEW001")
    rows = shown(office)
    assert rows[KERIKERI]["CustomerName"] == name
    assert "NEW001" not in rows
    assert [(one["key"], one["code"]) for one in events(office, "customer.code_changed")] == [(KERIKERI, "NEW001")]
    shown(office)
    assert len(events(office, "customer.code_changed")) == 1, "told once"
    # Orders and history go on under the key the tablets know.
    lay(office.site, "a.txt", raw(order("1")))
    assert office.site.sync().counts["posted"] == 1
    (made,) = posted(office.site).values()
    assert made["Contact"]["ContactID"] == office.contact("NEW001")["ContactID"]
    office.invoice("NEW001", "5")
    office.site.sync(SALES_HISTORY)
    assert f'"{KERIKERI}","{name}"' in (office.site.folder / "Transactions.csv").read_text("cp1252")
    assert codes(office.site) == []


def test_a_code_given_to_another_contact_stays_with_the_first_and_is_told(office):
    name = shown(office)[KERIKERI]["CustomerName"]
    office.add("Second Kerikeri", AccountNumber=KERIKERI)
    assert shown(office)[KERIKERI]["CustomerName"] == name
    assert codes(office.site) == [(KERIKERI, "customer.code_shared")]
    lay(office.site, "a.txt", raw(order("1")))
    office.site.sync()
    assert (("BV1", "order.customer_ambiguous")) in codes(office.site)


def test_a_code_is_free_again_when_its_contact_is_archived(office):
    shown(office)
    office.site.xero.archive(KERIKERI)
    assert KERIKERI not in shown(office)
    office.add("Kerikeri Reborn", AccountNumber=KERIKERI)
    assert shown(office)[KERIKERI]["CustomerName"] == "Kerikeri Reborn"
    lay(office.site, "a.txt", raw(order("1")))
    assert office.site.sync().counts["posted"] == 1


def test_an_order_for_a_merged_customer_goes_to_its_heir(office):
    shown(office)
    heir = office.contact("PAI001")["ContactID"]
    office.patch(KERIKERI, MergedToContactID=heir)
    assert KERIKERI not in shown(office)
    lay(office.site, "a.txt", raw(order("1")))
    assert office.site.sync().counts["posted"] == 1
    (made,) = posted(office.site).values()
    assert (made["Contact"]["ContactID"], made["Total"]) == (heir, TOTAL)


def test_customers_are_those_of_a_group_where_the_office_says_so(office):
    settle_for(office.site, '\n[customers]\nwho = "in a group"\ngroups = ["Tablet"]\n')
    office.patch(KERIKERI, ContactGroups=["Tablet"])
    office.add("No code yet")
    office.site.xero.edit(
        "contacts", office.books.contacts.first("name", "no code yet")["ContactID"], ContactGroups=["Tablet"]
    )
    assert set(shown(office)) == {KERIKERI}
    assert codes(office.site) == [("No code yet", "customer.no_code")]
    office.patch("PAI001", ContactGroups=["Tablet"])
    assert set(shown(office)) == {KERIKERI, "PAI001"}


def test_a_code_that_is_too_long_is_told_and_not_published(office):
    settle_for(office.site, "\n[customers]\nlongest_code = 8\n")
    office.add("Long", AccountNumber="LONG-00001")
    assert "LONG-00001" not in shown(office)
    assert codes(office.site) == [("LONG-00001", "customer.code_long")]


def minting(office, *, write_back):
    settle_for(
        office.site,
        '\n[customers]\nwho = "in a group"\ngroups = ["Tablet"]\nmint = true\n'
        f"write_back = {str(write_back).lower()}\n",
    )
    contact = office.add("Newcomer")["ContactID"]
    office.site.xero.edit("contacts", contact, ContactGroups=["Tablet"])
    return contact


def test_a_code_is_made_and_kept_and_nothing_is_written_to_xero(office):
    contact = minting(office, write_back=False)
    assert set(shown(office)) == {"NEW001"}
    assert set(shown(office)) == {"NEW001"}
    assert writes(office) == []
    lay(office.site, "a.txt", raw(order("1", customer="NEW001")))
    assert office.site.sync().counts["posted"] == 1
    (made,) = posted(office.site).values()
    assert made["Contact"]["ContactID"] == contact


def test_a_made_code_is_written_back_once_where_the_settings_say_so(office):
    contact = minting(office, write_back=True)
    plan = dry_run.plan(office.site.installation, office.site.connection, MASTER_DATA)
    assert plan.files
    assert writes(office) == []
    shown(office)
    assert office.books.contacts[contact]["ContactNumber"] == "NEW001"
    assert len(writes(office)) == 1
    assert set(shown(office)) == {"NEW001"}
    assert len(writes(office)) == 1
    assert [one["key"] for one in events(office, "customer.code_written")] == ["NEW001"]


def test_an_answer_that_was_lost_is_made_good_by_the_next_run(office):
    contact = minting(office, write_back=True)
    office.site.xero.fault("lost_before", f"Contacts/{contact}", "POST")
    shown(office)
    assert "ContactNumber" not in office.books.contacts[contact]
    assert [one["key"] for one in events(office, "customer.code_unsure")] == ["NEW001"]
    shown(office)
    assert office.books.contacts[contact]["ContactNumber"] == "NEW001"


def test_a_code_xero_refuses_is_told_once_and_left_alone(office):
    minting(office, write_back=True)
    office.add("Holder", ContactNumber="NEW001")
    # The holder is no customer of the tablets, but Xero lets a number be used once.
    office.site.xero.edit("contacts", office.books.contacts.first("name", "holder")["ContactID"], ContactGroups=[])
    office.site.xero.fault(
        "status", "Contacts/*", "POST", status=400,
        body='{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred",'
        '"Elements":[{"ValidationErrors":[{"Message":"The contact number is already assigned to another contact."}]}]}',
    )  # fmt: skip
    (key,) = shown(office)
    assert codes(office.site) == [(key, "customer.code_refused")]
    shown(office)
    assert len(writes(office)) == 1
    assert codes(office.site) == [(key, "customer.code_refused")]


def test_stop_and_cash_by_rule_with_the_reason(office):
    settle_for(office.site, "\n[customers]\nstop_overdue_days = 30\ncash_without_terms = true\n")
    office.patch(KERIKERI, ContactGroups=[])
    office.invoice(KERIKERI, "100", age=90, due_in=10)
    row = shown(office)[KERIKERI]
    assert (row["StopCredit"], row["CashOnlyFlag"]) == ("1", "0")
    assert row["CustomField2"].startswith("Overdue since ")
    assert row["CustomField1"]
    office.pay(next(one for one in office.books.invoices.rows()), "100")
    office.change(KERIKERI, PaymentTerms={"Sales": {"Day": 0, "Type": "DAYSAFTERBILLDATE"}})
    row = shown(office)[KERIKERI]
    assert (row["StopCredit"], row["CustomField2"], row["CashOnlyFlag"]) == ("0", "", "1")


def test_a_hand_over_on_the_first_books_history_to_whoever_sold_it(office):
    office.patch(KERIKERI, ContactGroups=["Rep ABE"])
    first = office.today.isoformat()
    settle_for(
        office.site,
        f'\n[[customers.handovers]]\non = {first}\nbefore = "ABE"\nafter = "ZOE"\n[staff]\nZOE = "Zoe Ash"\n',
    )
    office.invoice(KERIKERI, InvoiceNumber="OLD", age=1)
    office.invoice(KERIKERI, InvoiceNumber="NEW", age=0)

    def sold():
        office.site.sync(SALES_HISTORY)
        with (office.site.folder / "Transactions.csv").open(encoding="cp1252", newline="") as handle:
            return {row[0]: row[9] for row in csv.reader(handle)}

    assert shown(office)[KERIKERI]["StaffCode"] == "ZOE"
    assert {"ABE", "ZOE"} - {row["Staff_Code"] for row in file(office, "Staff.csv")} == {"ABE"}
    assert sold() == {"OLD": "ABE", "NEW": "ZOE"}
    # The office changes the group: nothing that was sold changes hands.
    office.patch(KERIKERI, ContactGroups=["Rep ZOE"])
    assert shown(office)[KERIKERI]["StaffCode"] == "ZOE"
    assert sold() == {"OLD": "ABE", "NEW": "ZOE"}


GRAMMAR = {
    "price 3": ("PriceLevel", "3"),
    "Deal CAFE": ("SpecialPricingGroup", "CAFE"),
    "Rep  STESMI": ("StaffCode", "STESMI"),
    "Class Lunch bar": ("CustomerCategory1", "Lunch bar"),
    "Area Far North": ("CustomerCategory2", "Far North"),
    "Vendor Orchard Co": ("Vendor", "Orchard Co"),
    "Stop cheque bounced": ("CustomField2", "cheque bounced"),
    "CASH": ("CashOnlyFlag", "1"),
    "OrderNo": ("CompulsoryOrderNo", "1"),
    "NoPrices": ("PrintPricing", "0"),
    "EditPrice": ("EnableEditPrice", "1"),
    "ReportOnly": ("ReportOnly", "1"),
}


def test_contact_groups_say_what_xero_has_no_field_for(office):
    office.patch(KERIKERI, ContactGroups=[*GRAMMAR, "Christmas cards"])
    row = shown(office)[KERIKERI]
    assert {column: row[column] for column, _ in GRAMMAR.values()} == dict(GRAMMAR.values())
    assert row["StopCredit"] == "1"
    assert codes(office.site) == []


def test_groups_that_clash_or_say_nothing_are_told_and_the_first_by_name_counts(office):
    office.patch(KERIKERI, ContactGroups=["Rep ZOE", "Rep ABE", "Area North", "Area South"])
    office.patch("PAI001", ContactGroups=["Price 12"])
    rows = shown(office)
    assert (rows[KERIKERI]["StaffCode"], rows[KERIKERI]["CustomerCategory2"]) == ("ABE", "North")
    assert rows["PAI001"]["PriceLevel"] == "1"
    (told,) = [one.message for one in office.site.problems() if one.code == "customer.groups_clash"]
    assert "begins with Rep, and more than one with Area; the first by name counts" in told
    assert codes(office.site) == [(KERIKERI, "customer.groups_clash"), ("PAI001", "customer.group_unreadable")]


def test_a_contact_without_an_account_number_goes_by_its_contact_number(office):
    office.add("Ōpua Store", ContactNumber="POS-77")
    assert shown(office)["POS-77"]["CustomerName"] == "Opua Store"
    office.change(KERIKERI, AccountNumber="")
    office.add("No code at all")
    assert KERIKERI in shown(office), "what was agreed stays"
    assert "No code at all" not in {row["CustomerName"] for row in file(office)}


def test_who_is_archived_leaves_the_tablets_and_comes_back_as_the_same(office):
    shown(office)
    office.site.xero.archive(KERIKERI)
    assert KERIKERI not in shown(office)
    office.site.xero.restore(KERIKERI)
    assert shown(office)[KERIKERI]["CustomerName"] == "Kerikeri Foodmart"


def test_credit_stops_above_what_the_office_allows_and_says_so(office):
    settle_for(office.site, '\n[customers]\nstop_overdue_above = "50"\nstop_balance_above = "500"\n')
    office.patch(KERIKERI, ContactGroups=[])
    office.patch("PAI001", ContactGroups=[])
    office.invoice(KERIKERI, "50.01", age=60, due_in=10)
    office.invoice("PAI001", "500.01", due_in=10)
    rows = shown(office)
    assert rows[KERIKERI]["CustomField2"] == "50.01 overdue, more than 50"
    assert rows["PAI001"]["CustomField2"] == "Owes 500.01, more than 500"
    assert {rows[one]["StopCredit"] for one in (KERIKERI, "PAI001")} == {"1"}
