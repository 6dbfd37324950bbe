"""Killing the process (kill -9) at any moment of a run and starting it again leaves exactly one invoice per order.

And exactly one payment, where one was taken.

SQLite is killed at every point; PostgreSQL, where starts cost more, at each third. FIELDBRIDGE_TEST_KILL=every: at all.
"""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fieldbridge.core.records.field import Order
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1
from fieldbridge.store.ledger import deliveries, problems
from fieldbridge.store.schema import answer, delivery, intake, intake_file, run
from support import databases, killable, orders, template
from support import xero as local_xero
from support.databases import Cluster
from support.site import HOLD_S, settled
from support.template import Copy, Template, rows

CHUNKS = 6
FEWEST_POINTS = 60
EVERY_NTH_IS_KILLED_TWICE = 4
STRIDES = {"sqlite": 1, "postgresql": 3}
Ask = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Ground:
    """Where processes are killed: sites to copy, somebody who starts them, and how many points a run has."""

    template: Template
    ask: Ask
    points: int
    folder: Path
    stride: int

    def chosen(self, chunk: int, stride: int) -> range:
        """The points of one test among CHUNKS, every stride-th of them all."""
        return range(1 + chunk * stride, self.points + 1, CHUNKS * stride)

    @contextmanager
    def copy(self) -> Iterator[tuple[Copy, dict[str, bytes]]]:
        """A fresh site with order files in its folder. Shape: the files' bytes by name."""
        with self.template.copy(self.folder) as made:
            yield made, put(made.folder, self.template)

    def start(self, made: Copy, kill_at: int = 0, **more: bool) -> dict[str, Any]:
        request = {"home": str(made.home), "database_url": made.database_url, "hold_s": HOLD_S, "kill_at": kill_at}
        return self.ask({**request, **more})


@pytest.fixture(scope="module", params=databases.kinds())
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    cluster: Cluster | None = request.getfixturevalue("cluster") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("killed")
    with (
        local_xero.started() as xero,
        killable.served() as ask,
        template.prepared(tmp_path_factory.mktemp("template"), xero, cluster) as made,
    ):
        stride = 1 if os.environ.get("FIELDBRIDGE_TEST_KILL") == "every" else STRIDES[request.param]
        uncounted = Ground(made, ask, 0, folder, stride)
        with uncounted.copy() as (copy, _):
            uncounted.start(copy, rehearse=True)
        with uncounted.copy() as (copy, files):
            said = uncounted.start(copy)
            check(made, copy, files, said)
        yield Ground(made, ask, said["points"], folder, stride)


def good(made: Template) -> list[Order]:
    """Two orders, of which one carries its payment."""
    return [orders.order(made.tablet, 1), orders.paid(orders.order(made.tablet, 3, quantities=(5, 7, 1)))]


def put(folder: Path, made: Template) -> dict[str, bytes]:
    first, third = good(made)
    unknown = orders.order(made.tablet, 2, customer="NOB000")
    files = {
        "a.txt": render_orders([first, unknown], HD1),
        "b.txt": render_orders([third, first], HD1),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
        settled(folder / name)
    return files


def check(made: Template, copy: Copy, files: dict[str, bytes], said: dict[str, Any]) -> None:
    """Everything that must be true once the run has ended, however often it was interrupted."""
    assert {**said, "points": 0} == {"points": 0, "state": "done", "exit_code": 1, "error": None}
    wanted = {f"SO-{one.key}": [one.total + one.tax] for one in good(made)}
    assert {number: totals(found) for number, found in made.xero.invoices().items()} == wanted
    paid = [Decimal(str(one["Amount"])) for one in made.xero.books()["payments"] if one["Reference"] == "T000003/1"]
    assert paid == wanted["SO-T000003"]
    # Nothing was sent that Xero had to refuse as a repeat: what may have arrived was looked up first.
    assert all(call["committed"] for call in made.xero.received() if call["method"] == "PUT")
    assert [one.name for one in copy.folder.iterdir() if one.is_file()] == ["Answers.csv"]
    with (copy.folder / "Answers.csv").open(encoding="cp1252", newline="") as file:
        told = {row["OpmetrixID"]: row["Status"] for row in csv.DictReader(file)}
    # What was paid had to be approved.
    assert told == {"T000001": "posted", "T000002": "parked", "T000003": "approved"}
    assert {one.name: one.read_bytes() for one in (copy.folder / "Processed").iterdir()} == files
    with copy.opened() as opened, opened.database.read() as tx:
        found = problems.still_open(tx, "kauri")
        assert [(one.key, one.code) for one in found] == [("T000002", "order.customer_unknown")]
        assert Counter(row["state"] for row in rows(tx, intake)) == {"posted": 2, "parked": 1, "ignored": 1}
        assert [row["state"] for row in rows(tx, delivery)] == ["posted"] * 3
        assert {row["name"]: row["content"] for row in rows(tx, intake_file)} == files
        assert len(rows(tx, intake_file)) == len(files)
        assert {one.far_number for one in deliveries.links(tx, "kauri")} == {*wanted, "T000003/1"}
        assert sorted(row["key"] for row in rows(tx, answer)) == sorted(told), "each was told once"
        assert [row["state"] for row in rows(tx, run) if row["flow"] == "transactions"] == ["done"]


def totals(invoices: list[dict[str, Any]]) -> list[Decimal]:
    return [Decimal(str(one["Total"])) for one in invoices]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_killed_at_any_point_and_started_again_every_order_is_one_invoice(ground: Ground, chunk: int) -> None:
    assert ground.points >= FEWEST_POINTS
    for point in ground.chosen(chunk, ground.stride):
        with ground.copy() as (copy, files):
            assert ground.start(copy, kill_at=point) == {"killed": True}, point
            said = ground.start(copy)
            check(ground.template, copy, files, said)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_killed_again_while_recovering_every_order_is_still_one_invoice(ground: Ground, chunk: int) -> None:
    killed_twice = 0
    for point in ground.chosen(chunk, EVERY_NTH_IS_KILLED_TWICE):
        with ground.copy() as (copy, files):
            assert ground.start(copy, kill_at=point) == {"killed": True}, point
            left = ground.points - point
            again = ground.start(copy, kill_at=1 + point * 7 % max(1, left))
            said = ground.start(copy) if again == {"killed": True} else again
            killed_twice += again == {"killed": True}
            check(ground.template, copy, files, said)
    assert killed_twice
