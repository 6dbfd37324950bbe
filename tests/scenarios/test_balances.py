"""What a rep sees of a customer's balance, and what the office is told. From Xero to the tablets' file."""

import csv
from decimal import Decimal

from app.scene import codes, settle_for
from fieldbridge.app.flows.programs import MASTER_DATA

KERIKERI = "KER014"


def shown(office, customer=KERIKERI):
    """What the tablet shows: current, 1, 2, 3, total."""
    assert office.site.sync(MASTER_DATA).error is None
    with (office.site.folder / "Customer.csv").open(encoding="cp1252", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["CustomerID"] == customer)
    return [Decimal(row[f"Balance{part}"]) for part in ("Current", "1", "2", "3", "Total")]


def calls(office):
    return [one["path"].rpartition("/")[2] for one in office.site.xero.received()]


def test_a_customer_who_owes_nothing_shows_noughts(office):
    assert shown(office) == [0, 0, 0, 0, 0]


def test_invoices_stand_in_the_part_of_their_age(office_on_any_database):
    office = office_on_any_database
    for age, amount in ((0, "1.01"), (25, "2.02"), (60, "4.04"), (500, "8.08")):
        office.invoice(KERIKERI, amount, age=age, due_in=20)
    office.invoice(KERIKERI, "99", Status="DRAFT")
    office.invoice(KERIKERI, "99", Status="SUBMITTED")
    assert shown(office) == [Decimal(one) for one in ("1.01", "2.02", "4.04", "8.08", "15.15")]


def test_ageing_follows_the_settings(office):
    settle_for(office.site, '\n[customers.ageing]\nby = "invoice date"\nperiod = "30 days"\n')
    for age, amount in ((30, "1"), (31, "2"), (61, "4"), (91, "8")):
        office.invoice(KERIKERI, amount, age=age, due_in=400)
    assert shown(office) == [1, 2, 4, 8, 15]


def test_part_payments_credits_and_money_ahead_lower_the_balance_and_void_clears_it(office):
    first = office.invoice(KERIKERI, "100", age=90, due_in=20)
    void = office.invoice(KERIKERI, "1000", age=90)
    office.pay(first, "30")
    credit, over, early = (
        office.credit(KERIKERI, "12.50"),
        office.money_ahead(KERIKERI, "5"),
        office.money_ahead(KERIKERI, "7", "PREPAYMENT"),
    )
    office.edit(void, Status="VOIDED")
    assert shown(office) == [Decimal("-24.50"), 0, 0, 70, Decimal("45.50")]
    office.put_against(credit, first, "12.50")
    office.put_against(over, first, "5")
    office.pay(early, "7")
    assert shown(office) == [0, 0, 0, Decimal("52.50"), Decimal("52.50")]
    office.pay(first, "52.50")
    assert shown(office) == [0, 0, 0, 0, 0]


def test_another_currency_is_shown_in_the_organisations_own(office):
    office.invoice(KERIKERI, "100", CurrencyCode="AUD", CurrencyRate=Decimal("0.9173"))
    assert shown(office)[-1] == Decimal("109.02")
    assert codes(office.site) == []


def test_what_a_merged_contact_owed_is_owed_by_the_one_it_was_merged_into(office):
    heir = office.contact(KERIKERI)
    office.add("Old name", AccountNumber="OLD001")
    office.invoice("OLD001", "40")
    assert shown(office, "OLD001")[-1] == 40
    office.patch("OLD001", MergedToContactID=heir["ContactID"])
    assert shown(office)[-1] == 40
    assert codes(office.site) == [], "Xero says so too"


def test_a_difference_from_xeros_own_balance_is_told_until_it_is_gone(office):
    with office.earlier(hours=2):
        invoice = office.invoice(KERIKERI, "100", age=90)
        office.money_ahead("PAI001", "1")
        office.money_ahead("PAI001", "1", "PREPAYMENT")
    assert shown(office)[-1] == 100
    # The document changes without being marked as modified, and the contact is read anew.
    office.books.invoices.restore(invoice["InvoiceID"], {**invoice, "AmountDue": Decimal(60)})
    office.change(KERIKERI, EmailAddress="new@example.com")
    assert shown(office)[-1] == 100
    (found,) = office.site.problems()
    assert (found.key, found.code) == (KERIKERI, "balance.differs")
    assert "owes 60" in found.message
    assert "add up to 100" in found.message
    office.invoice(KERIKERI, "7")
    assert shown(office)[-1] == 107, "and until it can be compared again"
    assert codes(office.site) == [(KERIKERI, "balance.differs")]
    settle_for(office.site, "\n[master_data]\nfull_read_hours = 0\n")
    office.here.clock.advance(60)
    assert shown(office)[-1] == 67
    assert codes(office.site) == []


def test_what_is_not_of_the_same_moment_is_not_compared(office):
    office.invoice(KERIKERI, "100")
    shown(office)
    # Xero's word on the contact is of before this.
    office.pay(office.invoice(KERIKERI, "50"), "20")
    assert shown(office)[-1] == 130
    assert codes(office.site) == []


def test_a_paid_document_that_was_missed_is_found_by_the_next_whole_look(office):
    with office.earlier(hours=2):
        invoice = office.invoice(KERIKERI, "100")
    shown(office)
    with office.earlier(hours=1):
        office.pay(invoice, "100")
    assert shown(office)[-1] == 100, "marked as modified before the last look, so it went unseen"
    settle_for(office.site, "\n[master_data]\nfull_read_hours = 0\n")
    assert shown(office)[-1] == 0


def test_balances_cost_two_calls_a_run_while_nobody_paid_ahead(office):
    office.invoice(KERIKERI, "100")
    shown(office)
    office.site.xero.forget_received()
    shown(office)
    assert calls(office) == ["Organisation", "Accounts", "TaxRates", "Contacts", "Invoices", "CreditNotes", "Items"]
    office.money_ahead(KERIKERI, "5")
    settle_for(office.site, "\n[master_data]\nfull_read_hours = 0\n")
    shown(office)
    office.site.xero.forget_received()
    shown(office)
    assert "Overpayments" in calls(office)


def test_a_time_zone_nobody_knows_is_told_and_can_be_set(office):
    office.site.xero.control("POST", "organisation", {"Timezone": "KAMCHATKASTANDARDTIME"})
    office.site.sync(MASTER_DATA)
    assert [one.code for one in office.site.problems()] == ["organisation.time_zone"]
    settle_for(office.site, 'time_zone = "Pacific/Auckland"\n', first=True)
    office.site.sync(MASTER_DATA)
    assert codes(office.site) == []
