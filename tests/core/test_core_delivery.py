"""The life of a Delivery: only the moves of the table exist, and what is posted stays posted."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.delivery import MOVES, Event, State, after, verdict
from fieldbridge.core.plan import dependents
from fieldbridge.core.records.books import Invoice, PostedInvoice

STATES, EVENTS = get_args(State), get_args(Event)
FINAL = ("posted", "refused")
WANTED = Invoice(
    number="SO-1",
    contact_id="c1",
    issued_on=date(2026, 7, 14),
    due_on=date(2026, 8, 20),
    status="DRAFT",
    reference="",
    currency_code="NZD",
    lines=(),
    total=Decimal("105.57"),
    total_tax=Decimal("13.77"),
)
FOUND = PostedInvoice(
    invoice_id="i1", number="SO-1", status="DRAFT", contact_id="c1", currency_code="NZD", total=Decimal("105.57")
)


@pytest.mark.parametrize(("state", "event"), sorted(set(product(STATES, EVENTS)) - set(MOVES)))
def test_a_move_that_is_not_in_the_table_raises(state, event):
    with pytest.raises(ValueError, match=f"{state} cannot be {event}"):
        after(state, event)


@pytest.mark.parametrize(("move", "state"), MOVES.items())
def test_a_move_of_the_table_leads_where_it_says(move, state):
    assert after(*move) == state


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_no_path_leads_out_of_posted_or_refused(events):
    state = "pending"
    for event in events:
        try:
            state, before = after(state, event), state
        except ValueError:
            continue
        assert before not in FINAL


def test_only_pending_can_be_sent_and_only_an_absent_or_unread_one_is_pending_again():
    assert [move for move, state in MOVES.items() if state == "sending"] == [("pending", "send")]
    assert {move for move, state in MOVES.items() if state == "pending"} == {
        ("sending", "not_executed"),
        ("unsure", "absent"),
    }


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)),
    st.sampled_from("abcdef"),
)
def test_what_cannot_go_without_a_part_is_what_needs_it_or_needs_what_needs_it(needs, part):
    found = dependents(needs, part)
    reached = {part} | found
    assert found == {name for name, wanted in needs.items() if reached.intersection(wanted)}


def test_nothing_found_proves_that_it_never_arrived():
    assert verdict(WANTED, None) == "absent"


def test_the_same_contact_currency_and_total_is_ours():
    assert verdict(WANTED, FOUND) == "found"


@pytest.mark.parametrize("change", [{"contact_id": "c2"}, {"currency_code": "AUD"}, {"total": Decimal("105.56")}])
def test_another_contact_currency_or_total_is_not_ours(change):
    assert verdict(WANTED, msgspec.structs.replace(FOUND, **change)) == "found_other"


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_a_document_the_office_undid_still_proves_that_ours_arrived(status):
    undone = msgspec.structs.replace(FOUND, status=status, total=Decimal(0))
    assert verdict(WANTED, undone) == "found"
