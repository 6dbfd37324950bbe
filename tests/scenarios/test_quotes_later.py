"""What becomes of a quote in Xero is followed, and the rep hears of it. Files in, books at Xero, files out."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest

from app.scene import Clock, lay, order, raw, settle_for
from fieldbridge.app.evidence.story import stories
from fieldbridge.cli.story import told
from fieldbridge.core.records.field import OrderLine
from fieldbridge.flows import MASTER_DATA, SALES_HISTORY
from fieldbridge.standin.documents.quotes import save_quote

QUOTES = "/api.xro/2.0/Quotes"


def offer(office, *numbers: int):
    lay(office.site, f"{numbers[0]}.txt", raw(*(order(number, kind="Q") for number in numbers)))
    assert office.site.sync().exit_code == 0


def edit(office, number: str, **fields):
    """What somebody does on a quote's page in Xero."""
    before = office.books.quotes.first("number", number.casefold())
    return save_quote(office.books, before, fields, 2)


def heard(office) -> dict[str, dict[str, str]]:
    """What the next look at Xero tells the reps, by transaction; a line that was changed stands for its transaction."""
    assert office.site.sync(SALES_HISTORY).error is None
    text = (office.site.folder / "Answers.csv").read_bytes().decode("cp1252")
    return {row["OpmetrixID"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def asked(office):
    """The calls that read quotes since they were last forgotten."""
    return [one for one in office.site.xero.received() if one["path"] == QUOTES and one["method"] == "GET"]


LIVES = [
    (("SENT",), "sent", "{} was sent to the customer."),
    (("SENT", "ACCEPTED"), "accepted", "{} was accepted."),
    (("SENT", "DECLINED"), "declined", "{} was declined."),
    (("SENT", "ACCEPTED", "INVOICED"), "invoiced", "{} was invoiced."),
    (("DELETED",), "deleted", "The office deleted {}."),
    ((), "posted", "{} is in Xero, a draft the office has not sent yet."),
]


def test_the_rep_hears_what_became_of_each_quote(office):
    offer(office, *range(len(LIVES)))
    for number, (steps, _, _) in enumerate(LIVES):
        for status in steps:
            edit(office, f"QU-BV{number}", Status=status)
    rows = heard(office)
    for number, (_, became, said) in enumerate(LIVES):
        row = rows[f"BV{number}"]
        assert (row["Status"], row["DocumentStatus"], row["AmountDue"]) == (became, became, "")
        assert row["StatusText"] == said.format(f"QU-BV{number}")


def test_a_quote_is_followed_from_one_look_to_the_next(office):
    offer(office, 1)
    said = []
    for status in ("SENT", "ACCEPTED", "INVOICED"):
        edit(office, "QU-BV1", Status=status)
        said.append(heard(office)["BV1"]["Status"])
    assert said == ["sent", "accepted", "invoiced"]


def test_what_the_office_changed_in_a_quote_goes_back_line_by_line(office):
    offer(office, 1)
    line = {"Description": "Apple juice 1L", "ItemCode": "APL-1L", "Quantity": Decimal(10), "AccountCode": "200",
            "UnitAmount": Decimal("4.10"), "TaxType": "OUTPUT2"}  # fmt: skip
    edit(office, "QU-BV1", Status="SENT", LineItems=[line])
    row = heard(office)["BV1"]
    assert [row[name] for name in ("Status", "LineStatus", "QuantityOrdered", "QuantityNow", "UnitPriceNow")] == [
        "sent", "changed", "12", "10", "4.1",
    ]  # fmt: skip
    assert row["StatusText"].endswith("The office changed it: APL-1L quantity 12 to 10, price 4.25 to 4.1.")


def test_a_quote_with_tax_inside_its_prices_comes_back_unchanged(office):
    two = {"quantity": Decimal(2), "unit_price": Decimal("4.60"), "total": Decimal("9.20")}
    line = OrderLine(product="APL-1L", unit="EA", tax_code="1", **two)
    inside = order(1, kind="Q", tax_mode="INC", lines=(line,), total=Decimal("8.00"), tax=Decimal("1.20"))
    lay(office.site, "1.txt", raw(inside))
    assert office.site.sync().exit_code == 0
    edit(office, "QU-BV1", Status="SENT")
    row = heard(office)["BV1"]
    assert [row[name] for name in ("Status", "LineStatus", "InvoiceTotal", "TaxTotal")] == ["sent", "", "8.00", "1.20"]


@pytest.mark.parametrize("shows_net", [True, False])
def test_what_the_office_changes_in_a_quote_with_tax_inside_is_told_with_tax(office, shows_net):
    office.site.xero.control("POST", "switches", {"inclusive_quotes_show_net_prices": shows_net})
    two = {"quantity": Decimal(2), "unit_price": Decimal("4.60"), "total": Decimal("9.20")}
    line = OrderLine(product="APL-1L", unit="EA", tax_code="1", **two)
    inside = order(1, kind="Q", tax_mode="INC", lines=(line,), total=Decimal("8.00"), tax=Decimal("1.20"))
    lay(office.site, "1.txt", raw(inside))
    assert office.site.sync().exit_code == 0
    more = {"Description": "Apple juice 1L", "ItemCode": "APL-1L", "Quantity": Decimal(3), "AccountCode": "200",
            "UnitAmount": Decimal("4.60"), "TaxType": "OUTPUT2"}  # fmt: skip
    edit(office, "QU-BV1", Status="SENT", LineAmountTypes="INCLUSIVE", LineItems=[more])
    row = heard(office)["BV1"]
    assert row["StatusText"].endswith("The office changed it: APL-1L quantity 2 to 3.")


def test_following_quotes_costs_one_call_a_look_and_none_where_there_are_none(office):
    office.site.sync(SALES_HISTORY)
    assert asked(office) == []
    offer(office, 1)
    office.site.xero.forget_received()
    heard(office)
    (first,) = asked(office)
    assert f"DateFrom={office.books.quotes.first('number', 'qu-bv1')['Date']}" in first["query"]
    edit(office, "QU-BV1", Status="SENT")
    office.site.xero.forget_received()
    heard(office)
    (later,) = asked(office)
    assert "DateFrom" not in later["query"]
    assert "if-modified-since" in {name.lower() for name in later["headers"]}


def test_a_quote_that_is_long_past_is_followed_no_more(office):
    settle_for(office.site, "\n[transactions.quotes]\nvalid_days = 7\n")
    offer(office, 1)
    office.site.xero.forget_received()
    Clock(timedelta(days=36)).given_to(office.site).sync(SALES_HISTORY)
    assert len(asked(office)) == 1
    Clock(timedelta(days=38)).given_to(office.site).sync(SALES_HISTORY)
    assert len(asked(office)) == 1


def test_a_quote_somebody_else_made_is_nobodys_news_and_owes_nothing(office):
    offer(office, 1)
    line = {"Description": "Fridge", "Quantity": Decimal(1), "UnitAmount": Decimal(900), "TaxType": "NONE"}
    theirs = {"Contact": {"ContactID": office.contact("KER014")["ContactID"]}, "LineItems": [line], "Status": "SENT"}
    save_quote(office.books, None, theirs, 2)
    edit(office, "QU-BV1", Status="SENT")
    assert heard(office).keys() == {"BV1"}
    assert office.site.sync(MASTER_DATA).exit_code == 0
    assert office.site.problems() == []


def test_its_story_tells_of_it_and_asks_xero_afresh(office):
    offer(office, 1)
    edit(office, "QU-BV1", Status="SENT")
    heard(office)
    edit(office, "QU-BV1", Status="ACCEPTED")
    (known,) = stories(office.site.installation, "BV1", None, fresh=False)
    (fresh,) = stories(office.site.installation, "BV1", None, fresh=True)
    assert (known.answer.became, fresh.answer.became) == ("sent", "accepted")
    said = "\n".join(told(fresh))
    assert "QU-BV1 ACCEPTED, last changed" in said
    assert "51.00 + 7.65 tax = 58.65\n" in said, "nothing is due on a quote"
    assert fresh.fates[0].notes


def test_the_story_of_a_credit_asks_xero_afresh_too(office):
    lay(office.site, "1.txt", raw(order(1, kind="C")))
    settle_for(office.site, '\n[transactions.credits]\nstatus = "AUTHORISED"\n')
    assert office.site.sync().exit_code == 0
    (story,) = stories(office.site.installation, "BV1", None, fresh=True)
    assert (story.answer.became, "CR-BV1 AUTHORISED, last changed" in "\n".join(told(story))) == ("approved", True)
