"""What the office changed: nothing is told that did not happen, and nothing that happened is left out."""

from collections import Counter
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.records.answers import Figures
from fieldbridge.core.records.books import InvoiceLine
from fieldbridge.core.records.documents import BookedDocument, BookedLine
from fieldbridge.flows.drift import changes, differences, is_same

whole = st.integers(-20, 20).map(Decimal)
lines = st.lists(
    st.builds(
        Figures,
        product=st.sampled_from(["", "APL-1L", "ORG-1L"]),
        description=st.sampled_from(["", "Juice", "Leave at the shed"]),
        quantity=whole,
        unit_price=whole,
        discount=st.sampled_from([Decimal(0), Decimal(5)]),
        amount=whole,
    ),
    max_size=6,
)
JUICE = InvoiceLine(
    description="Apple juice", quantity=Decimal(12), unit_amount=Decimal("4.25"), item_code="APL-1L", tax_type="OUTPUT2"
)
BOOKED = BookedLine(
    description="Apple juice", quantity=Decimal(12), unit_amount=Decimal("4.25"), item_code="APL-1L",
    amount=Decimal("51.00"), tax=Decimal("7.65"),
)  # fmt: skip


def now(*held, amounts="Exclusive"):
    return BookedDocument(document_id="d1", lines=held, amounts=amounts)


@settings(max_examples=150, deadline=None)
@given(lines, st.randoms(use_true_random=False))
def test_moved_lines_are_no_change(before, chance):
    assert differences(before, chance.sample(before, len(before))) == ()


@settings(max_examples=300, deadline=None)
@given(lines, lines)
def test_what_was_posted_with_what_is_told_done_to_it_is_what_is_there(before, after):
    told = differences(before, after)
    removed = Counter(one.before for one in told if one.what != "added")
    added = Counter(one.after for one in told if one.what != "removed")
    kept_then, kept_now = Counter(before), Counter(after)
    assert removed <= kept_then
    assert added <= kept_now
    kept_then -= removed
    kept_now -= added
    # What nothing is told of says the same, then and now.
    assert kept_then.total() == kept_now.total()
    for one in list(kept_then.elements()):
        partner = next(other for other in kept_now.elements() if is_same(one, other))
        kept_now -= Counter([partner])
    assert all(not is_same(one.before, one.after) for one in told if one.what == "changed")


@settings(max_examples=150, deadline=None)
@given(lines, lines)
def test_a_line_is_told_as_removed_and_added_only_where_no_line_of_its_product_took_its_place(before, after):
    told = differences(before, after)
    removed = {one.before.product for one in told if one.what == "removed" and one.before.product}
    assert not removed & {one.after.product for one in told if one.what == "added"}


def test_a_line_that_xero_holds_as_it_was_sent_is_no_change():
    assert changes([JUICE, InvoiceLine(description=" Leave at\nthe shed ")], now(BOOKED, BookedLine(
        description="Leave at the shed"))) == ()  # fmt: skip


def test_a_price_of_more_decimals_than_xero_keeps_is_no_change():
    fine = msgspec.structs.replace(JUICE, quantity=Decimal(3), unit_amount=Decimal("0.333333"))
    kept = msgspec.structs.replace(BOOKED, quantity=Decimal(3), unit_amount=Decimal("0.3333"), amount=Decimal("1.00"))
    assert changes([fine], now(kept)) == ()


def test_prices_that_now_include_tax_are_no_change():
    with_tax = msgspec.structs.replace(BOOKED, unit_amount=Decimal("4.8875"), amount=Decimal("58.65"))
    assert changes([JUICE], now(with_tax, amounts="Inclusive")) == ()


def test_prices_that_were_posted_with_tax_and_are_now_without_are_no_change():
    sent = msgspec.structs.replace(JUICE, unit_amount=Decimal("4.8875"))
    assert changes([sent], now(BOOKED), "Inclusive") == ()
    with_tax = msgspec.structs.replace(BOOKED, unit_amount=Decimal("4.8875"), amount=Decimal("58.65"))
    assert changes([sent], now(with_tax, amounts="Inclusive"), "Inclusive") == ()


def test_another_quantity_and_another_price_are_told_with_both_figures():
    (told,) = changes(
        [JUICE], now(msgspec.structs.replace(BOOKED, quantity=Decimal(10), unit_amount=Decimal(4), amount=Decimal(40)))
    )
    assert (told.what, told.before.quantity, told.after.quantity) == ("changed", Decimal(12), Decimal(10))
    assert (told.before.unit_price, told.after.unit_price) == (Decimal("4.25"), Decimal(4))


def test_of_two_lines_of_one_product_the_one_that_stayed_is_not_told():
    few = msgspec.structs.replace(JUICE, quantity=Decimal(2))
    (told,) = changes([few, JUICE], now(BOOKED))
    assert (told.what, told.before.quantity) == ("removed", Decimal(2))


def test_freight_the_office_added_is_told_as_added():
    freight = BookedLine(description="Freight", quantity=Decimal(1), unit_amount=Decimal(9), amount=Decimal(9))
    (told,) = changes([JUICE], now(BOOKED, freight))
    assert (told.what, told.after.description, told.after.amount) == ("added", "Freight", Decimal(9))


def test_a_product_that_was_replaced_is_removed_and_the_other_added():
    other = msgspec.structs.replace(BOOKED, item_code="ORG-1L", description="Orange juice")
    assert [one.what for one in changes([JUICE], now(other))] == ["removed", "added"]
