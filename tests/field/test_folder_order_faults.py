"""Orders that cannot be read: what is said about them."""

import pytest

from fieldbridge.field.folder.order_file import Entry, Fault, read_orders
from fieldbridge.field.folder.profile import HD1

HEADER = b"H,1,O,2026-07-14T10:32:05,2026-07-16,BV1,KER014,Foodmart,0,EX,PO 1,STESMI,Mere,51.00,7.65,2,\r\n"
LINE = b"D,1,APL-1L,Apple juice 1L,12,EA,4.25,0,51.00,1,\r\n"
GOOD = HEADER + LINE
ALONE = HEADER.replace(b"H,1,O", b"H,1,P").replace(b"51.00,7.65", b",")
PAID = b"P,1,CASH,51.00,2026-07-14,R1\r\n"
NEW = b"N,1,New Cafe,Mere,Tane,mere@cafe.example,09 555 0114,,1 Quay St,,,,Kerikeri,Northland,0230,\r\n"
OTHER = GOOD.replace(b"H,1,", b"H,2,").replace(b"D,1,", b"D,2,").replace(b"BV1", b"BV2")


def only(data: bytes) -> Entry:
    (entry,) = read_orders(data, HD1).entries
    return entry


def fault_of(data: bytes) -> Fault:
    entry = only(data)
    assert entry.raw == data
    assert entry.order is None
    assert entry.fault is not None
    assert entry.fault.remedy
    return entry.fault


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (GOOD.replace(b",12,", b",twelve,"), "order.number", "Line 2: qty says 'twelve', which is not a plain number."),
        (GOOD.replace(b",12,", b",,"), "order.number", "Line 2: qty is empty."),
        (GOOD.replace(b",12,", b',"1,200",'), "order.number", "Line 2: qty says '1,200', which is not a plain number."),
        (GOOD.replace(b",12,", b",1e3,"), "order.number", "Line 2: qty says '1e3', which is not a plain number."),
        (GOOD.replace(b",12,", b",NaN,"), "order.number", "Line 2: qty says 'NaN', which is not a plain number."),
        (
            GOOD.replace(b",12,", b",Infinity,"),
            "order.number",
            "Line 2: qty says 'Infinity', which is not a plain number.",
        ),
        (GOOD.replace(b",12,", b",9999999999999,"), "order.number", "Line 2: qty says '9999999999999', which is not a"),
        (
            GOOD.replace(b",12,", ",\uff11\uff12,".encode()),
            "order.number",
            "Line 2: qty says '\uff11\uff12', which is not a plain number.",
        ),
        (
            GOOD.replace(b",4.25,", b",4.25001,"),
            "order.number",
            "Line 2: unit_price_ex says '4.25001', which has more than",
        ),
        (
            GOOD.replace(b",4.25,", b",-4.25,"),
            "order.number",
            "Line 2: unit_price_ex says '-4.25', and it cannot be below",
        ),
        (
            GOOD.replace(b",0,51", b",101,51"),
            "order.number",
            "Line 2: discount_pct says '101', and it cannot be above 100.",
        ),
        (
            GOOD.replace(b",0,EX", b",-1,EX"),
            "order.number",
            "Line 1: order_discount says '-1', and it cannot be below zero.",
        ),
        (GOOD.replace(b",7.65,", b",,"), "order.number", "Line 1: total_tax is empty."),
        (
            GOOD.replace(b"2026-07-16", b"16/07/2026"),
            "order.date",
            "Line 1: required_date says '16/07/2026', which is not a day",
        ),
        (GOOD.replace(b"2026-07-14T10:32:05", b""), "order.date", "Line 1: captured_at is empty."),
        (
            GOOD.replace(b"2026-07-14", b"2026-02-30"),
            "order.date",
            "Line 1: captured_at says '2026-02-30T10:32:05', which",
        ),
        (GOOD.replace(b",12,", b","), "order.fields", "Line 2: a D line has 11 fields, and this one has 10."),
        (GOOD.replace(b",Mere,", b","), "order.fields", "Line 1: a H line has 17 fields, and this one has 16."),
        (GOOD + b"T,1,a,b\r\n", "order.fields", "Line 3: a T line has 3 fields, and this one has 4."),
        (GOOD + b"X,1,a\r\n", "order.record_type", "Line 3: 'X' is not a record type; H, D, T, P and N are."),
        (GOOD + b"rest of a note\r\n", "order.record_type", "Line 3: 'rest of a note' is not a record type"),
        (GOOD + b"T,2,a\r\n", "order.no_header", "Line 3: this T line belongs to order 2, but stands under order 1."),
        (LINE, "order.no_header", "Line 1: this D line belongs to order 1, and no H line stands above it."),
        (b"P,1,CASH,51.00,2026-07-14,\r\n", "order.no_header", "Line 1: this P line belongs to order 1, and no H line"),
        (HEADER, "order.empty", "Line 1: order 1 has no D lines, so it orders nothing."),
        (HEADER + b"T,1,hello\r\n", "order.empty", "Line 1: order 1 has no D lines, so it orders nothing."),
        (b"\r\n \r\n", "order.empty", "The file holds nothing but blank lines."),
        (GOOD.replace(b",1,", b",,", 2), "order.key", "Line 1: order_no is empty."),
        (GOOD.replace(b"H,1,O", b"H,1,HELD"), "order.kind", "Line 1: type says 'HELD', which is not O (order), I"),
        (GOOD.replace(b"APL-1L", b""), "order.product", "Line 2: product is empty."),
        (GOOD + b"D,1,NOTE,,1,,5.00,0,5.00,,text\r\n", "order.note_money", "Line 3: a note carries money."),
        (GOOD + b"D,1,NOTE,,1,,5.00,0,,,text\r\n", "order.note_money", "Line 3: a note carries money."),
        (GOOD.replace(b"Mere", b'"Mere" T'), "order.quote", "Line 1: text stands between a closing quotation mark and"),
        (GOOD.replace(b"Apple", b'"Apple'), "order.quote", "Line 2: a quotation mark opens and never closes"),
        (GOOD + b'"  \r\n', "order.quote", "Line 3: a quotation mark opens and never closes"),
        (
            GOOD + b"P,1,CASH,0,2026-07-14,R1\r\n",
            "order.number",
            "Line 3: amount says '0', and a payment must be above",
        ),
        (
            GOOD + b"P,1,CASH,1.005,,R1\r\n",
            "order.number",
            "Line 3: amount says '1.005', which has more than 2 decimals.",
        ),
        (
            GOOD + b"P,1,CASH,5.00,14/07/2026,\r\n",
            "order.date",
            "Line 3: paid_at says '14/07/2026', which is not a day",
        ),
        (GOOD + b"P,1,CASH,5.00\r\n", "order.fields", "Line 3: a P line has 6 fields, and this one has 4."),
        (GOOD + NEW.replace(b"New Cafe", b""), "order.new_customer", "Line 3: name is empty."),
        (GOOD + NEW + NEW, "order.new_customer", "Line 1: order 1 has more than one N line."),
        (GOOD.replace(b"KER014", b"") + NEW, "order.new_customer", "Line 1: order 1 has a new customer, and no code"),
        (
            GOOD.replace(b",2,\r\n", b",2,,x\r\n"),
            "order.fields",
            "Line 1: a H line has 17 fields, and this one has 18.",
        ),
        (ALONE, "order.empty", "Line 1: order 1 is a payment alone and has no P lines, so it pays nothing."),
        (ALONE + LINE + PAID, "order.parts", "Line 1: order 1 is of kind P and has a product line."),
        (
            ALONE.replace(b",,,2,", b",9.00,1.00,2,") + PAID,
            "order.parts",
            "Line 1: order 1 says a payment of 10.00, and",
        ),
        (ALONE.replace(b"H,1,P", b"H,1,N"), "order.empty", "Line 1: order 1 is a new customer alone and has no N line"),
        (
            ALONE.replace(b"H,1,P", b"H,1,N") + NEW + PAID,
            "order.parts",
            "Line 1: order 1 is a new customer alone and has",
        ),
    ],
)
def test_the_reason_names_line_field_and_value(data: bytes, code: str, told: str) -> None:
    fault = fault_of(data)
    assert fault.code == code
    assert fault.message.startswith(told)


