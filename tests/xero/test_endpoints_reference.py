"""What an organisation is set up with, as the local Xero shows it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from xero_scripted import Script

from fieldbridge.core.errors import SurpriseError
from fieldbridge.xero import contacts, items
from fieldbridge.xero.documents import credit_notes, invoices, on_account, payments, quotes
from fieldbridge.xero.reference import (
    accounts,
    branding_themes,
    contact_groups,
    currencies,
    organisation,
    tax_rates,
    tracking_categories,
    users,
)


def rows(pages):
    return [one for page in pages for one in page.records]


def test_the_organisation_says_what_the_sign_in_may_do(session):
    found = {one.name: one.is_allowed for one in organisation.actions(session)}
    assert found["CreateApprovedInvoice"]
    assert not found["ApproveTransactionsBeforePeriodLockDate"]


def test_accounts_say_whether_they_take_payments(session):
    takes = {one.code: one.takes_payments for one in rows(accounts.pages(session))}
    assert takes["090"]
    assert takes["850"]
    assert not takes["200"]


def test_a_group_shows_its_members_only_when_read_by_its_id(session, control):
    control("POST", "contacts/KER014", {"ContactGroups": ["Northland"]})
    listed = next(one for one in rows(contact_groups.pages(session)) if one.name == "Northland")
    assert listed.members == ()
    found = contact_groups.with_members(session, listed.group_id)
    kerikeri = next(one for one in control.books()["contacts"] if one["AccountNumber"] == "KER014")
    assert found.members == (kerikeri["ContactID"],)


def test_tracking_categories_come_with_their_options(session):
    found = {one.name: one for one in rows(tracking_categories.pages(session))}
    assert [one.name for one in found["Area"].options] == ["North", "Central", "South"]
    assert all(option.option_id for one in found.values() for option in one.options)


def test_the_theme_with_sort_order_zero_is_there(session):
    found = rows(branding_themes.pages(session))
    assert 0 in {one.sort_order for one in found}
    assert all(one.theme_id and one.name for one in found)


def test_the_currencies_in_use_are_listed(session):
    assert {one.code for one in rows(currencies.pages(session))} == {"NZD", "AUD"}


def test_users_come_with_their_role(session):
    found = rows(users.pages(session))
    assert "STANDARD" in {one.role for one in found}
    assert all("@" in one.email for one in found)


def test_tax_rates_without_a_code_are_left_out():
    script = Script({"TaxRates": [{"TaxType": "OUTPUT2", "Name": "GST"}, {"Name": "Old"}]})
    assert [one.tax_type for one in rows(tax_rates.pages(script.session))] == ["OUTPUT2"]


def test_users_and_accounts_that_changed_are_told_apart_from_those_that_did_not(session):
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    for pages in (users.pages, accounts.pages):
        assert rows(pages(session, long_ago)) == rows(pages(session))


SEES = [
    accounts.pages,
    users.pages,
    items.pages,
    contacts.pages,
    invoices.pages,
    credit_notes.pages,
    payments.pages,
    quotes.pages,
    on_account.overpayments,
    on_account.prepayments,
]
BLIND = [
    tax_rates.pages,
    currencies.pages,
    contact_groups.pages,
    tracking_categories.pages,
    branding_themes.pages,
]


@pytest.mark.parametrize("switched", [False, True], ids=["empty list", "304"])
@pytest.mark.parametrize("pages", SEES)
def test_where_xero_can_say_what_changed_it_is_asked(session, control, pages, switched):
    control("POST", "switches", {"not_modified_304": switched})
    since = datetime.now(UTC) + timedelta(hours=1)
    assert rows(pages(session, since)) == []
    (call,) = control.received()
    assert call["headers"]["if-modified-since"] == since.strftime("%Y-%m-%dT%H:%M:%S")
    assert call["status"] == (304 if switched else 200)


@pytest.mark.parametrize("pages", BLIND)
def test_where_xero_cannot_say_what_changed_everything_is_read(session, control, pages):
    assert rows(pages(session, datetime.now(UTC) + timedelta(hours=1)))
    assert "if-modified-since" not in control.received()[-1]["headers"]


def test_unknown_fields_and_unknown_values_are_tolerated():
    account = {"AccountID": "a", "Code": "1", "Name": "N", "Type": "NEWTYPE", "Status": "PENDING", "Novelty": {"x": 1}}
    script = Script({"Accounts": [account], "Novelty": []})
    (found,) = rows(accounts.pages(script.session))
    assert (found.kind, found.status) == ("NEWTYPE", "PENDING")


@pytest.mark.parametrize("answer", [{}, {"Accounts": "none"}, b"[]", b"<html>", b'{"Accounts":[{}],"DateTimeUTC":"x"}'])
def test_an_answer_without_its_list_is_a_surprise_and_never_an_empty_list(answer):
    with pytest.raises(SurpriseError):
        list(accounts.pages(Script(answer).session))


def test_an_answer_that_does_not_say_when_it_was_given_is_a_surprise():
    with pytest.raises(SurpriseError):
        list(accounts.pages(Script(json.dumps({"Accounts": []}).encode()).session))
