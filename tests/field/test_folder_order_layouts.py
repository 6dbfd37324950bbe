"""Payments and new customers in order files, and the layouts other than hd-1: plain CSV and KFI."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.records.field import NewCustomer, Order, OrderLine, Tender
from fieldbridge.field.folder.order_file import OrderFile, read_orders
from fieldbridge.field.folder.order_layouts import CsvLayout, KfiLayout
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1, Profile

CSV = Profile(order_layout="csv")
KFI = Profile(order_layout="kfi")

PLAIN = (
    b"order_no,type,captured_at,customer,customer_order_no,total_ex,total_tax,product,qty,unit_price_ex,line_total_ex,"
    b"line_note,tender,amount,payment_reference\r\n"
    b"1,I,2026-07-14,KER014,PO 1,55.25,8.29,APL-1L,12,4.25,51.00,,,,\r\n"
    b"1,,,,,,,ORG-1L,1,4.25,4.25,short dated ok,,,\r\n"
    b"1,,,,,,,,,,,,CASH,63.54,R 17\r\n"
    b"2,O,2026-07-15,WHA001,,4.25,0.64,APL-1L,1,4.25,4.25,,,,\r\n"
)
KEYED = (
    b"KER014,100,14/07/2026,PO 1,STESMI,1\r\n"
    b"APL-1L,Apple juice 1L,12,4.25,0\r\n"
    b"ORG-1L,,10,4.25,4\r\n"
    b"<F9>\r\n"
    b"WHA001,101,15/07/2026,,STESMI,\r\n"
    b"APL-1L,,1,4.25,\r\n"
    b"<F9>,,,,\r\n"
)


def orders_of(file: OrderFile) -> list[Order]:
    assert [entry.fault for entry in file.entries] == [None] * len(file.entries)
    return [entry.order for entry in file.entries if entry.order is not None]


def faults_of(data: bytes, profile: Profile) -> list[tuple[str, str]]:
    file = read_orders(data, profile)
    assert b"".join(entry.raw for entry in file.entries) == data
    return [(entry.fault.code, entry.fault.message) for entry in file.entries if entry.fault is not None]


def line(product: str, quantity: str, total: str, **others: object) -> OrderLine:
    made = OrderLine(product=product, quantity=Decimal(quantity), unit_price=Decimal("4.25"), total=Decimal(total))
    return msgspec.structs.replace(made, **others)


# hd-1.


def test_an_order_with_payments_a_new_customer_and_files_reads_whole() -> None:
    data = (
        b"H,7,I,2026-07-14,,BV7,NEW001,,0,EX,,STESMI,,51.00,7.65,,,,INV-9,5.50,slip.pdf; shop front.jpg\r\n"
        b"N,7,New Cafe,Mere,Tane,mere@cafe.example,09 555 0114,,1 Quay St,,,,Kerikeri,Northland,0230,Opens at six\r\n"
        b"D,7,APL-1L,,12,,4.25,,51.00,,\r\n"
        b"P,7,CASH,40.00,2026-07-13,R1\r\n"
        b"P,7,EFTPOS,18.65,,\r\n"
    )
    (order,) = orders_of(read_orders(data, HD1))
    assert order.tenders == (
        Tender(kind="CASH", amount=Decimal("40.00"), paid_on=date(2026, 7, 13), reference="R1"),
        Tender(kind="EFTPOS", amount=Decimal("18.65")),
    )
    assert order.new_customer == NewCustomer(
        name="New Cafe",
        first_name="Mere",
        last_name="Tane",
        email="mere@cafe.example",
        phone="09 555 0114",
        address_lines=("1 Quay St",),
        city="Kerikeri",
        region="Northland",
        post_code="0230",
        note="Opens at six",
    )
    assert (order.against, order.freight, order.files) == ("INV-9", Decimal("5.50"), ("slip.pdf", "shop front.jpg"))
    assert orders_of(read_orders(render_orders([order], HD1), HD1)) == [order]


def test_a_payment_alone_and_a_new_customer_alone_need_no_lines_and_no_totals() -> None:
    data = (
        b"H,8,P,2026-07-14,,,KER014,,,,,,,,,,paid at the door\r\nP,8,CHEQUE,20.00,,123\r\nP,8,CASH,5.00,,\r\n"
        b"H,9,N,2026-07-14,,,NEW001,,,,,,,,,,\r\nN,9,New Cafe,,,,,,,,,,,,,\r\n"
    )
    file = read_orders(data, HD1)
    paid, met = orders_of(file)
    assert (paid.total, paid.tax, paid.lines, paid.note) == (Decimal("25.00"), Decimal(0), (), "paid at the door")
    assert (met.total, met.new_customer) == (Decimal(0), NewCustomer(name="New Cafe"))
    assert file.complete


@pytest.mark.parametrize("kind", ["P", "N", "O"])
def test_a_file_that_ends_after_a_header_is_cut_off_whatever_its_kind(kind: str) -> None:
    header = f"H,8,{kind},2026-07-14,,,KER014,,0,EX,,,,0,0,,\r\n".encode()
    beside = {"P": b"", "N": b"P,8,CASH,1.00,,\r\n", "O": b"N,8,Cafe,,,,,,,,,,,,,\r\n"}
    assert not read_orders(header + beside[kind], HD1).complete


tenders = st.builds(
    Tender,
    kind=st.sampled_from(["CASH", "EFTPOS"]),
    amount=st.decimals(Decimal("0.01"), 10**6, places=2),
    paid_on=st.none() | st.dates(date(1990, 1, 1)),
    reference=st.sampled_from(["", "R 1", 'say "7"']),
    currency=st.sampled_from(["", "AUD"]),
)


@given(st.lists(tenders, min_size=1, max_size=3), st.sampled_from(["", "INV-9"]))
@settings(deadline=None, max_examples=30)
def test_payments_that_are_written_are_read_back_equal(parts: list[Tender], against: str) -> None:
    order = Order(
        order_no="8",
        kind="P",
        captured_on=date(2026, 7, 14),
        customer="KER014",
        lines=(),
        total=sum((one.amount for one in parts), Decimal(0)),
        tax=Decimal(0),
        against=against,
        tenders=tuple(parts),
    )
    assert orders_of(read_orders(render_orders([order], HD1), HD1)) == [order]


# Plain CSV.


def test_plain_csv_reads_the_rows_of_an_order_together() -> None:
    file = read_orders(PLAIN, CSV)
    first, second = orders_of(file)
    assert file.complete
    assert (first.key, first.kind, first.customer_order_no) == ("1", "I", "PO 1")
    assert (first.total, first.tax) == (Decimal("55.25"), Decimal("8.29"))
    assert first.lines == (line("APL-1L", "12", "51.00"), line("ORG-1L", "1", "4.25", note="short dated ok"))
    assert first.tenders == (Tender(kind="CASH", amount=Decimal("63.54"), reference="R 17"),)
    assert (second.key, second.lines, second.tenders) == ("2", (line("APL-1L", "1", "4.25"),), ())


def test_the_first_order_of_plain_csv_keeps_the_headings_bytes_with_its_own() -> None:
    rows = PLAIN.splitlines(keepends=True)
    assert [entry.raw for entry in read_orders(PLAIN, CSV).entries] == [b"".join(rows[:4]), rows[4]]


def test_headings_and_days_of_another_program_are_mapped_in_the_profile() -> None:
    layout = CsvLayout(
        headings={
            "Order Number": "order_no",
            "Type": "type",
            "Date": "captured_at",
            "Account": "customer",
            "Colour": "",
            "Net": "total_ex",
            "GST": "total_tax",
            "Item": "product",
            "Qty": "qty",
            "Price": "unit_price_ex",
            "Amount": "line_total_ex",
        },
        date_format="%d/%m/%Y",
    )
    profile = Profile(order_layout="csv", orders_csv=layout)
    data = (
        b"\xef\xbb\xbfORDER NUMBER, type ,Date,Account,Colour,Net,GST,Item,Qty,Price,Amount,\n"
        b"1,O,14/07/2026,KER014,red,4.25,0.64,APL-1L,1,4.25,4.25,\n"
    )
    (order,) = orders_of(read_orders(data, profile))
    assert (order.captured_on, order.lines) == (date(2026, 7, 14), (line("APL-1L", "1", "4.25"),))
    assert faults_of(data.replace(b"14/07", b"31/02"), profile) == [
        ("order.date", "Line 2: Date says '31/02/2026', which is not a day written like 14/07/2026.")
    ]


@pytest.mark.parametrize(
    ("before", "after", "code", "told"),
    [
        (b",12,4.25", b",a dozen,4.25", "order.number", "Line 2: qty says 'a dozen', which is not a plain number."),
        (b"1,,,,,,,ORG", b"1,,,OTHER,,,,ORG", "order.parts", "Line 3: customer says 'OTHER', and line 2 of the same"),
        (b"1,,,,,,,ORG-1L,1,", b"1,,,,,,,,1,", "order.product", "Line 3: product is empty."),
        (b",short dated ok,,,", b",short dated ok,,", "order.fields", "Line 3: a row has 15 fields, and this"),
        (b"CASH,63.54", b"CASH,-1", "order.number", "Line 4: amount says '-1', and a payment must be above zero."),
        (b"1,,,,,,,ORG-1L,1,4.25,4.25,short dated ok,,,", b"1,,,,,,,ORG-1L,1,4.25,4.25,,CASH,63.54,R 17", "order.parts",
         "Line 2: the order has the same payment in two rows"),
        (b"14,KER014", b"14,\"KER014", "order.quote", "Line 2: a quotation mark opens and never closes"),
    ],
)  # fmt: skip
def test_a_faulty_row_refuses_its_order_and_no_other(before: bytes, after: bytes, code: str, told: str) -> None:
    assert before in PLAIN
    found = faults_of(PLAIN.replace(before, after), CSV)
    assert [one[0] for one in found] == [code]
    assert found[0][1].startswith(told)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b",line_note,", b",notes,", "Line 1: there is no field for the heading 'notes'."),
        (b",total_tax,", b",customer_name,", "Line 1: no heading stands for total_tax."),
        (b",line_note,", b",type,", "Line 1: two headings stand for type."),
        (b"order_no,", b",", "Line 1: no heading stands for order_no."),
    ],
)
def test_headings_that_cannot_be_used_refuse_every_row(before: bytes, after: bytes, told: str) -> None:
    found = faults_of(PLAIN.replace(before, after, 1), CSV)
    assert {code for code, _ in found} == {"order.headings"}
    assert all(message.startswith(told) for _, message in found)
    assert read_orders(PLAIN.replace(before, after, 1), CSV).entries[0].order is None


def test_rows_of_an_order_that_do_not_stand_together_are_not_taken_as_another_order() -> None:
    scattered = PLAIN + b"1,,,,,,,APL-1L,1,4.25,4.25,,,,\r\n"
    found = faults_of(scattered, CSV)
    assert found[0] == ("order.parts", "Line 6: order 1 came before other orders; its rows must stand together.")


@given(st.integers(0, len(PLAIN)))
@settings(deadline=None, max_examples=60)
def test_plain_csv_cut_at_any_byte_loses_no_byte_and_shows_the_cut(cut: int) -> None:
    file = read_orders(PLAIN[:cut], CSV)
    assert b"".join(entry.raw for entry in file.entries) == PLAIN[:cut]
    assert file.complete == (PLAIN[:cut].endswith(b"\n"))


def test_headings_alone_order_nothing() -> None:
    assert faults_of(PLAIN.splitlines(keepends=True)[0], CSV) == [
        ("order.empty", "The file holds headings and no orders.")
    ]


# KFI.


def test_a_keystroke_file_is_read_document_by_document() -> None:
    file = read_orders(KEYED, KFI)
    first, second = orders_of(file)
    assert file.complete
    assert (first.key, first.customer, first.captured_on, first.rep) == ("100", "KER014", date(2026, 7, 14), "STESMI")
    assert [one.total for one in first.lines] == [Decimal("51.00"), Decimal("40.80")]
    assert (second.key, second.kind, second.shows_totals) == ("101", "O", False)
    assert b"".join(entry.raw for entry in file.entries) == KEYED


def test_a_head_row_says_which_fields_follow_and_in_which_order() -> None:
    layout = KfiLayout(
        names={
            "Customer Code": "customer",
            "Doc No": "order_no",
            "Date": "captured_at",
            "Product Code": "product",
            "Quantity": "qty",
            "Unit Price": "unit_price_ex",
        },
        date_format="%d/%m/%y",
        kind="I",
    )
    profile = Profile(order_layout="kfi", orders_kfi=layout)
    data = (
        b"<HEADROW><header>Doc No,Date,Customer Code,Branch,"
        b"<productline>Quantity,Product Code,Unit Price<ENDHEADROW>\r\n"
        b"100,14/07/26,KER014,north\r\n12,APL-1L,4.25,,,\r\n<F9>\r\n"
    )
    (order,) = orders_of(read_orders(data, profile))
    assert (order.key, order.kind, order.lines) == ("100", "I", (line("APL-1L", "12", "51.00"),))
    found = faults_of(data.replace(b"12,APL", b"x,APL"), profile)
    assert found == [("order.number", "Line 3: Quantity says 'x', which is not a plain number.")]
    assert faults_of(data.replace(b"Doc No,", b"Number,"), profile) == [
        ("order.headings", "Line 1: no field of the head row stands for order_no.")
    ]
    assert faults_of(data.replace(b"<productline>", b""), profile)[0][0] == "order.headings"


@pytest.mark.parametrize(
    ("before", "after", "code", "told"),
    [
        (b"12,4.25", b"dozen,4.25", "order.number", "Line 2: qty says 'dozen', which is not a plain number."),
        (
            b"14/07/2026",
            b"2026-07-14",
            "order.date",
            "Line 1: captured_at says '2026-07-14', which is not a day written",
        ),
        (b",100,", b",,", "order.key", "Line 1: order_no is empty."),
        (b"ORG-1L,,10,", b"ORG-1L,10,", "order.fields", "Line 3: a product line has 5 fields, and this one has 4."),
        (b"APL-1L,Apple juice 1L,12,4.25,0\r\nORG-1L,,10,4.25,4\r\n", b"", "order.empty", "Line 1: order 100 has no D"),
    ],
)
def test_a_faulty_document_refuses_itself_and_no_other(before: bytes, after: bytes, code: str, told: str) -> None:
    found = faults_of(KEYED.replace(before, after), KFI)
    assert [one[0] for one in found] == [code]
    assert found[0][1].startswith(told)


@given(st.integers(1, len(KEYED)))
@settings(deadline=None, max_examples=60)
def test_a_keystroke_file_cut_anywhere_shows_the_cut(cut: int) -> None:
    file = read_orders(KEYED[:cut], KFI)
    ends = {KEYED.index(b"WHA001"), len(KEYED)}
    assert b"".join(entry.raw for entry in file.entries) == KEYED[:cut]
    assert file.complete == (cut in ends)
    assert all(entry.order is None or entry.raw.rstrip(b"\r\n,").endswith(b"<F9>") for entry in file.entries)


noise = st.lists(
    st.sampled_from(
        [b"<HEADROW>", b"<header>", b"<ENDHEADROW>", b"<F9>", b",", b"1", b'"', b"\r\n", b"\xff", PLAIN, KEYED]
    ),
    max_size=20,
).map(b"".join)


@given(noise, st.sampled_from([CSV, KFI]))
@settings(deadline=None, max_examples=200)
def test_no_byte_of_any_file_is_lost_in_any_layout(data: bytes, profile: Profile) -> None:
    file = read_orders(data, profile)
    assert b"".join(entry.raw for entry in file.entries) == data
    assert all((entry.order is None) != (entry.fault is None) for entry in file.entries)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"order_layout": "xml"}, "xml"),
        ({"orders_csv": {"headings": {"Colour": "colour"}}}, "there is no field colour"),
        ({"orders_kfi": {"line": ["product"]}}, "orders_kfi.line lacks qty, unit_price_ex"),
        ({"orders_kfi": {"end": ""}}, "orders_kfi.end is empty"),
    ],
)
def test_a_layout_no_order_can_be_built_from_is_refused(table: dict[str, object], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(table, Profile)
