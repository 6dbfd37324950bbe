"""One transaction's whole life, as somebody asks for it at a terminal."""

import json
import re
import sys
from decimal import Decimal

import pytest

from app.scene import lay, order, raw, settle_for, settle_transactions
from fieldbridge.app.evidence.story import stories
from fieldbridge.cli import main
from fieldbridge.cli.story import told
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.field import Tender
from fieldbridge.flows import SALES_HISTORY


@pytest.fixture
def ask(office, monkeypatch, capsys):
    """What `fieldbridge` prints, and its exit code, on this desk's installation."""

    def run(*words):
        monkeypatch.setenv("FIELDBRIDGE_HOME", str(office.site.settings.home))
        monkeypatch.setattr(sys, "argv", ["fieldbridge", *words])
        with pytest.raises(SystemExit) as ended:
            main.run()
        return capsys.readouterr().out, ended.value.code or 0

    return run


def sync(office, name, *orders):
    lay(office.site, name, raw(*orders))
    return office.site.sync()


def held(office, number):
    return next(one for one in office.books.invoices.rows() if one["InvoiceNumber"] == number)


def test_a_story_tells_bytes_plan_calls_document_and_what_the_rep_was_told(office, ask):
    sync(office, "a.txt", order("1"))
    office.edit(held(office, "SO-BV1"), Status="AUTHORISED")
    office.site.sync(SALES_HISTORY)
    out, code = ask("story", "BV1")
    assert code == 0
    lines = [line.strip() for line in out.splitlines()]
    assert "| D,1,APL-1L,Apple juice 1L,12,EA,4.25,0,51.00,1," in lines
    assert "order 1 of KER014 Kerikeri Foodmart, captured" in out
    assert "51.00 + 7.65 tax = 58.65 on the tablet" in lines
    assert any("attempt 1" in line for line in lines)
    assert any(
        re.match(r"PUT Invoices answered 200 after [\d.]+ s, Xero's request id [\w-]{36}$", line) for line in lines
    )
    assert any(line.startswith("SO-BV1 AUTHORISED, last changed") for line in lines)
    assert [line.partition(" ")[2].partition(" ")[2] for line in lines if "is in Xero, a draft" in line] == [
        "posted: SO-BV1 is in Xero, a draft the office has not approved yet."
    ]
    assert lines[1] == "SO-BV1 is approved."


def test_a_note_on_a_document_is_told_by_what_it_is_and_without_an_amount(office, ask):
    settle_transactions(office.site, "history_note = true")
    sync(office, "a.txt", order("1"))
    out, _ = ask("story", "BV1")
    assert "note" in [line.strip() for line in out.splitlines()]
    assert "note note," not in out


@pytest.mark.parametrize("name", ["BV1", "1", "SO-BV1"])
def test_a_transaction_is_found_by_the_tablets_key_its_number_and_its_number_in_xero(office, name):
    sync(office, "a.txt", order("1"), order("11"))
    assert [one.key for one in stories(office.site.installation, name, None, fresh=False)] == ["BV1"]


def test_a_name_nobody_knows_is_an_error_that_says_what_to_name(office):
    with pytest.raises(SetupError, match="No transaction is known as BV9"):
        stories(office.site.installation, "BV9", None, fresh=False)


def test_asked_afresh_xero_tells_what_the_books_do_not_know_yet_and_who_did_it(office):
    sync(office, "a.txt", order("1"))
    office.edit(held(office, "SO-BV1"), Status="DELETED")
    (stale,) = stories(office.site.installation, "BV1", None, fresh=False)
    assert stale.answer.became == "posted"
    assert "not read since it was posted" in "\n".join(told(stale))
    (fresh,) = stories(office.site.installation, "BV1", None, fresh=True)
    assert (fresh.answer.became, fresh.fates[0].booked.status) == ("deleted", "DELETED")
    assert fresh.fates[0].notes


def test_a_story_shows_a_lost_answer_a_second_attempt_and_both_calls(office):
    office.site.xero.fault("status", "Invoices", "PUT", status=503)
    sync(office, "a.txt", order("1"))
    (story,) = stories(office.site.installation, "BV1", None, fresh=False)
    (fate,) = story.fates
    assert [one.number for one in fate.attempts] == [1, 2]
    assert [[each.status for each in one.answers] for one in fate.attempts] == [[503], [200]]
    assert len({one.idempotency_key for one in fate.attempts}) == 2


def test_a_story_keeps_the_problems_there_were_and_why_they_ended(office):
    sync(office, "a.txt", order("1", customer="NOB000"))
    sync(office, "b.txt", order("1"))
    (story,) = stories(office.site.installation, "BV1", None, fresh=False)
    assert [(one.code, one.closed_because) for one in story.problems] == [
        ("order.customer_unknown", "replaced by a later capture")
    ]
    assert [one.arrival.state for one in story.arrived] == ["ignored", "posted"]
    assert [one.answer.became for one in story.told] == ["parked", "posted"]


def test_a_story_as_json_holds_the_changed_lines(office, ask):
    sync(office, "a.txt", order("1"))
    line = {"Description": "Apple juice 1L", "ItemCode": "APL-1L", "Quantity": Decimal(10), "AccountCode": "200",
            "UnitAmount": Decimal("4.25"), "TaxType": "OUTPUT2"}  # fmt: skip
    office.edit(held(office, "SO-BV1"), LineItems=[line])
    office.site.sync(SALES_HISTORY)
    (story,) = json.loads(ask("story", "BV1", "--json")[0])
    (change,) = story["fates"][0]["changes"]
    figures = (Decimal(change[side]["quantity"]) for side in ("before", "after"))
    assert (change["what"], *figures) == ("changed", 12, 10)


def test_what_a_file_holds_cannot_steer_the_terminal(office, ask):
    sync(office, "a.txt", order("1", note="\x1b[31mred"))
    out, _ = ask("story", "BV1")
    assert "\x1b" not in out
    assert "�[31mred" in out


def test_a_story_tells_each_part_of_a_transaction(office):
    settle_for(office.site, '\n[transactions.tenders]\nCASH = "091"\n')
    sync(office, "a.txt", order("1", kind="I", tenders=(Tender(kind="CASH", amount=Decimal("50")),)))
    (story,) = stories(office.site.installation, "BV1", None, fresh=True)
    assert [one.part.kind for one in story.fates] == ["invoice", "payment"]
    said = "\n".join(told(story))
    assert "amount: 50" in said
    assert "50.00 by payment" in said
