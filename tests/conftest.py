"""Fixtures of the whole product.

`xero`          a local Xero with freshly seeded books: 20 contacts, 30 items, hardly any limits (support/xero.py)
`database_url`  a database without rows (support/blank.py); a test that asks for it runs on SQLite and on PostgreSQL
`empty_database_url`  the same without tables either
`site`          a connected installation on such a database (support/site.py): `site.sync()`, `site.put(...)`
`sqlite_site`   the same on SQLite alone, for what no database can change

PostgreSQL is found on PATH or under /usr/lib/postgresql; where there is none its tests do not exist, unless
FIELDBRIDGE_TEST_REQUIRES=postgresql says that they must.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support import blank, browser, databases, pace
from support import xero as local_xero
from support.databases import Cluster
from support.site import Site, connected
from support.xero import Xero


def pytest_configure(config: pytest.Config) -> None:
    pace.hurry()
    if not config.option.basetemp and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        pace.files_in_memory()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lasts two minutes by the clock, and idles for most of them, begins first: nobody waits for it at the end."""
    items.sort(key=lambda item: item.path.name != "test_chaos.py")


def pytest_collection_finish() -> None:
    pace.collect_rarely()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have recorded as figures: record_property("figures", text)."""
    for report in terminalreporter.getreports("passed"):
        for name, figures in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(figures))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in ("database_url", "empty_database_url"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, databases.kinds(), indirect=True)


@pytest.fixture(scope="session")
def local_xero_process() -> Iterator[Xero]:
    """One process for all tests of a worker; tests use `xero`."""
    with local_xero.started() as started:
        yield started


@pytest.fixture
def xero(local_xero_process: Xero) -> Xero:
    """A local Xero that remembers nothing of earlier tests."""
    local_xero_process.reset()
    return local_xero_process


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, without a window."""
    with browser.opened() as opened:
        yield opened


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this session's own."""
    with databases.cluster() as started:
        yield started


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without rows, of each kind in turn."""
    if request.param == "sqlite":
        file = tmp_path / "ledger.sqlite"
        blank.lay(file)
        yield f"sqlite:///{file}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = blank.create(cluster)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def site(tmp_path: Path, database_url: str, xero: Xero) -> Iterator[Site]:
    """A connected installation; nothing has been read from Xero yet."""
    with connected(tmp_path / "home", tmp_path / "site", database_url, xero) as made:
        yield made


@pytest.fixture
def sqlite_site(tmp_path: Path, xero: Xero) -> Iterator[Site]:
    """A connected installation on SQLite."""
    with connected(tmp_path / "home", tmp_path / "site", "", xero) as made:
        yield made
