"""Kept order files once more, against the books and settings of today: what would be otherwise, and nothing written."""

import json
import sys

import pytest

from app.scene import lay, order, raw, settle_for, settle_transactions
from app.test_app_plan import state
from fieldbridge.app.evidence.rehearse import rehearse
from fieldbridge.cli import main
from fieldbridge.core.records.field import NewCustomer


def sync(office, name, *orders):
    lay(office.site, name, raw(*orders))
    return office.site.sync()


def rehearsed(office, days=7):
    site = office.site
    return rehearse(site.installation, site.installation.connection(site.connection.id), days)


def told(office):
    return {one.key: one.became for one in rehearsed(office).transactions}


def test_a_rehearsal_of_unchanged_books_and_settings_is_as_it_was_and_writes_nothing(office):
    sync(office, "a.txt", order("1"), order("2", customer="NOB000"))
    sync(office, "b.txt", order("1"), order("3"))
    before = state(office.site)
    found = rehearsed(office)
    assert state(office.site) == before
    assert found.is_as_it_was
    assert (found.files, len(found.transactions)) == (2, 3)
    parts = {one.key: [part.number for part in one.parts] for one in found.transactions}
    assert parts == {"BV1": ["SO-BV1"], "BV2": [], "BV3": ["SO-BV3"]}


def test_a_new_customer_that_was_made_is_as_it_was(office):
    sync(office, "a.txt", order("1", customer="NEW001", new_customer=NewCustomer(name="Harbour Cafe")))
    assert told(office)["BV1"] == "as it was"


def test_another_setting_shows_in_every_document(office):
    sync(office, "a.txt", order("1"), order("2", kind="I"))
    settle_transactions(office.site, 'order_status = "AUTHORISED"')
    first, second = rehearsed(office).transactions
    assert (first.became, second.became) == ("differs", "as it was")
    assert [part.differs for part in first.parts] == [("status DRAFT to AUTHORISED",)]


def test_an_item_with_another_account_shows_by_line(office):
    sync(office, "a.txt", order("1"))
    office.site.xero.edit("items", "APL-1L", SalesDetails={"UnitPrice": 4.25, "AccountCode": "210"})
    (one,) = rehearsed(office).transactions
    assert [part.differs for part in one.parts] == [("line 1: account code 200 to 210",)]


def test_what_was_set_aside_and_would_go_now_is_told(office):
    sync(office, "a.txt", order("1", customer="NEW001"))
    office.add("New customer", AccountNumber="NEW001")
    assert told(office) == {"BV1": "would go now"}


def test_what_went_and_would_be_set_aside_now_is_told_with_its_problem(office):
    sync(office, "a.txt", order("1"))
    office.site.xero.edit("contacts", "KER014", ContactStatus="ARCHIVED")
    (one,) = rehearsed(office).transactions
    assert one.became == "would be set aside"
    assert "is archived in Xero" in one.problem


def test_a_second_capture_after_the_first_was_posted_is_set_aside_as_it_was_then(office):
    sync(office, "a.txt", order("1"))
    sync(office, "b.txt", order("1", customer_order_no="PO 2"))
    assert told(office) == {"BV1": "as it was"}


def test_a_file_that_todays_layout_cannot_read_is_told(office):
    sync(office, "a.txt", order("1"))
    settle_for(office.site, '\n[profile]\norder_patterns = ["*.kfi"]\n')
    assert told(office) == {"BV1": "not read again"}


@pytest.mark.parametrize("days", ["1", "7"])
def test_the_command_says_by_its_exit_code_whether_anything_would_differ(office, monkeypatch, capsys, days):
    sync(office, "a.txt", order("1"))
    monkeypatch.setenv("FIELDBRIDGE_HOME", str(office.site.settings.home))
    more = []
    if days == "7":
        one = office.site.installation.connection(office.site.connection.id)
        candidate = office.site.folder.parent / "candidate.toml"
        candidate.write_text(one.settings.replace("[transactions]", '[transactions]\norder_status = "SUBMITTED"', 1))
        more = ["--settings", str(candidate)]
    monkeypatch.setattr(sys, "argv", ["fieldbridge", "rehearse", "--days", days, *more, "--json"])
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert (ended.value.code or 0) == (1 if days == "7" else 0)
    (found,) = json.loads(capsys.readouterr().out)
    assert found["transactions"][0]["became"] == ("differs" if days == "7" else "as it was")
