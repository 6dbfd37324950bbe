"""Cells of sheets: what a spreadsheet mangled is refused with the reason, never guessed."""

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from fieldbridge.core.records.sheets import SHEETS, PriceRow, ProductRow, columns_of
from fieldbridge.field.folder.csv_rows import join
from fieldbridge.field.sheets.cells import CellError, Odd, value_of
from fieldbridge.field.sheets.faults import SheetFault, UnreadableError
from fieldbridge.field.sheets.reading import Found, read

PRICE = {one.name: one for one in columns_of(PriceRow)}
PRODUCT = {one.name: one for one in columns_of(ProductRow)}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("3.90", "3.9"),
        (" 3 ", "3"),
        (Decimal("4.25"), "4.25"),
        ("1200", "1200"),
        ("0", "0"),
        (".5", "0.5"),
        ("4.2500", "4.25"),
    ],
)
def test_numbers_are_read_exactly_and_written_one_way(raw, value):
    assert str(value_of(raw, PRICE["price"], "")) == value


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("n/a", "is “n/a”, not a number"),
        ("4,25", "use a dot for the decimals"),
        ("$4.25", "leave out signs of money"),
        ("1,200.00", "marks of thousands"),
        ("-1", "is -1; it may be from 0 up"),
        ("4.25255", "more than 4 decimals"),
        ("٣", "not a number"),
        ("1e5", "not a number"),
        ("NaN", "not a number"),
        (date(2026, 7, 14), "is 2026-07-14, not a number"),
        (True, "is True, not a number"),
        (Odd("holds the error #REF!"), "holds the error #REF!"),
        ("=A1*2", "holds the formula =A1*2"),
    ],
)
def test_text_in_a_price_is_refused_with_the_reason(raw, said):
    with pytest.raises(CellError) as caught:
        value_of(raw, PRICE["price"], "")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "order", "day"),
    [
        ("2026-07-14", "", date(2026, 7, 14)),
        ("2026-7-4", "", date(2026, 7, 4)),
        ("2026-07-14 00:00:00", "", date(2026, 7, 14)),
        ("14/07/2026", "", date(2026, 7, 14)),
        ("7/14/2026", "", date(2026, 7, 14)),
        ("7.7.2026", "", date(2026, 7, 7)),
        ("03/04/2026", "day_first", date(2026, 4, 3)),
        ("03/04/2026", "month_first", date(2026, 3, 4)),
        (datetime(2026, 7, 14), "", date(2026, 7, 14)),
    ],
)
def test_days_are_read_where_they_can_mean_one_thing(raw, order, day):
    assert value_of(raw, PRICE["start"], order) == day


@pytest.mark.parametrize(
    ("raw", "order", "said"),
    [
        ("03/04/2026", "", "may mean 2026-04-03 or 2026-03-04"),
        ("46217", "", "is the number 46217, which a spreadsheet shows as 2026-07-14"),
        (Decimal(46217), "", "which a spreadsheet shows as 2026-07-14"),
        ("14/07/2026", "month_first", "there is no such day"),
        ("2026-02-30", "", "there is no such day"),
        ("14/07/26", "", "not a day such as"),
        (datetime(2026, 7, 14, 9), "", "a day has no time of day"),
        ("next week", "", "not a day such as"),
    ],
)
def test_mangled_days_are_refused_with_the_reason(raw, order, said):
    with pytest.raises(CellError) as caught:
        value_of(raw, PRICE["start"], order)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("9.42E+12", "shortened a long number"),
        (Decimal("9421000000017000"), "a spreadsheet keeps 15 digits"),
        (date(2026, 3, 4), "was turned into 2026-03-04"),
        (True, "was turned into True"),
        ("x" * 51, "is longer than 50 characters"),
    ],
)
def test_codes_that_a_spreadsheet_mangled_are_refused(raw, said):
    with pytest.raises(CellError) as caught:
        value_of(raw, PRODUCT["barcode"], "")
    assert said in str(caught.value)


def test_a_whole_number_is_a_code_without_decimals():
    assert value_of(Decimal("9421000000017"), PRODUCT["barcode"], "") == "9421000000017"


YES, NO = ("Yes", "TRUE", True, Decimal(1)), ("n", "0", False, Decimal(0))


@pytest.mark.parametrize(("raw", "value"), [*((raw, True) for raw in YES), *((raw, False) for raw in NO), (" ", None)])
def test_yes_and_no_are_read_in_the_usual_spellings(raw, value):
    assert value_of(raw, PRODUCT["hide"], "") is value


def test_other_words_for_yes_are_refused():
    with pytest.raises(CellError, match="say yes or no"):
        value_of("maybe", PRODUCT["hide"], "")


def rows_of(content: bytes, name: str = "prices.csv"):
    return list(read(Found(Path(name), content, ""), PriceRow, ""))


def test_windows_text_is_read_when_it_is_not_utf8():
    ((_, row),) = rows_of("product,price,note\r\nAPL-1L,1,Café\r\n".encode("cp1252"))
    assert row.note == "Café"


def test_rows_of_commas_alone_are_left_alone():
    assert len(rows_of(b"product,price,note\r\n,,\r\nAPL-1L,1,\r\n , ,\r\n")) == 1


def test_a_row_with_a_comma_too_many_is_refused():
    (fault,) = rows_of(b"product,price\r\nAPL-1L,1,200\r\n")
    assert str(fault) == "row 2, column 3: stands beyond the last column; is there a comma too many?"


def test_a_formula_in_a_workbook_is_refused_where_it_stands():
    book = Workbook()
    book.active.append(["product", "price"])
    book.active.append(["APL-1L", "=1+1"])
    content = io.BytesIO()
    book.save(content)
    (fault,) = rows_of(content.getvalue(), "prices.xlsx")
    assert (fault.row, fault.column) == (2, "price")
    assert "holds the formula =1+1" in fault.said


def test_a_binary_fraction_is_what_the_spreadsheet_showed():
    book = Workbook()
    book.active.append(["product", "price"])
    book.active.append(["APL-1L", 0.1 + 0.2])
    content = io.BytesIO()
    book.save(content)
    ((_, row),) = rows_of(content.getvalue(), "prices.xlsx")
    assert row.price == Decimal("0.3")


@given(st.binary(max_size=300), st.sampled_from(["prices.csv", "prices.xlsx"]))
def test_whatever_the_bytes_a_sheet_is_read_or_refused(content, name):
    try:
        found = rows_of(content, name)
    except UnreadableError:
        return
    assert all(isinstance(one, SheetFault | tuple) for one in found)


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12), min_size=1, max_size=11
    )
)
def test_whatever_the_cells_a_row_is_read_or_its_faults_are_named(cells):
    header = join(PRICE, "all", "\r\n")
    for one in rows_of((header + join(cells, "all", "\r\n")).encode()):
        assert isinstance(one, SheetFault | tuple)


def test_every_column_says_what_it_means_and_its_example_is_good():
    for row_type in SHEETS.values():
        for one in columns_of(row_type):
            assert one.column.meaning
            if one.column.example:
                assert value_of(one.column.example, one, "") is not None
