"""Scenarios: what happens at a desk in Xero, and what then lies in the folder the tablets read."""

import pytest

from support import desk


@pytest.fixture
def office(tmp_path):
    """A desk of a small company, on SQLite."""
    with desk.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def office_on_any_database(tmp_path, database_url):
    """The same on each kind of database in turn."""
    with desk.opened(tmp_path, database_url=database_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """One desk for all the stories of a module, which only read what was published once."""
    with desk.opened(tmp_path_factory.mktemp("shop")) as opened:
        yield opened
