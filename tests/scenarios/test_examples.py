"""The trade that is kept under examples/ still comes to the same files, and the check that shares no code agrees."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import replay
from reconcile.__main__ import faults
from reconcile.ground import Ground
from support import blank

EXAMPLE = replay.EXAMPLES / "a-week"


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Path:
    """Where the example was replayed."""
    folder = tmp_path_factory.mktemp("replayed")
    blank.lay(folder / "home" / blank.FILE)
    replay.replay(EXAMPLE, folder)
    return folder


def test_a_week_of_trade_comes_to_the_very_bytes_that_were_kept(ground):
    assert replay.differences(EXAMPLE / "expected", ground / "outcome") == []


def test_files_books_and_ledger_agree_after_it(ground):
    assert faults(Ground(ground)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda ours: ours[0].update(SubTotal=str(Decimal(ours[0]["SubTotal"]) + 1)), "in the books, "),
        (lambda ours: ours[0]["LineItems"][0].update(Quantity="77"), "other lines in the books"),
        (lambda ours: ours[0].update(InvoiceNumber="SO-NOBODY"), "nobody took it"),
        (lambda ours: ours[0].update(AmountDue="0.07"), "0.07 due"),
    ],
)
def test_the_check_finds_what_does_not_tie(ground, tmp_path, change, said):
    for one in ground.iterdir():
        (tmp_path / one.name).symlink_to(one)
    books = json.loads((ground / "books.json").read_text("utf-8"))
    change([one for one in books["invoices"] if one["Status"] == "AUTHORISED"])
    (tmp_path / "books.json").unlink()
    (tmp_path / "books.json").write_text(json.dumps(books), "utf-8")
    assert any(said in fault for fault in faults(Ground(tmp_path)))
