"""Whose customer it is on which day: a hand-over on the first of the month books every sale to whoever made it."""

from datetime import date, timedelta

import pytest

from fieldbridge.core.records.books import Contact
from fieldbridge.core.rules import Handover
from fieldbridge.flows.reps import ALWAYS, rep_now, rep_on, since_when

FIRST = date(2026, 12, 1)
BEFORE, AFTER = FIRST - timedelta(days=1), FIRST + timedelta(days=3)
HANDOVER = Handover(on=FIRST, before="ABE", after="ZOE")
ABES, NOW_ZOES = [(ALWAYS, "ABE")], [(ALWAYS, "ABE"), (FIRST, "ZOE")]


@pytest.mark.parametrize("known", [ABES, NOW_ZOES], ids=["groups still to be changed", "groups changed"])
@pytest.mark.parametrize(("day", "rep"), [(BEFORE, "ABE"), (FIRST, "ZOE"), (AFTER, "ZOE")])
def test_the_day_counts_whenever_the_office_changes_the_groups(known, day, rep):
    assert rep_on(day, known, "KER014", [HANDOVER]) == rep


def test_a_change_without_a_hand_over_counts_from_the_day_it_was_seen():
    assert since_when("ABE", "ZOE", "KER014", [], AFTER) == AFTER
    assert since_when("ABE", "ZOE", "KER014", [HANDOVER], BEFORE) == FIRST
    assert since_when("ABE", "KIM", "KER014", [HANDOVER], AFTER) == AFTER


def test_a_hand_over_of_some_customers_leaves_the_others():
    some = Handover(on=FIRST, before="ABE", after="ZOE", customers=("KER014",))
    assert [rep_on(AFTER, ABES, one, [some]) for one in ("KER014", "PAI001")] == ["ZOE", "ABE"]
    assert since_when("ABE", "ZOE", "PAI001", [some], AFTER) == AFTER


def test_a_hand_over_that_was_handed_on_goes_to_the_last():
    on = Handover(on=AFTER, before="ZOE", after="KIM")
    assert [rep_on(day, ABES, "KER014", [on, HANDOVER]) for day in (BEFORE, FIRST, AFTER)] == ["ABE", "ZOE", "KIM"]


def test_nobody_is_nobody():
    assert rep_on(FIRST, [], "KER014", [HANDOVER]) == ""


def test_the_group_counts_before_the_tracking_option_before_the_sheet():
    contact = Contact(contact_id="c1", name="C", groups=("Rep ABE",), sales_tracking=(("Rep", "Zoe Ash"),))
    bare = Contact(contact_id="c1", name="C", sales_tracking=(("Rep", "Zoe Ash"),))
    names = {"zoe ash": "ZOE"}
    assert rep_now(contact, "KIM", "Rep", names) == "ABE"
    assert rep_now(bare, "KIM", "Rep", names) == "ZOE"
    assert rep_now(bare, "KIM", "Region", names) == "KIM"
    assert rep_now(bare, "KIM", "Rep", {}) == "KIM"
