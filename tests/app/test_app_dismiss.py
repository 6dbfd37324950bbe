"""Dismissing a Problem: only with a reason, only by a name that is there, and the reason stays on record."""

import pytest

from app.scene import lay, order, raw
from fieldbridge.app import problems
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import runs


def test_a_dismissed_problem_is_gone_from_the_list_and_its_reason_is_in_the_log(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(order("9", customer="NOBODY")))
    site.sync()
    (found,) = site.problems()
    assert problems.dismiss(site.installation, [found], "entered by hand") == 1
    assert site.problems() == []
    site.sync()
    assert site.problems() == []
    with site.installation.database.read() as tx:
        told = [event.fields for event in runs.events(tx, "kauri", 100) if event.event == "problem.dismissed"]
    assert told == [{"key": found.key, "code": found.code, "because": "entered by hand"}]


def test_a_name_no_problem_has_is_said_and_nothing_is_chosen(sqlite_site):
    with pytest.raises(SetupError, match="BV404"):
        problems.chosen([], ["BV404"], everything=False)
    with pytest.raises(SetupError, match="Nothing was named"):
        problems.chosen([], [], everything=False)
