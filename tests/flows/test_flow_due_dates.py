"""When an invoice falls due: all four kinds of terms, month ends and leap years."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.records.books import PaymentTerms
from fieldbridge.flows.due_dates import due_on

KINDS = ("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH")


@pytest.mark.parametrize(
    ("kind", "day", "issued", "due"),
    [
        ("DAYSAFTERBILLDATE", 7, "2026-07-14", "2026-07-21"),
        ("DAYSAFTERBILLDATE", 0, "2026-07-14", "2026-07-14"),
        ("DAYSAFTERBILLDATE", 1, "2024-02-28", "2024-02-29"),
        ("DAYSAFTERBILLDATE", 1, "2025-02-28", "2025-03-01"),
        ("DAYSAFTERBILLDATE", 30, "2026-12-15", "2027-01-14"),
        ("DAYSAFTERBILLMONTH", 14, "2026-07-14", "2026-08-14"),
        ("DAYSAFTERBILLMONTH", 0, "2024-02-03", "2024-02-29"),
        ("DAYSAFTERBILLMONTH", 10, "2026-12-31", "2027-01-10"),
        ("OFCURRENTMONTH", 28, "2026-07-14", "2026-07-28"),
        ("OFCURRENTMONTH", 31, "2026-02-10", "2026-02-28"),
        ("OFCURRENTMONTH", 31, "2028-02-10", "2028-02-29"),
        ("OFFOLLOWINGMONTH", 20, "2026-07-14", "2026-08-20"),
        ("OFFOLLOWINGMONTH", 31, "2026-01-31", "2026-02-28"),
        ("OFFOLLOWINGMONTH", 31, "2028-01-05", "2028-02-29"),
        ("OFFOLLOWINGMONTH", 20, "2026-12-31", "2027-01-20"),
    ],
)
def test_terms_give_the_day_they_mean(kind, day, issued, due):
    terms = PaymentTerms(day=day, kind=kind)
    assert due_on(date.fromisoformat(issued), terms, 30) == date.fromisoformat(due)


def test_a_day_of_this_month_that_has_passed_is_due_at_once():
    assert due_on(date(2026, 7, 30), PaymentTerms(day=28, kind="OFCURRENTMONTH"), 30) == date(2026, 7, 30)


@pytest.mark.parametrize("terms", [None, PaymentTerms(day=9, kind="SOMETHINGNEW")])
def test_without_terms_that_mean_anything_the_rule_counts(terms):
    assert due_on(date(2026, 7, 14), terms, 30) == date(2026, 8, 13)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 120), st.sampled_from(KINDS))
def test_nothing_falls_due_before_it_is_issued(issued, day, kind):
    assert due_on(issued, PaymentTerms(day=day, kind=kind), 30) >= issued
