"""Profiles."""

import tomllib

import msgspec
import pytest

from fieldbridge.field.folder.profile import HD1, Profile


def test_an_empty_table_is_the_evidenced_layout() -> None:
    assert msgspec.convert({}, Profile) == HD1


def test_the_evidenced_files_have_their_evidenced_columns() -> None:
    counts = {layout.name: len(layout.columns) for layout in (*HD1.master_files, HD1.history)}
    assert counts == {
        "Tax.csv": 3,
        "Staff.csv": 3,
        "Product.csv": 33,
        "Customer.csv": 38,
        "DeliveryAddresses.csv": 5,
        "Pricing.csv": 8,
        "Transactions.csv": 23,
    }
    assert [layout.header for layout in HD1.master_files] == [True] * 6
    assert not HD1.history.header


def test_the_evidenced_positions_of_an_order_hold() -> None:
    header, line = ("H", *HD1.orders.header), ("D", *HD1.orders.line)
    assert [header[position] for position in (1, 6, 10, 11, 15)] == [
        "order_no",
        "customer",
        "customer_order_no",
        "rep",
        "delivery_code",
    ]
    assert [line[position] for position in (1, 2, 10)] == ["order_no", "product", "line_note"]


def test_a_site_may_change_any_part_in_toml() -> None:
    text = """
        encoding = "utf-8"
        line_end = "\\n"
        quoting = "minimal"
        date_format = "%d/%m/%Y"
        flag_true = "Y"
        order_patterns = ["*.hdt"]
        settle_s = 2.5
        [staff]
        header = false
        [tax]
        name = "GST.csv"
        columns = ["Rate", "", "Tax_Code"]
        [orders]
        text = ["order_no", "text", "colour"]
    """
    profile = msgspec.convert(tomllib.loads(text), Profile)
    assert (profile.encoding, profile.settle_s, profile.flag_true) == ("utf-8", 2.5, "Y")
    assert (profile.staff.header, profile.staff.columns) == (False, HD1.staff.columns)
    assert (profile.tax.name, profile.tax.columns) == ("GST.csv", ("Rate", "", "Tax_Code"))
    assert (profile.orders.text[-1], profile.orders.header) == ("colour", HD1.orders.header)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"colour": "red"}, "colour"),
        ({"tax": {"colour": "red"}}, "colour"),
        ({"encoding": "klingon"}, "klingon"),
        ({"encoding": "utf-16"}, "utf-16"),
        ({"quoting": "some"}, "some"),
        ({"processed_folder": "../elsewhere"}, "not a plain file name"),
        ({"tax": {"name": "a/b.csv"}}, "not a plain file name"),
        ({"tax": {"columns": []}}, "has no columns"),
        ({"orders": {"line": ["order_no", "product"]}}, "orders.line lacks line_total_ex, qty, unit_price_ex"),
    ],
)
def test_a_profile_that_cannot_work_is_refused_with_the_reason(table: dict[str, object], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(table, Profile)
