"""Quotes, at the local Xero."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from xero_scripted import TODAY, drafted, line

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.money import line_amount
from fieldbridge.core.records.documents import Quote
from fieldbridge.xero.documents import quotes

LATER = TODAY + timedelta(days=30)


def wanted(customer, number, **changes):
    return drafted(Quote, number, customer["ContactID"], **{"status": "DRAFT", **changes})


def made(session, *some):
    """Quotes that must all be taken."""
    outcomes = quotes.create(session, quotes.body_of(some), len(some), f"quotes {some[0].number}")
    assert [one.refusals for one in outcomes] == [()] * len(some)
    return [one.posted for one in outcomes]


def every(session, **narrowed):
    return [one.number for one in quotes.QUOTES.every(session, quotes.narrowed(**narrowed))]


def queries(control):
    return [one["query"] for one in control.received() if one["method"] == "GET"]


def test_a_quote_is_created_as_it_was_meant_and_read_back_whole(session, control, customer):
    said = {"title": "Juices", "summary": "For the summer", "terms": "Net 20", "expires_on": LATER}
    (posted,) = made(session, wanted(customer, "QU-1", **said))
    assert posted == quotes.by_id(session, posted.document_id)
    (held,) = control.books()["quotes"]
    assert (held["QuoteID"], held["Title"], held["ExpiryDate"]) == (posted.document_id, "Juices", str(LATER))
    assert (posted.number, posted.status, posted.amounts) == ("QU-1", "DRAFT", "Exclusive"), "as invoices say it"
    assert (posted.title, posted.summary, posted.terms) == ("Juices", "For the summer", "Net 20")
    assert (posted.issued_on, posted.expires_on) == (TODAY, LATER)
    assert (posted.subtotal, posted.total_tax, posted.total) == (Decimal(100), Decimal(15), Decimal(115))
    assert (posted.contact_id, posted.contact_name) == (customer["ContactID"], "Kerikeri Foodmart")
    assert [(one.description, one.amount, one.tax) for one in posted.lines] == [("Feijoa juice", 100, 15)]
    assert isinstance(posted.updated_at, datetime)


def test_what_was_left_out_of_a_quote_is_not_sent_as_empty(session, customer):
    (posted,) = made(session, wanted(customer, "QU-1"))
    assert (posted.expires_on, posted.title, posted.summary, posted.terms) == (None, "", "", "")


@pytest.mark.parametrize("price", ["5.1025", "0.3333", "12.345"])
@pytest.mark.parametrize("discount", [0, 10])
def test_a_quote_comes_to_what_was_reckoned_even_at_prices_of_four_decimals(session, customer, price, discount):
    odd = line(quantity=Decimal(3), unit_amount=Decimal(price), discount_rate=Decimal(discount))
    (posted,) = made(session, wanted(customer, "QU-1", lines=(odd,)))
    assert posted.subtotal == line_amount(Decimal(3), Decimal(price), Decimal(discount))


def test_a_refused_quote_does_not_keep_the_good_ones_beside_it(session, control, customer):
    some = [
        wanted(customer, "QU-1"),
        wanted(customer, "QU-2", currency_code="EUR"),
        wanted(customer, "QU-3", status="ACCEPTED"),
        wanted(customer, "QU-4", status="SENT"),
    ]
    first, second, third, fourth = quotes.create(session, quotes.body_of(some), 4, "quotes-1")
    assert (first.posted.number, fourth.posted.status) == ("QU-1", "SENT")
    assert "currency EUR" in second.refusals[0]
    assert "ACCEPTED" in third.refusals[0]
    assert {one["QuoteNumber"] for one in control.books()["quotes"]} == {"QU-1", "QU-4"}


def test_a_taken_number_is_refused_and_the_quote_that_has_it_stays(session, customer):
    (first,) = made(session, wanted(customer, "QU-1"))
    (second,) = quotes.create(session, quotes.body_of([wanted(customer, "qu-1", reference="PO 2")]), 1, "again")
    assert second.refusals == ("Quote # must be unique.",)
    assert quotes.by_id(session, first.document_id).reference == "PO 1"


def test_a_quote_is_found_again_only_by_exactly_its_number(session, customer):
    made(session, wanted(customer, "QU-1"), wanted(customer, "QU-10"))
    assert quotes.by_number(session, "QU-1").number == "QU-1"
    assert quotes.by_number(session, "qu-1") is None
    assert quotes.by_number(session, "QU-2") is None


def test_a_quote_goes_from_status_to_status_and_keeps_everything_else(session, control, customer):
    texts = {"title": "Juices", "summary": "As tasted", "terms": "14 days", "reference": "PO 1"}
    (posted,) = made(session, wanted(customer, "QU-1", expires_on=LATER, amounts="Inclusive", **texts))
    moved = posted
    for status in ("SENT", "ACCEPTED", "INVOICED"):
        moved = quotes.set_status(session, moved, status, f"move {status}")
        assert moved.status == status
    kept = ("number", "contact_id", "lines", "total", "amounts", "issued_on", "expires_on", *texts)
    assert {name: getattr(moved, name) for name in kept} == {name: getattr(posted, name) for name in kept}
    posts = [one for one in control.received() if one["method"] == "POST"]
    assert {one["path"] for one in posts} == {f"/api.xro/2.0/Quotes/{posted.document_id}"}
    assert [one["idempotency_key"] for one in posts] == ["move SENT", "move ACCEPTED", "move INVOICED"]


def test_a_step_xero_does_not_allow_is_refused_in_its_words(session, customer):
    (posted,) = made(session, wanted(customer, "QU-1"))
    with pytest.raises(RefusedError) as caught:
        quotes.set_status(session, posted, "ACCEPTED", "accept-1")
    assert "cannot be given the status ACCEPTED" in caught.value.message


def test_quotes_are_read_in_pages_of_a_hundred_until_one_is_short(session, control, customer):
    for start in (0, 50, 100):
        made(session, *(wanted(customer, f"QU-{number}") for number in range(start, min(start + 50, 130))))
    control("DELETE", "received")
    assert [len(page.records) for page in quotes.pages(session)] == [100, 30]
    assert queries(control) == ["page=1", "page=2"]


def test_a_last_page_that_is_full_costs_one_more_call_and_loses_nothing(session, control, customer):
    for start in (0, 50):
        made(session, *(wanted(customer, f"QU-{number}") for number in range(start, start + 50)))
    control("DELETE", "received")
    assert len(every(session)) == 100
    assert len(queries(control)) == 2


def test_quotes_are_narrowed_by_filters_of_their_own(session, control, customer):
    other = next(one for one in control.books()["contacts"] if one["AccountNumber"] not in ("", "KER014"))
    made(
        session,
        wanted(customer, "QU-1", issued_on=date(2026, 1, 1)),
        wanted(customer, "QU-2", issued_on=date(2026, 2, 1), status="SENT"),
        wanted(other, "QU-3", issued_on=date(2026, 3, 1)),
    )
    assert set(every(session, issued_from=date(2026, 2, 1))) == {"QU-2", "QU-3"}
    assert every(session, issued_until=date(2026, 1, 1)) == ["QU-1"]
    assert every(session, contact_id=other["ContactID"]) == ["QU-3"]
    assert every(session, status="SENT", issued_from=date(2026, 1, 1)) == ["QU-2"]


@pytest.mark.parametrize("switched", [False, True], ids=["empty list", "304"])
def test_only_quotes_that_changed_come_back(session, control, customer, switched):
    control("POST", "switches", {"not_modified_304": switched})
    old, _ = made(session, wanted(customer, "QU-1"), wanted(customer, "QU-2"))
    control("POST", "clock", {"advance_s": 120})
    since = datetime.now(UTC) + timedelta(seconds=60)
    assert [record for page in quotes.pages(session, since) for record in page.records] == []
    quotes.set_status(session, old, "SENT", "send-1")
    (page,) = quotes.pages(session, since)
    assert [one.number for one in page.records] == ["QU-1"]
