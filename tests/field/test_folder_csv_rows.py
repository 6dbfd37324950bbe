"""Comma-separated rows as bytes."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.field.folder.csv_rows import join, split

cells = st.text(st.sampled_from('ab ,"\r\nā'), max_size=6)
tables = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=4)


@given(tables, st.sampled_from(["all", "minimal"]), st.sampled_from(["\r\n", "\n"]))
@settings(deadline=None)
def test_what_is_joined_is_split_again(table: list[list[str]], quoting: str, line_end: str) -> None:
    data = "".join(join(row, quoting, line_end) for row in table).encode()
    rows = list(split(data))
    assert [[field.decode() for field in row.fields] for row in rows] == table
    assert b"".join(data[row.start : row.end] for row in rows) == data
    assert not any(row.flaw for row in rows)


@given(tables, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]))
@settings(deadline=None)
def test_other_writers_rows_are_split_as_they_meant(table: list[list[str]], quoting: int) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    assert [[field.decode() for field in row.fields] for row in split(text.getvalue().encode())] == table


@given(tables)
@settings(deadline=None)
def test_other_readers_read_what_is_joined(table: list[list[str]]) -> None:
    text = "".join(join(row, "all", "\r\n") for row in table)
    assert list(csv.reader(io.StringIO(text, newline=""))) == table


def test_a_quote_that_never_closes_runs_to_the_end() -> None:
    rows = list(split(b'a,b\n"c,d\ne,f\n'))
    assert [(row.line, row.flaw, row.start, row.end) for row in rows] == [(1, "", 0, 4), (2, "open", 4, 13)]


def test_text_after_a_closing_quote_flaws_only_its_row() -> None:
    assert [row.flaw for row in split(b'"a"b,c\nd,e\n')] == ["quote", ""]


def test_a_huge_open_quote_is_split_without_harm() -> None:
    assert [row.flaw for row in split(b'x\n"' + b'y""\n' * 500_000)] == ["", "open"]
