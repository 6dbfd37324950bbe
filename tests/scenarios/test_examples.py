"""The trade that is kept under examples/ still comes to the same files, and the check that shares no code agrees."""

import json
import shutil
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


def approved(books):
    return next(one for one in books["invoices"] if one["Status"] == "AUTHORISED" and one["InvoiceNumber"][:2] == "SO")


def with_tax_inside(books):
    return next(one for one in books["invoices"] if one["LineAmountTypes"] == "Inclusive")


def put_against(books):
    return next(one for one in books["credit_notes"] if one["Allocations"])


def put_elsewhere(books):
    """The same amount, against an invoice of somebody else."""
    note = put_against(books)
    owners = {one["InvoiceID"]: one["Contact"] for one in books["invoices"]}
    other = next(identity for identity, owner in owners.items() if owner != note["Contact"])
    note["Allocations"][0]["Invoice"]["InvoiceID"] = other


def passed_over(books):
    """Nothing was put against the invoice, and both sides say so."""
    note = put_against(books)
    (allocation,) = note["Allocations"]
    bill = next(one for one in books["invoices"] if one["InvoiceID"] == allocation["Invoice"]["InvoiceID"])
    note.update(Allocations=[], RemainingCredit=note["Total"], Status="AUTHORISED")
    due = Decimal(bill["AmountDue"]) + Decimal(allocation["Amount"])
    bill.update(CreditNotes=[], AmountCredited="0", AmountDue=str(due), Status="AUTHORISED")


def left_over(books):
    """Money that was for an invoice is on account instead."""
    paid = next(one for one in books["payments"] if str(one.get("Reference")).startswith("BV"))
    paid["Amount"] = str(Decimal(paid["Amount"]) - 1)


def add_a_file(books):
    books["attachments"].append({**books["attachments"][0], "FileName": "another.pdf"})


def more(row, name):
    row[name] = str(Decimal(row[name]) + 1)


SPOILT = [
    (lambda books: more(approved(books), "SubTotal"), "in the books, "),
    (lambda books: approved(books)["LineItems"][0].update(Quantity="77"), "other lines in the books"),
    (lambda books: approved(books).update(InvoiceNumber="SO-NOBODY"), "nobody took it"),
    (lambda books: approved(books).update(AmountDue="0.07"), "0.07 due"),
    (lambda books: with_tax_inside(books).update(LineAmountTypes="Exclusive"), "amounts are Exclusive"),
    (lambda books: more(with_tax_inside(books), "TotalTax"), "in the books, "),
    (lambda books: more(put_against(books)["Allocations"][0], "Amount"), "an allocation that one side alone knows"),
    (lambda books: more(put_against(books), "RemainingCredit"), "of it left"),
    (lambda books: put_against(books).update(Allocations=[]), "an allocation that one side alone knows"),
    (put_elsewhere, "put against an invoice of another customer"),
    (passed_over, "was left open"),
    (left_over, " taken, "),
    (lambda books: books["attachments"].pop(), "were laid, or their bytes differ"),
    (lambda books: books["attachments"][0].update(SHA256="00"), "were laid, or their bytes differ"),
    (add_a_file, "were laid, or their bytes differ"),
    (lambda books: more(books["quotes"][0], "SubTotal"), "in the books, "),
    (lambda books: books["quotes"][0].update(Status="ACCEPTED"), "ACCEPTED in the books, "),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT, ids=range(len(SPOILT)))
def test_the_check_finds_books_that_do_not_tie(ground, tmp_path, spoil, said):
    apart(ground, tmp_path)
    books = json.loads((ground / "books.json").read_text("utf-8"))
    spoil(books)
    (tmp_path / "books.json").unlink()
    (tmp_path / "books.json").write_text(json.dumps(books), "utf-8")
    assert any(said in fault for fault in faults(Ground(tmp_path)))


def test_the_check_finds_a_file_whose_bytes_are_others(ground, tmp_path):
    apart(ground, tmp_path, "laid")
    photo = next((tmp_path / "laid").glob("*.png"))
    photo.write_bytes(photo.read_bytes() + b"x")
    found = faults(Ground(tmp_path))
    assert [said.endswith(("or their bytes differ", "was not put away")) for said in found] == [True, True]


def test_the_check_finds_a_file_that_was_taken_away(ground, tmp_path):
    apart(ground, tmp_path, "site")
    next((tmp_path / "site" / "Processed").glob("*.png")).unlink()
    (found,) = faults(Ground(tmp_path))
    assert found.endswith("was not put away")


def test_the_check_finds_that_a_rep_was_told_otherwise(ground, tmp_path):
    apart(ground, tmp_path, "site")
    file = tmp_path / "site" / "Answers.csv"
    file.write_bytes(file.read_bytes().replace(b'"Q","declined"', b'"Q","accepted"'))
    (found,) = faults(Ground(tmp_path))
    assert found.endswith("DECLINED in the books, and the rep was told accepted")


def apart(ground, folder, *copied):
    """The same ground: what is to be spoilt as a copy, the rest as links."""
    for one in ground.iterdir():
        if one.name in copied:
            shutil.copytree(one, folder / one.name)
        else:
            (folder / one.name).symlink_to(one)