def test_negative_quantities_and_totals_are_for_others_to_judge() -> None:
    assert only(GOOD.replace(b",12,", b",-12,").replace(b"51.00", b"-51.00")).order is not None


def test_a_value_in_a_reason_is_short_and_printable() -> None:
    message = fault_of(GOOD.replace(b",12,", b',"\x00\x1b[31m' + b"9" * 500 + b'",')).message
    assert message.isprintable()
    assert len(message) < 150


def test_further_faults_of_the_order_are_counted() -> None:
    message = fault_of(GOOD.replace(b",12,", b",x,").replace(b"7.65", b"y")).message
    assert message == "Line 1: total_tax says 'y', which is not a plain number. (and 1 more in this order)"


def test_line_numbers_count_the_lines_inside_quotes() -> None:
    data = GOOD.replace(b"Foodmart", b'"Food\r\nmart"').replace(b",12,", b",x,")
    assert fault_of(data).message.startswith("Line 3: qty")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (GOOD.replace(b",12,", b",x,"), "BV1"),
        (GOOD.replace(b"BV1", b"").replace(b",12,", b",x,"), "1"),
        (GOOD.replace(b"BV1,", b""), "1"),
        (LINE, "1"),
        (b"junk\r\n", ""),
    ],
)
def test_a_faulted_entry_keeps_the_key_that_could_be_made_out(data: bytes, key: str) -> None:
    assert only(data).key == key


