"""Tying: nothing ties that differs, and whatever differs is told."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.tying import Document, Stray, Taken, differences, lines

money = st.integers(-300, 300).map(lambda cents: Decimal(cents) / 100)
DAY = date(2026, 7, 14)


def document(posted, held):
    return Document(number="SO-1", posted=posted, held=held)


documents = st.builds(document, money, st.one_of(st.none(), money))
taken = st.builds(
    Taken,
    key=st.text("ab", min_size=1, max_size=3),
    day=st.dates(date(2026, 7, 1), date(2026, 7, 3)),
    rep=st.sampled_from(["ABE", "ZOE"]),
    amount=money,
    documents=st.lists(documents, max_size=2).map(tuple),
)
tied = st.builds(
    lambda amount, day: Taken(key="a", day=day, rep="ABE", amount=amount, documents=(document(amount, amount),)),
    money,
    st.dates(date(2026, 7, 1), date(2026, 7, 3)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(taken, max_size=6))
def test_the_lines_hold_all_the_money_and_nothing_else(some):
    found = lines(some)
    assert sum(one.taken for one in found) == sum(one.amount for one in some)
    assert sum(one.posted for one in found) == sum(one.posted for one in some)
    assert sum(one.held for one in found) == sum(one.held for one in some)
    assert sum(one.transactions for one in found) == len(some)


@settings(max_examples=200, deadline=None)
@given(st.lists(taken, max_size=6))
def test_a_line_that_does_not_tie_has_a_difference_that_says_why(some):
    told = {(one.day, one.rep) for one in differences(some, [])}
    assert {(one.day, one.rep) for one in lines(some) if not one.ties} <= told
    assert all(one.said for one in differences(some, []))


@settings(max_examples=100, deadline=None)
@given(st.lists(tied, max_size=6))
def test_where_every_transaction_ties_there_is_no_difference(some):
    assert differences(some, []) == []
    assert all(one.ties for one in lines(some))


def test_two_wrongs_that_cancel_out_are_both_told():
    some = [
        Taken(key="a", day=DAY, rep="ABE", amount=Decimal(10), documents=(document(Decimal(10), Decimal(9)),)),
        Taken(key="b", day=DAY, rep="ABE", amount=Decimal(10), documents=(document(Decimal(10), Decimal(11)),)),
    ]
    assert [one.ties for one in lines(some)] == [True]
    assert [one.key for one in differences(some, [])] == ["a", "b"]


def test_a_document_of_nothing_that_xero_has_no_more_is_told():
    some = [Taken(key="a", day=DAY, rep="ABE", amount=Decimal(0), documents=(document(Decimal(0), None),))]
    assert [one.said for one in differences(some, [])] == ["SO-1 is not in Xero any more"]


def test_a_document_nobody_took_is_told():
    (told,) = differences([], [Stray(number="SO-9", day=DAY, held=Decimal(5))])
    assert (told.number, told.held) == ("SO-9", Decimal(5))
