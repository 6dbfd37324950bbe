"""Reading and writing each resource, against the local Xero's own answers."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fieldbridge.app import access
from fieldbridge.app.installation import utc_now
from fieldbridge.core.errors import SurpriseError
from fieldbridge.core.records.books import Invoice, InvoiceLine, PaymentTerms
from fieldbridge.net.exchange import Answer
from fieldbridge.xero import contacts, items
from fieldbridge.xero.documents import invoices
from fieldbridge.xero.reference import accounts, organisation, tax_rates
from fieldbridge.xero.session import Session

TODAY = datetime.now(UTC).date()


@pytest.fixture
def session(sqlite_site):
    site = sqlite_site
    site.xero.forget_received()
    governor = access.Governor(site.installation, site.connection.id, "transactions", 5000, lambda _: None)
    return access.xero(site.installation, site.connection, governor)


def rows(pages):
    return [one for page in pages for one in page.records]


def answering(*bodies):
    """A session with a far side that gives these bodies in turn. Shape: (session, calls made)."""
    left, calls = list(bodies), []

    def send(call):
        calls.append(call)
        body = left.pop(0)
        return Answer(status=200, headers={}, body=body, wire_bytes=len(body))

    return Session(send, "http://xero.example", utc_now), calls


def invoice(number, contact_id, **changes):
    line = InvoiceLine(
        description="Feijoa juice",
        quantity=Decimal(3),
        unit_amount=Decimal("5.1025"),
        item_code="FEI-1L",
        account_code="200",
        tax_type="OUTPUT2",
    )
    filled = {
        "number": number,
        "contact_id": contact_id,
        "issued_on": TODAY,
        "due_on": TODAY + timedelta(days=20),
        "status": "DRAFT",
        "reference": "PO 1",
        "currency_code": "NZD",
        "lines": (line, InvoiceLine(description='A "note",\nof two lines')),
        "total": Decimal("17.61"),
        "total_tax": Decimal("2.30"),
    }
    return Invoice(**filled | changes)


def test_the_organisation_says_whose_books_they_are_and_where_they_are_locked(session, sqlite_site):
    sqlite_site.xero.control(
        "POST", "organisation", {"PeriodLockDate": "2026-06-30", "EndOfYearLockDate": "2026-03-31"}
    )
    found = organisation.read(session)
    assert (found.name, found.base_currency, found.country_code) == ("Kauri Wholesale Limited", "NZD", "NZ")
    assert (found.period_lock_on, found.year_lock_on) == (date(2026, 6, 30), date(2026, 3, 31))
    assert found.sales_terms == PaymentTerms(day=20, kind="OFFOLLOWINGMONTH")
    assert found.short_code.startswith("!")


@pytest.mark.parametrize("body", [b"{}", b'{"Organisations":[]}'])
def test_no_organisation_at_all_is_a_surprise(body):
    with pytest.raises(SurpriseError):
        organisation.read(answering(body)[0])


def test_contacts_come_with_everything_archived_ones_too(session, sqlite_site):
    held = {one["ContactID"]: one for one in sqlite_site.xero.books()["contacts"]}
    sqlite_site.xero.archive("KER014")
    found = {one.contact_id: one for one in rows(contacts.pages(session, None))}
    assert found.keys() == held.keys()
    kerikeri = next(one for one in found.values() if one.code == "KER014")
    assert kerikeri.status == "ARCHIVED"
    assert "Price 2" in kerikeri.groups
    assert kerikeri.terms == PaymentTerms(day=20, kind="OFFOLLOWINGMONTH")
    assert kerikeri.phone.startswith("64 09 ")
    assert kerikeri.street is not None
    assert kerikeri.street.city == "Kerikeri"
    assert kerikeri.updated_at is not None


def test_prices_keep_four_decimals_and_untracked_stock_is_none(session, sqlite_site):
    held = {one["Code"]: one for one in sqlite_site.xero.books()["items"]}
    found = {one.code: one for one in rows(items.pages(session, None))}
    assert found.keys() == held.keys()
    priced = {code: one["SalesDetails"]["UnitPrice"] for code, one in held.items() if one["SalesDetails"]}
    assert {code: found[code].unit_price for code in priced} == priced
    assert any(price != round(price, 2) for price in priced.values())
    assert {code for code, one in found.items() if one.on_hand is None} == {
        code for code, one in held.items() if not one["IsTrackedAsInventory"]
    }
    assert [code for code, one in found.items() if not one.is_sold] == [
        code for code, one in held.items() if not one["IsSold"]
    ]


def test_accounts_and_tax_rates_say_what_may_be_sold_with(session):
    chart = {one.code: one for one in rows(accounts.pages(session, None))}
    assert (chart["200"].kind, chart["200"].tax_type, chart["200"].status) == ("REVENUE", "OUTPUT2", "ACTIVE")
    assert chart["280"].status == "ARCHIVED"
    rates = {one.tax_type: one for one in rows(tax_rates.pages(session, None))}
    assert (rates["OUTPUT2"].rate, rates["OUTPUT2"].applies_to_revenue) == (15, True)
    assert not rates["INPUT2"].applies_to_revenue


@pytest.mark.parametrize("switched", [False, True], ids=["empty list", "304"])
@pytest.mark.parametrize("resource", [contacts, items, accounts], ids=["contacts", "items", "accounts"])
def test_when_nothing_changed_a_read_costs_one_call_and_brings_nothing(session, sqlite_site, resource, switched):
    sqlite_site.xero.switch(not_modified_304=switched)
    assert rows(resource.pages(session, datetime.now(UTC) + timedelta(seconds=2))) == []
    (call,) = sqlite_site.xero.received()
    assert call["headers"]["if-modified-since"]


def test_only_what_changed_comes_back(session, sqlite_site):
    sqlite_site.xero.advance_clock(120)
    since = datetime.now(UTC) + timedelta(seconds=60)
    sqlite_site.xero.edit("contacts", "KER014", EmailAddress="new@foodmart.example")
    sqlite_site.xero.edit("items", "APL-1L", Name="Apple juice, new")
    assert [one.email for one in rows(contacts.pages(session, since))] == ["new@foodmart.example"]
    assert [one.name for one in rows(items.pages(session, since))] == ["Apple juice, new"]


def page_of_contacts(number, count, size=2):
    listed = [{"ContactID": f"{number}-{one}", "Name": f"N{one}"} for one in range(size)]
    paging = {"page": number, "pageSize": 1000, "pageCount": count, "itemCount": count * size}
    stamp = {"DateTimeUTC": f"/Date({number}000)/"}
    return json.dumps({"Contacts": listed, "pagination": paging} | stamp).encode()


def test_contacts_are_asked_for_in_pages_of_a_thousand_one_at_a_time():
    session, calls = answering(*(page_of_contacts(number, 3) for number in (1, 2, 3)))
    pages = contacts.pages(session, None)
    assert len(next(pages).records) == 2
    assert len(calls) == 1
    assert len(list(pages)) == 2
    assert [dict(call.query) for call in calls] == [
        {"page": str(number), "pageSize": "1000", "includeArchived": "true", "order": "UpdatedDateUTC ASC"}
        for number in (1, 2, 3)
    ]


def test_no_contact_is_passed_over_while_others_are_edited(session, sqlite_site, monkeypatch):
    monkeypatch.setattr(contacts, "CONTACTS", replace(contacts.CONTACTS, page_size=7))
    held = {one["ContactID"] for one in sqlite_site.xero.books()["contacts"]}
    pages = contacts.pages(session)
    first = next(pages).records
    edited = next(one.account_number for one in first if one.account_number)
    sqlite_site.xero.edit("contacts", edited, EmailAddress="new@foodmart.example")
    assert {one.contact_id for one in (*first, *rows(pages))} == held


def test_every_page_of_the_local_xero_is_read(session, sqlite_site):
    few_at_a_time = replace(contacts.CONTACTS, page_size=7)
    held = {one["ContactID"] for one in sqlite_site.xero.books()["contacts"]}
    assert len(held) == 20
    assert {one.contact_id for one in rows(few_at_a_time.pages(session, None))} == held
    assert len(sqlite_site.xero.received()) == 3


def test_a_page_carries_xeros_own_clock():
    session, _ = answering(page_of_contacts(1, 1))
    (page,) = contacts.pages(session, None)
    assert page.read_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_a_truncated_page_is_a_surprise():
    session, _ = answering(page_of_contacts(1, 1)[:-20])
    with pytest.raises(SurpriseError):
        list(contacts.pages(session, None))


@pytest.fixture
def customer(session):
    return next(one for one in rows(contacts.pages(session, None)) if one.code == "KER014")


def test_invoices_are_created_as_they_were_meant(session, sqlite_site, customer):
    wanted = invoice("SO-1", customer.contact_id)
    (outcome,) = invoices.create(session, invoices.body_of([wanted]), 1, "key-1")
    assert outcome.posted is not None
    assert (outcome.posted.number, outcome.posted.total, outcome.posted.status) == ("SO-1", Decimal("17.61"), "DRAFT")
    (held,) = sqlite_site.xero.invoices()["SO-1"]
    assert held["LineItems"][0]["UnitAmount"] == Decimal("5.1025")
    assert held["LineItems"][1]["Description"] == 'A "note",\nof two lines'
    assert held["InvoiceID"] == outcome.posted.invoice_id
    (call,) = [one for one in sqlite_site.xero.received() if one["method"] == "PUT"]
    assert "summarizeErrors=false" in call["query"]
    assert "unitdp=4" in call["query"]
    assert json.loads(call["body"])["Invoices"][0]["Contact"] == {"ContactID": customer.contact_id}


def test_each_element_of_a_batch_is_judged_by_itself(session, sqlite_site, customer):
    unknown = InvoiceLine(
        description="?", quantity=Decimal(1), unit_amount=Decimal(1), account_code="999", tax_type="OUTPUT2"
    )
    wanted = [
        invoice("SO-1", customer.contact_id),
        invoice("SO-2", customer.contact_id, lines=(unknown,), status="AUTHORISED"),
        invoice("SO-3", customer.contact_id),
    ]
    outcomes = invoices.create(session, invoices.body_of(wanted), 3, "key-1")
    assert [bool(one.posted) for one in outcomes] == [True, False, True]
    assert "999" in outcomes[1].refusals[0]
    assert sqlite_site.xero.invoices().keys() == {"SO-1", "SO-3"}


def test_an_answer_that_does_not_account_for_each_is_a_surprise():
    session, _ = answering(b'{"Invoices":[{"InvoiceNumber":"SO-1"}]}')
    with pytest.raises(SurpriseError) as caught:
        invoices.create(session, b"{}", 2, "key")
    assert "1 invoices when 2 were sent" in caught.value.message


@pytest.mark.parametrize(
    "element",
    [
        {"StatusAttributeString": "ERROR"},
        {"HasErrors": True},
        {"ValidationErrors": [{"Message": "No."}]},
        {"ValidationErrors": [{"Description": "No."}]},
    ],
)
def test_an_element_with_any_mark_of_an_error_is_refused(element):
    session, _ = answering(json.dumps({"Invoices": [element]}).encode())
    (outcome,) = invoices.create(session, b"{}", 1, "key")
    assert outcome.posted is None
    assert outcome.refusals


def test_a_warning_comes_with_the_receipt():
    element = {"InvoiceID": "i", "InvoiceNumber": "SO-1", "Warnings": [{"Message": "Odd."}], "Total": 1.10}
    session, _ = answering(json.dumps({"Invoices": [element | {"StatusAttributeString": "WARNING"}]}).encode())
    (outcome,) = invoices.create(session, b"{}", 1, "key")
    assert outcome.posted is not None
    assert (outcome.posted.warnings, outcome.posted.total) == (("Odd.",), Decimal("1.1"))


def test_invoices_are_found_again_by_number_whatever_became_of_them(session, sqlite_site, customer):
    wanted = [invoice(f"SO-{number}", customer.contact_id) for number in range(50)]
    invoices.create(session, invoices.body_of(wanted), 50, "key-1")
    sqlite_site.xero.edit("invoices", "SO-7", Status="DELETED")
    sqlite_site.xero.forget_received()
    found = invoices.by_number(session, [f"SO-{number}" for number in range(52)])
    assert len(found) == 50
    assert found["SO-7"].status == "DELETED"
    assert found["SO-8"].total == Decimal("17.61")
    assert len(sqlite_site.xero.received()) == 2


def test_a_line_without_money_is_sent_as_a_description_alone():
    element = json.loads(invoices.body_of([invoice("SO-1", "c1")]))["Invoices"][0]
    assert element["LineItems"][1] == {"Description": 'A "note",\nof two lines'}
    assert element["LineItems"][0]["LineAmount"] == 15.31
    assert "DiscountRate" not in element["LineItems"][0]