def test_an_open_quote_takes_what_follows_with_it_and_nothing_else() -> None:
    data = GOOD + OTHER.replace(b"Apple", b'"Apple') + GOOD
    first, second = read_orders(data, HD1).entries
    assert first.order is not None
    assert (second.key, second.fault is not None) == ("BV2", True)
    assert first.raw + second.raw == data
    assert not read_orders(data, HD1).complete


def test_an_open_quote_that_meets_a_later_one_still_takes_what_follows() -> None:
    quoted = OTHER.replace(b"Foodmart", b'"Foodmart"')
    file = read_orders(GOOD + GOOD.replace(b"Apple", b'"Apple') + quoted, HD1)
    assert [entry.order is not None for entry in file.entries] == [True, False]
    assert not file.complete


def test_a_repeated_header_is_another_entry() -> None:
    assert [entry.key for entry in read_orders(GOOD + GOOD, HD1).entries] == ["BV1", "BV1"]
    assert [entry.fault is None for entry in read_orders(HEADER + GOOD, HD1).entries] == [False, True]


def test_lines_before_the_first_header_are_an_entry_of_their_own() -> None:
    stray, good = read_orders(LINE + GOOD, HD1).entries
    assert (stray.raw, stray.fault is not None, good.order is not None) == (LINE, True, True)


@pytest.mark.parametrize("damaged", [b"X,2,", b",2,", b"h,2,"])
def test_a_damaged_header_does_not_harm_the_order_before(damaged: bytes) -> None:
    first, second = read_orders(GOOD + OTHER.replace(b"H,2,", damaged), HD1).entries
    assert first.order is not None
    assert second.fault is not None
    assert (second.key, second.fault.code) == ("2", "order.record_type")


def test_a_line_of_another_order_parks_the_order_that_may_be_missing_it() -> None:
    assert fault_of(GOOD + LINE.replace(b"D,1,", b"D,11,")).code == "order.no_header"


def test_blank_lines_alone_are_whole_and_no_order() -> None:
    assert read_orders(b"\r\n \r\n", HD1).complete
    assert only(b"\r\n \r\n").fault == Fault(
        "order.empty", "The file holds nothing but blank lines.", "Nothing needs doing."
    )


@pytest.mark.parametrize(
    "data",
    [b"", GOOD[:-1], GOOD[:-2], GOOD + HEADER, GOOD + b"E,2\r\n", GOOD + b"D,1\r\n", GOOD + b'"\r\n'],
)
def test_an_end_that_looks_cut_off_is_incomplete(data: bytes) -> None:
    assert not read_orders(data, HD1).complete


def test_a_fault_inside_does_not_make_the_file_incomplete() -> None:
    assert read_orders(GOOD.replace(b",12,", b",x,") + OTHER, HD1).complete
