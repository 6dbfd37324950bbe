"""The local Xero stays as quick with many documents and many organisations as with few.

Time is not measured, which other work on the machine would spoil: the work done is counted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from standin_office import EMPTY, Office

from fieldbridge.standin.local_xero import LocalXero


def work_of(run: Callable[[], None]) -> int:
    """How many lines of the local Xero's own code run."""
    lines = 0

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal lines
        if "standin" not in frame.f_code.co_filename:
            return None
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines


CALLS: dict[str, Callable[[Office], Any]] = {
    "create": Office.sell,
    "pay": Office.pay,
    "by number": lambda office: office.call("GET", "Invoices/SO-7"),
    "by numbers": lambda office: office.call("GET", "Invoices", query="InvoiceNumbers=SO-7,SO-9&page=1"),
    "by ids": lambda office: office.call(
        "GET", "Invoices", query=f"IDs={office.books.invoices.first('number', 'so-7')['InvoiceID']}"
    ),
    "a page": lambda office: office.call("GET", "Invoices", query="page=2&pageSize=10"),
    "what changed": lambda office: office.call("GET", "Invoices", if_modified_since="2999-01-01T00:00:00"),
    "payments changed": lambda office: office.call("GET", "Payments", if_modified_since="2999-01-01T00:00:00"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_no_more_steps_among_2_000_documents_than_among_200(name):
    office = Office()
    for _ in range(200):
        office.sell()
    few = work_of(lambda: CALLS[name](office))
    for _ in range(1800):
        office.sell()
    many = work_of(lambda: CALLS[name](office))
    assert many <= few * 1.05 + 20


def test_only_organisations_in_use_are_seeded():
    names = tuple(f"Branch {number}" for number in range(1000))
    xero = LocalXero(replace(EMPTY, organisations=names), "http://localhost")
    assert list(xero.books.names().values()) == list(names)
    chosen = list(xero.books)[500]
    assert xero.books[chosen].organisation["Name"] == "Branch 500"
    assert [books.organisation["Name"] for books in xero.books.opened] == ["Branch 500"]


def test_an_organisation_is_the_same_whenever_it_is_seeded():
    def goods(*opened_first: int) -> list[Any]:
        xero = LocalXero(replace(EMPTY, organisations=("A", "B")), "http://localhost")
        identities = list(xero.books)
        for at in opened_first:
            xero.books[identities[at]].new_id()
        books = xero.books[identities[1]]
        return [(row["ItemID"], row["Code"]) for row in books.items.rows()]

    assert goods() == goods(0)


def test_rows_stay_in_order_of_change_through_edits_refusals_and_removals():
    office = Office()
    for _ in range(3):
        office.sell()
    office.books.clock.advance(1)
    office.call("POST", "Invoices", {"InvoiceNumber": "SO-1", "Reference": "moved to the end"})
    office.books.clock.advance(1)
    mark = office.books.journal.mark()
    first = office.books.invoices.first("number", "so-2")
    office.books.invoices.put({**first, "UpdatedDateUTC": office.books.now()})
    office.books.journal.undo(mark)
    office.books.items.remove(next(iter(office.books.items.rows()))["ItemID"])
    shown = office.call("GET", "Invoices")["Invoices"]
    assert [one["InvoiceNumber"] for one in shown][-1] == "SO-1"
    for table in (office.books.invoices, office.books.contacts, office.books.items):
        changed = list(table.changed())
        assert sorted(changed, key=lambda row: (row["UpdatedDateUTC"], row[table.id_field])) == changed
        assert len(changed) == len(table)
