"""Aged balances, by the calendar."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldbridge.core.ageing import aged
from fieldbridge.core.calendar_days import day_at, zone_of
from fieldbridge.core.records.documents import OpenDocument
from fieldbridge.core.rules import AgeingRules

TODAY = date(2026, 3, 31)
BY_DUE = AgeingRules()
BY_DUE_30 = AgeingRules(period="30 days")
BY_ISSUE = AgeingRules(by="invoice date")
BY_ISSUE_30 = AgeingRules(by="invoice date", period="30 days")


def owed(amount, issued="2026-01-01", due=None, **more):
    day = date.fromisoformat(issued)
    due_on = date.fromisoformat(due) if due else None
    return OpenDocument(contact_id="c1", issued_on=day, due_on=due_on, due=Decimal(amount), **more)


def left_over(amount, issued="2025-01-01"):
    return OpenDocument(contact_id="c1", issued_on=date.fromisoformat(issued), remaining=Decimal(amount))


def part(document, rules, today=TODAY):
    """In which part one document of 1.00 lands."""
    parts = aged([document], rules, "NZD", today).parts
    assert sorted(parts) == [0, 0, 0, 1]
    return parts.index(1)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-04-01", 0),  # not due yet
        ("2026-03-31", 0),  # due today is not overdue
        ("2026-03-30", 1),
        ("2026-02-28", 2),  # a month has passed on 28 March
        ("2026-03-01", 1),
        ("2026-01-31", 2),  # two months are over at the end of today
        ("2026-01-30", 3),
        ("2020-01-01", 3),
    ],
)
def test_by_due_date_a_part_is_a_month_overdue(due, expected):
    assert part(owed("1", due=due), BY_DUE) == expected


@pytest.mark.parametrize(
    ("due", "today", "expected"), [("2026-01-31", "2026-02-28", 1), ("2026-01-31", "2026-03-01", 2)]
)
def test_a_month_from_its_last_day_is_over_on_the_last_day_of_a_shorter_one(due, today, expected):
    assert part(owed("1", due=due), BY_DUE, date.fromisoformat(today)) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (900, 3)])
def test_by_due_date_a_part_is_thirty_days_overdue(days, expected):
    assert part(owed("1", due=str(TODAY - timedelta(days=days))), BY_DUE_30) == expected


@pytest.mark.parametrize(
    ("issued", "expected"),
    [("2026-03-01", 0), ("2026-02-28", 1), ("2026-02-01", 1), ("2026-01-31", 2), ("2025-12-31", 3), ("2026-04-02", 0)],
)
def test_by_invoice_date_a_part_is_a_calendar_month(issued, expected):
    assert part(owed("1", issued=issued, due="2026-01-01"), BY_ISSUE) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3)])
def test_by_invoice_date_a_part_is_thirty_days_of_age(days, expected):
    assert part(owed("1", issued=str(TODAY - timedelta(days=days))), BY_ISSUE_30) == expected


def test_what_is_not_allocated_lowers_the_current_part_even_below_nothing():
    balance = aged([owed("30", due="2025-12-01"), left_over("50")], BY_DUE, "NZD", TODAY)
    assert balance.parts == (-50, 0, 0, 30)
    assert (balance.total, balance.overdue, balance.overdue_since) == (-20, 30, date(2025, 12, 1))


def test_another_currency_counts_at_the_documents_own_rate_to_the_cent():
    balance = aged([owed("100", currency_code="AUD", currency_rate=Decimal("0.9173"))], BY_ISSUE, "NZD", TODAY)
    assert balance.total == Decimal("109.02")
    assert balance.is_converted
    assert not aged([owed("100", currency_code="NZD", currency_rate=Decimal(1))], BY_DUE, "NZD", TODAY).is_converted


money = st.decimals(min_value=0, max_value=100_000, places=2)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2027, 1, 1))
documents = st.builds(
    OpenDocument, contact_id=st.just("c1"), issued_on=days, due_on=st.none() | days, due=money, remaining=money
)
every_rule = st.builds(
    AgeingRules, by=st.sampled_from(["due date", "invoice date"]), period=st.sampled_from(["month", "30 days"])
)


@given(st.lists(documents), every_rule)
def test_the_parts_always_add_up_to_what_is_owed(some, rules):
    balance = aged(some, rules, "NZD", TODAY)
    assert balance.total == sum(one.due - one.remaining for one in some)
    if rules.by == "due date":
        assert sum(balance.parts[1:]) == balance.overdue


@given(st.lists(documents, max_size=4), st.lists(documents, max_size=4), every_rule)
def test_two_balances_as_one_are_the_balance_of_both(mine, theirs, rules):
    both = aged(mine, rules, "NZD", TODAY).plus(aged(theirs, rules, "NZD", TODAY))
    assert both == aged([*mine, *theirs], rules, "NZD", TODAY)


def test_the_day_is_the_organisations_own():
    evening = datetime(2026, 3, 30, 12, 30, tzinfo=UTC)
    assert day_at(evening, zone_of("NEWZEALANDSTANDARDTIME")) == date(2026, 3, 31)
    assert day_at(evening, zone_of("PACIFICSTANDARDTIME")) == date(2026, 3, 30)
    assert day_at(evening, zone_of("NO SUCH TIME", chosen="Pacific/Auckland")) == date(2026, 3, 31)


@pytest.mark.parametrize("name", ["WEUROPESTANDARDTIME", "EAUSTRALIASTANDARDTIME", "AUSEASTERNSTANDARDTIME", "UTC"])
def test_xeros_names_of_zones_are_known(name):
    assert zone_of(name) is not None


def test_a_name_nobody_knows_has_no_zone():
    assert zone_of("MIDDLEEARTHSTANDARDTIME") is None
    assert day_at(datetime(2026, 3, 30, 12, 30, tzinfo=UTC), None) == date(2026, 3, 30)
