"""Reading and writing order files."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.order_file import OrderFile, read_orders
from fieldbridge.field.folder.order_layouts import OrderLayout
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1, Profile

EXAMPLE = (
    b"H,100245,O,2026-07-14T10:32:05,2026-07-16,BV210,KER014,Kerikeri Foodmart,0,EX,PO 7781,STESMI,Mere,91.80,13.77,2,"
    b'"Leave at shed, ring bell"\r\n'
    b"D,100245,APL-1L,Apple juice 1L,12,EA,4.25,0,51.00,1,\r\n"
    b"D,100245,ORG-1L,Orange juice 1L,10,EA,4.25,4,40.80,1,short dated ok\r\n"
    b"D,100245,NOTE,,0,,0,0,0,,Manager away until Thursday\r\n"
)
FIRST = Order(
    order_no="1",
    kind="O",
    captured_on=date(2026, 7, 14),
    captured_at="2026-07-14T10:32:05",
    customer="WHĀ001",
    customer_name='Whangārei "Tū" Café',
    lines=(OrderLine(product="APL-1L", quantity=Decimal(12), unit_price=Decimal("4.25"), total=Decimal("51.00")),),
    total=Decimal("51.00"),
    tax=Decimal("7.65"),
    note="Leave at shed,\r\nring bell",
)
SECOND = Order(
    order_no="2",
    kind="C",
    captured_on=date(2026, 7, 15),
    cloud_id="BV211",
    customer="KER014",
    lines=(OrderLine(product="ORG-1L", quantity=Decimal(-1), total=Decimal("-4.25"), note='say "kia ora", ē'),),
    total=Decimal("-4.25"),
    tax=Decimal(0),
)

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(',"\r\nāĒ\ufeff'), max_size=12)
names = texts.filter(lambda text: text.strip() and text != "NOTE")
numbers = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)
prices = st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=4)
percents = st.decimals(0, 100, allow_nan=False, allow_infinity=False, places=2)
days = st.dates(date(1990, 1, 1))
product_lines = st.builds(
    OrderLine,
    product=names,
    description=texts,
    quantity=numbers,
    unit=texts,
    unit_price=prices,
    discount=percents,
    total=numbers,
    tax_code=texts,
    note=texts,
)
text_lines = st.builds(OrderLine, description=texts)
orders = st.builds(
    Order,
    order_no=names,
    kind=st.sampled_from("OICQ"),
    captured_on=days,
    required_on=st.none() | days,
    customer=texts,
    lines=st.lists(product_lines | text_lines, min_size=1, max_size=4).map(tuple),
    total=numbers,
    tax=numbers,
    cloud_id=texts,
    customer_name=texts,
    discount=percents,
    tax_mode=names,
    customer_order_no=texts,
    rep=texts,
    contact=texts,
    delivery_code=texts,
    note=texts,
)


def read_ones(file: OrderFile) -> list[Order]:
    return [entry.order for entry in file.entries if entry.order is not None]


def test_the_documented_example_reads_as_documented() -> None:
    file = read_orders(EXAMPLE, HD1)
    assert file.complete
    assert file.encoding == "utf-8"
    (entry,) = file.entries
    assert (entry.position, entry.key, entry.raw, entry.fault) == (0, "BV210", EXAMPLE, None)
    assert entry.order == Order(
        order_no="100245",
        kind="O",
        captured_on=date(2026, 7, 14),
        captured_at="2026-07-14T10:32:05",
        required_on=date(2026, 7, 16),
        cloud_id="BV210",
        customer="KER014",
        customer_name="Kerikeri Foodmart",
        customer_order_no="PO 7781",
        rep="STESMI",
        contact="Mere",
        total=Decimal("91.80"),
        tax=Decimal("13.77"),
        delivery_code="2",
        note="Leave at shed, ring bell",
        lines=(
            OrderLine(
                product="APL-1L",
                description="Apple juice 1L",
                quantity=Decimal(12),
                unit="EA",
                unit_price=Decimal("4.25"),
                total=Decimal("51.00"),
                tax_code="1",
            ),
            OrderLine(
                product="ORG-1L",
                description="Orange juice 1L",
                quantity=Decimal(10),
                unit="EA",
                unit_price=Decimal("4.25"),
                discount=Decimal(4),
                total=Decimal("40.80"),
                tax_code="1",
                note="short dated ok",
            ),
            OrderLine(description="Manager away until Thursday"),
        ),
    )


def test_the_documented_example_is_written_as_documented() -> None:
    assert render_orders(read_ones(read_orders(EXAMPLE, HD1)), HD1) == EXAMPLE


def test_text_records_stay_where_the_rep_put_them() -> None:
    lines = EXAMPLE.splitlines(keepends=True)
    (order,) = read_ones(read_orders(b"".join([*lines[:2], b"T,100245,Mind the dog\r\n", *lines[2:]]), HD1))
    assert [line.description for line in order.lines] == [
        "Apple juice 1L",
        "Mind the dog",
        "Orange juice 1L",
        "Manager away until Thursday",
    ]


def test_notes_of_one_order_never_reach_the_next() -> None:
    plain = render_orders([SECOND], HD1)
    alone = read_orders(plain, HD1).entries[0].order
    assert read_orders(EXAMPLE + plain, HD1).entries[1].order == alone


@given(st.lists(orders, max_size=4))
@settings(deadline=None, max_examples=150)
def test_what_is_written_is_read_back_equal(written: list[Order]) -> None:
    file = read_orders(render_orders(written, HD1), HD1)
    assert read_ones(file) == written
    assert [entry.fault for entry in file.entries] == [None] * len(written)
    assert [entry.key for entry in file.entries] == [order.key for order in written]
    assert file.complete == bool(written)


@given(st.lists(orders, min_size=1, max_size=3))
@settings(deadline=None, max_examples=50)
def test_each_order_reads_the_same_from_its_own_bytes(written: list[Order]) -> None:
    for entry in read_orders(render_orders(written, HD1), HD1).entries:
        assert read_ones(read_orders(entry.raw, HD1)) == [entry.order]


noise = st.binary(max_size=120) | st.lists(
    st.sampled_from([b"H", b"D", b"T,1,x", b"P", b",", b"1", b'"', b"\r\n", b"\n", b"\xff", b"\xef\xbb\xbf", EXAMPLE]),
    max_size=30,
).map(b"".join)


@given(noise)
@settings(deadline=None, max_examples=300)
def test_no_byte_of_any_file_is_lost(data: bytes) -> None:
    file = read_orders(data, HD1)
    assert b"".join(entry.raw for entry in file.entries) == data
    assert all((entry.order is None) != (entry.fault is None) for entry in file.entries)
    assert [entry.position for entry in file.entries] == list(range(len(file.entries)))


DAMAGED = [
    b"H,9,O,2026-07-14,,,KER014\r\n",
    b"H,9\r\nD,9\r\n",
    render_orders([SECOND], HD1).replace(b"2026-07-15", b"yesterday"),
    render_orders([SECOND], HD1).replace(b"-4.25", b"NaN"),
    render_orders([SECOND], HD1).replace(b"H,2", b"X,2"),
    render_orders([SECOND], HD1).replace(b"D,2", b"D,7"),
    render_orders([SECOND], HD1).replace(b"D,2", b"Z,2"),
    render_orders([SECOND], HD1) + b"P,2,CASH,none,2026-07-15,\r\n",
    render_orders([SECOND], HD1) + b"\xff\x81 junk\r\n",
    render_orders([SECOND], HD1).replace(b"KER014", b'"KER"014'),
    render_orders([SECOND], HD1).replace(b"KER014", b"caf\xe9 \x81").replace(b"ORG-1L", b""),
]


@pytest.mark.parametrize("damaged", DAMAGED)
def test_a_damaged_order_never_changes_its_neighbours(damaged: bytes) -> None:
    data = render_orders([FIRST], HD1) + damaged + render_orders([SECOND], HD1)
    file = read_orders(data, HD1)
    before, *bad, after = file.entries
    assert (before.order, after.order) == (FIRST, SECOND)
    assert b"".join(entry.raw for entry in bad) == damaged
    assert [entry.order for entry in bad] == [None]
    assert file.complete


@given(orders, orders, st.data())
@settings(deadline=None, max_examples=100)
def test_a_line_with_a_field_too_many_faults_only_its_order(good: Order, bad: Order, data: st.DataObject) -> None:
    damaged = render_orders([bad], HD1)[:-2] + b",more\r\n" * data.draw(st.integers(1, 2))
    file = read_orders(render_orders([good], HD1) + damaged + render_orders([good], HD1), HD1)
    assert [entry.order for entry in file.entries] == [good, None, good]


def test_a_file_cut_at_any_byte_is_seen_as_incomplete_or_reads_equal() -> None:
    whole = render_orders([FIRST, SECOND], HD1)
    end_of_first = len(render_orders([FIRST], HD1))
    for cut in range(len(whole)):
        file = read_orders(whole[:cut], HD1)
        assert b"".join(entry.raw for entry in file.entries) == whole[:cut]
        assert not file.complete or cut == end_of_first
        if cut >= end_of_first:
            assert file.entries[0].order == FIRST
    assert read_ones(read_orders(whole[:end_of_first], HD1)) == [FIRST]


def test_a_cut_between_two_lines_of_an_order_shows_in_its_total() -> None:
    cut = b"".join(EXAMPLE.splitlines(keepends=True)[:2])
    file = read_orders(cut, HD1)
    (order,) = read_ones(file)
    assert file.complete
    assert sum(line.total for line in order.lines) != order.total


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (render_orders([FIRST], HD1), "utf-8"),
        (b"\xef\xbb\xbf" + render_orders([FIRST], HD1), "utf-8-sig"),
    ],
)
def test_utf8_is_read_with_or_without_its_mark(data: bytes, encoding: str) -> None:
    file = read_orders(data, HD1)
    assert (read_ones(file), file.encoding, file.entries[0].raw) == ([FIRST], encoding, data)


def test_files_joined_with_their_marks_read_as_one() -> None:
    marked = b"\xef\xbb\xbf" + render_orders([FIRST], HD1)
    assert read_ones(read_orders(marked + marked, HD1)) == [FIRST, FIRST]


def test_the_windows_code_page_is_read_when_it_is_not_utf8() -> None:
    data = EXAMPLE.replace(b"Kerikeri", "Café £".encode("cp1252"))
    file = read_orders(data, HD1)
    assert (read_ones(file)[0].customer_name, file.encoding) == ("Café £ Foodmart", "cp1252")


def test_a_byte_no_encoding_has_is_shown_as_such_and_kept_raw() -> None:
    data = EXAMPLE.replace(b"Kerikeri", b"Caf\xe9\x81")
    (entry,) = read_orders(data, HD1).entries
    assert entry.order is not None
    assert (entry.order.customer_name, entry.raw) == ("Café\ufffd Foodmart", data)


def test_a_control_character_is_read_as_a_space() -> None:
    data = EXAMPLE.replace(b"Kerikeri", b"Kerikeri\x00\x1b\x7f")
    assert read_ones(read_orders(data, HD1))[0].customer_name == "Kerikeri    Foodmart"


def test_orders_in_two_encodings_are_each_read_in_their_own() -> None:
    data = render_orders([FIRST], HD1) + EXAMPLE.replace(b"Kerikeri", b"Caf\xe9")
    file = read_orders(data, HD1)
    first, second = read_ones(file)
    assert (first, second.customer_name, file.encoding) == (FIRST, "Café Foodmart", "cp1252")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: b"\r\n" + data.replace(b"\r\nD", b"\r\n\r\nD") + b"\r\n \r\n",
        lambda data: b"".join(b'"' + line.replace(b",", b'","') + b'"\r\n' for line in data.splitlines()),
        lambda data: data.replace(b",EA,", b', "EA",').replace(b"Mere", b'"Mere"'),
    ],
)
def test_line_ends_blank_lines_and_quoting_do_not_matter(change: object) -> None:
    assert callable(change)
    data = change(EXAMPLE.replace(b'"Leave at shed, ring bell"', b"Leave at shed"))
    file = read_orders(data, HD1)
    (order,) = read_ones(file)
    assert file.complete
    assert (order.contact, order.note, len(order.lines)) == ("Mere", "Leave at shed", 3)


def test_an_inch_mark_inside_a_field_is_just_a_character() -> None:
    (order,) = read_ones(read_orders(EXAMPLE.replace(b"Apple juice 1L", b'Pipe 6" black'), HD1))
    assert order.lines[0].description == 'Pipe 6" black'


@pytest.mark.parametrize(
    ("written", "captured_at"),
    [
        (b"2026-07-14", ""),
        (b"2026-07-14 23:59", "2026-07-14 23:59"),
        (b"2026-07-14T23:59:59.5+12:00", "2026-07-14T23:59:59.5+12:00"),
    ],
)
def test_the_day_is_the_tablets_own(written: bytes, captured_at: str) -> None:
    (order,) = read_ones(read_orders(EXAMPLE.replace(b"2026-07-14T10:32:05", written), HD1))
    assert (order.captured_on, order.captured_at) == (date(2026, 7, 14), captured_at)


def test_what_is_left_empty_has_its_default() -> None:
    data = EXAMPLE.replace(b",0,EX,", b",,,").replace(b",0,51.00", b",,51.00").replace(b",0,,0,0,0,,", b",,,,,,,")
    (order,) = read_ones(read_orders(data, HD1))
    assert (order.tax_mode, order.discount, order.lines[0].discount) == ("EX", Decimal(0), Decimal(0))


def test_a_note_without_its_own_text_shows_the_description() -> None:
    data = EXAMPLE.replace(b"NOTE,,0,,0,0,0,,Manager away until Thursday", b"NOTE,Call first,1,,0,0,0,,")
    assert read_ones(read_orders(data, HD1))[0].lines[-1] == OrderLine(description="Call first")


def test_positions_come_from_the_profile() -> None:
    layout = OrderLayout(
        header=("order_no", "type", "unknown", "captured_at", "customer", "total_ex", "total_tax"),
        line=("order_no", "product", "line_total_ex", "qty", "unit_price_ex"),
    )
    profile = Profile(orders=layout, note_code="TEXT")
    data = b"H,7,I,?,2026-07-14,KER014,4.25,0.64\nD,7,APL-1L,4.25,1,4.25\nD,7,TEXT,,,\n"
    (order,) = read_ones(read_orders(data, profile))
    expected = OrderLine(product="APL-1L", quantity=Decimal(1), unit_price=Decimal("4.25"), total=Decimal("4.25"))
    assert (order.key, order.kind, order.lines) == ("7", "I", (expected, OrderLine()))
    assert read_ones(read_orders(render_orders([order], profile), profile)) == [order]


def test_an_empty_file_holds_nothing_and_is_incomplete() -> None:
    assert read_orders(b"", HD1) == OrderFile(entries=(), complete=False, encoding="utf-8")


def test_ten_thousand_orders_are_read() -> None:
    file = read_orders(EXAMPLE * 10_000, HD1)
    assert len(file.entries) == 10_000
    assert file.entries[-1].order == file.entries[0].order
