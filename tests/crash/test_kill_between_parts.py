"""Killing the process (kill -9) between the parts of transactions.

Money, new customers, files, credit notes and what these are put against arrive once each. Every STRIDE-th point is
tried, of a return those after each write, on PostgreSQL the last alone; FIELDBRIDGE_TEST_KILL=every: all of them.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fieldbridge.core.records.field import NewCustomer, Order, Tender
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1
from fieldbridge.store.ledger import problems
from fieldbridge.store.schema import connection
from support import databases, killable, orders, template
from support import xero as local_xero
from support.databases import Cluster
from support.killable import Plain
from support.site import HOLD_S, settled
from support.template import Copy, Template

STRIDE, FEWEST_POINTS = 9, 60
WRITES, NOTED = 4, 4
EVERY = os.environ.get("FIELDBRIDGE_TEST_KILL") == "every"
CAFE, KIOSK, SLIP = "Harbour Cafe", "Pier Kiosk", b"%PDF-1.7\nslip"
Given = tuple[Template, Any]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    with (
        local_xero.started() as xero,
        killable.served() as ask,
        template.prepared(tmp_path_factory.mktemp("template"), xero, None) as made,
    ):
        yield made, ask


@pytest.fixture(params=databases.kinds())
def ground_of_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Given]:
    """On SQLite that of all tests; on PostgreSQL one of its own."""
    if request.param == "sqlite":
        yield request.getfixturevalue("ground")
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with (
        local_xero.started() as xero,
        killable.served() as ask,
        template.prepared(tmp_path / "template", xero, cluster) as made,
    ):
        yield made, ask


def taken(made: Template) -> list[Order]:
    """A van sale that brings its customer and is overpaid, an order that waits for it, and money for nothing yet."""
    first = orders.paid(orders.order(made.tablet, 1, customer="NEW001"))
    more = (*first.tenders, Tender(kind="CARD", amount=Decimal("10.00")))
    met = {"new_customer": NewCustomer(name=CAFE), "tenders": more, "files": ("slip.pdf",)}
    second = orders.order(made.tablet, 2, customer="NEW001")
    third = orders.order(made.tablet, 3)
    money = {"kind": "P", "lines": (), "total": Decimal("20.00"), "tax": Decimal(0)}
    return [
        msgspec.structs.replace(first, **met),
        second,
        msgspec.structs.replace(third, tenders=(Tender(kind="CASH", amount=Decimal("20.00")),), **money),
    ]


def put(copy: Copy, made: Template) -> None:
    with copy.opened() as opened, opened.database.write() as tx:
        text = tx.execute(connection.select()).mappings().one()["settings"]
        wanted = text.replace("[transactions]", "[transactions]\nattach_files = true", 1)
        tx.execute(connection.update().values(settings=wanted))
    for name, content in {"slip.pdf": SLIP, "a.txt": render_orders(taken(made), HD1)}.items():
        (copy.folder / name).write_bytes(content)
        settled(copy.folder / name)


def start(ask: Any, copy: Copy, kill_at: int = 0, **more: bool) -> Plain:
    request = {"home": str(copy.home), "database_url": copy.database_url, "hold_s": HOLD_S, "kill_at": kill_at}
    return ask({**request, **more})


def check(made: Template, copy: Copy, said: Plain) -> None:
    assert {**said, "points": 0} == {"points": 0, "state": "done", "exit_code": 0, "error": None}
    books = made.xero.books()
    (cafe,) = [one for one in books["contacts"] if one["Name"] == CAFE]
    first, second, _ = taken(made)
    assert {number: [one["Contact"]["ContactID"] for one in some] for number, some in made.xero.invoices().items()} == {
        f"SO-{first.key}": [cafe["ContactID"]],
        f"SO-{second.key}": [cafe["ContactID"]],
    }
    mine = [one for one in books["payments"] if (one["Reference"] or "").startswith("T00")]
    paid = [(one["Reference"], Decimal(str(one["Amount"]))) for one in mine]
    assert paid == [("T000001/1", first.total + first.tax)]
    ahead = [Decimal(str(one["Total"])) for one in books["overpayments"] if one["Reference"].startswith("T00")]
    assert sorted(ahead) == [Decimal(10), Decimal(20)]
    sent = [one for one in made.xero.received() if one["method"] == "PUT" and "/Attachments/" in one["path"]]
    assert len(sent) >= 1
    assert not (copy.folder / "slip.pdf").exists()
    with copy.opened() as opened, opened.database.read() as tx:
        assert problems.still_open(tx, "kauri") == []


def test_killed_between_the_parts_and_started_again_money_customers_and_files_arrive_once(
    ground: Given, tmp_path: Path
) -> None:
    made, ask = ground
    with made.copy(tmp_path) as copy:
        put(copy, made)
        start(ask, copy, rehearse=True)
    with made.copy(tmp_path) as copy:
        put(copy, made)
        said = start(ask, copy)
        check(made, copy, said)
    points = said["points"]
    assert points >= FEWEST_POINTS
    for point in range(2, points + 1, 1 if EVERY else STRIDE):
        with made.copy(tmp_path) as copy:
            put(copy, made)
            assert start(ask, copy, kill_at=point) == {"killed": True}, point
            check(made, copy, start(ask, copy))


def returned(made: Template) -> Order:
    """A van sale that brings its customer and takes goods back: an invoice, and a credit note put against it."""
    sold = orders.order(made.tablet, 4, customer="NEW002", quantities=(9, -1))
    return msgspec.structs.replace(sold, kind="I", new_customer=NewCustomer(name=KIOSK))


def put_returned(copy: Copy, made: Template) -> None:
    (copy.folder / "b.txt").write_bytes(render_orders([returned(made)], HD1))
    settled(copy.folder / "b.txt")


def check_returned(made: Template, copy: Copy, said: Plain) -> None:
    assert {**said, "points": 0} == {"points": 0, "state": "done", "exit_code": 0, "error": None}
    one, books = returned(made), made.xero.books()
    (kiosk,) = [each["ContactID"] for each in books["contacts"] if each["Name"] == KIOSK]
    (invoice,) = made.xero.invoices()[f"SO-{one.key}"]
    (note,) = [each for each in books["credit_notes"] if each["CreditNoteNumber"] == f"CR-{one.key}"]
    assert invoice["Contact"]["ContactID"] == note["Contact"]["ContactID"] == kiosk
    (against,) = note["Allocations"]
    assert (against["Invoice"]["InvoiceNumber"], against["Amount"]) == (invoice["InvoiceNumber"], note["Total"])
    assert invoice["AmountDue"] == invoice["Total"] - note["Total"]
    with copy.opened() as opened, opened.database.read() as tx:
        assert problems.still_open(tx, "kauri") == []


def test_killed_between_the_parts_a_return_is_credited_and_put_against_its_invoice_once(
    ground_of_each: Given, tmp_path: Path
) -> None:
    made, ask = ground_of_each
    trace = tmp_path / "points"
    with made.copy(tmp_path) as copy:
        put_returned(copy, made)
        said = start(ask, copy, trace=str(trace))
        check_returned(made, copy, said)
    answered = calls(trace)
    assert len(answered) >= WRITES
    # Right after the last Xero has put the credit note against the invoice, and nobody has noted that.
    points = [answered[-1]] if made.cluster else [at + later for at in answered[-WRITES:] for later in (0, NOTED)]
    for point in range(1, said["points"] + 1) if EVERY else points:
        with made.copy(tmp_path) as copy:
            put_returned(copy, made)
            assert start(ask, copy, kill_at=point) == {"killed": True}, point
            check_returned(made, copy, start(ask, copy))


def calls(trace: Path) -> list[int]:
    """The points right after each call to Xero; the last WRITES made the contact, the documents and the allocation."""
    points = (line.partition(" ") for line in trace.read_text().splitlines())
    return [int(number) for number, _, what in points if what == "after a call"]
