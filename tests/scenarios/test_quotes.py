"""Quotes: an offer a rep made becomes a quote, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.scene import TODAY, TOTAL, Clock, codes, lay, order, posted, raw, settle_for, with_line
from fieldbridge.app import problems


def quote(number, **changes):
    return order(number, kind="Q", **changes)


def quotes(site):
    """Our quotes in Xero by number; no number is there twice."""
    found = [one for one in site.xero.books()["quotes"] if str(one["QuoteNumber"]).startswith("QU-")]
    assert len({one["QuoteNumber"] for one in found}) == len(found)
    return {one["QuoteNumber"]: one for one in found}


@pytest.mark.parametrize("status", ["DRAFT", "SENT"])
def test_a_quote_becomes_a_quote_that_is_valid_for_some_days(sqlite_site, status):
    site = sqlite_site
    settle_for(site, f'\n[transactions.quotes]\nstatus = "{status}"\nvalid_days = 14\n')
    lay(site, "a.txt", raw(quote("1", discount=Decimal(0), note="Until stocks last")))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    made = quotes(site)["QU-BV1"]
    assert (made["Status"], made["Total"], made["Reference"]) == (status, TOTAL, "PO 7781 STESMI BV1".replace("BV", ""))
    assert str(made["ExpiryDate"])[:10] == (TODAY + timedelta(days=14)).isoformat()
    assert [line["Description"] for line in made["LineItems"]] == ["Apple juice 1L", "Until stocks last"]
    assert posted(site) == {}


def test_a_quote_is_marked_with_the_rep(sqlite_site):
    site = sqlite_site
    settle_for(site, '\n[[transactions.tracking]]\ncategory = "Sales rep"\n')
    lay(site, "a.txt", raw(quote("1")))
    assert (site.sync().exit_code, codes(site)) == (0, [])
    (mark,) = quotes(site)["QU-BV1"]["LineItems"][0]["Tracking"]
    assert (mark["Name"], mark["Option"]) == ("Sales rep", "STESMI")


@pytest.mark.parametrize("fault", ["lost_after", "lost_before"])
def test_a_quote_whose_answer_is_lost_is_made_once(sqlite_site, fault):
    site = Clock().given_to(sqlite_site)
    lay(site, "a.txt", raw(quote("1"), quote("2")))
    site.xero.fault(fault, "Quotes", "PUT")
    assert (site.sync().exit_code, codes(site)) == (0, [])
    assert quotes(site).keys() == {"QU-BV1", "QU-BV2"}


def test_a_quote_for_an_archived_customer_waits_until_the_office_restores_it(sqlite_site):
    site = sqlite_site
    site.xero.archive("KER014")
    lay(site, "a.txt", raw(quote("1")))
    assert site.sync().exit_code == 1
    (found,) = site.problems()
    assert (found.code, quotes(site)) == ("order.customer_archived", {})
    assert "Restore the contact in Xero" in found.remedy
    site.xero.restore("KER014")
    site.xero.advance_clock(2)
    problems.retry(site.installation, site.problems())
    assert site.sync().exit_code == 0
    assert quotes(site).keys() == {"QU-BV1"}


def test_a_quote_with_a_quantity_below_zero_waits_for_a_person(sqlite_site):
    site = sqlite_site
    back = with_line("1", quantity=Decimal(-12), total=Decimal("-51.00"))
    lay(site, "a.txt", raw(quote("1", lines=back.lines, total=Decimal("-51.00"), tax=Decimal("-7.65"))))
    assert site.sync().exit_code == 1
    assert codes(site) == [("BV1", "order.quantity_negative")]
