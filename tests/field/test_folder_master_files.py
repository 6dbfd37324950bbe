"""Master files, byte for byte."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldbridge.core.records.field import Customer, DeliveryAddress, PriceRule, Product, Staff, Tax
from fieldbridge.field.folder.encode import Misfit, encode_rows
from fieldbridge.field.folder.master_files import (
    Row,
    customer_rows,
    delivery_rows,
    pricing_rows,
    product_rows,
    staff_rows,
    tax_rows,
)
from fieldbridge.field.folder.profile import HD1, CustomerFile, FileLayout, Profile, StaffFile

KERIKERI = Customer(
    customer_id="KER014",
    name='Kerikeri "Foodmart"',
    price_level=2,
    discount=Decimal("5.00"),
    address_lines=("PO Box 1", "Level 2", "Kerikeri", "Northland", "New Zealand"),
    post_code="0230",
    fax="09 555 0115",
    phone="09 555 0114",
    mobile="021 555",
    email="shop@example.com",
    notes="Ring, then knock",
    staff_code="STESMI",
    special_pricing_group="CAFE",
    stop_credit=True,
    cash_only=False,
    balances=(Decimal("1360.545"), Decimal(0), Decimal(20), Decimal(100)),
    categories=("Cafe", "North"),
    custom_1="20th",
    custom_2="hold",
)
APPLE = Product(
    sku="APL-1L",
    description="Apple juice 1L",
    prices=(Decimal("4.2500"), Decimal("4.25254"), Decimal(4)),
    tax_code="1",
    on_hand=Decimal("36.0000"),
    sales_unit="CTN",
    sales_unit_quantity=Decimal(12),
)


def file_of(rows: Iterable[Row], layout: FileLayout, profile: Profile = HD1) -> bytes:
    misfits: list[Misfit] = []
    data = b"".join(encode_rows(rows, layout, profile, misfits.append))
    assert misfits == []
    return data


def named(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("cp1252"), newline="")))


def test_customers_are_written_to_the_byte() -> None:
    assert file_of(customer_rows([KERIKERI, Customer(customer_id="A", name="B")], HD1), HD1.customers) == (
        b'"CustomerID","CustomerName","PriceLevel","CustomerDiscount","AddressLine1","AddressLine2","AddressLine3",'
        b'"AddressLine4","PostCode","Fax","Phone","Notes","StaffCode","SpecialPricingGroup","StopCredit",'
        b'"CashOnlyFlag","Mobile","Email","Balance3","Balance2","Balance1","BalanceCurrent","BalanceTotal",'
        b'"CompulsoryOrderNo","PrintPricing","Vendor","EnableEditPrice","CustomerCategory1","CustomerCategory2",'
        b'"CustomerCategory3","CustomerCategory4","CustomerCategory5","CustomerCategory6","CustomerCategory7",'
        b'"CustomerCategory8","CustomField1","CustomField2","ReportOnly"\r\n'
        b'"KER014","Kerikeri ""Foodmart""","2","5","PO Box 1","Level 2","Kerikeri","Northland, New Zealand","0230",'
        b'"09 555 0115","09 555 0114","Ring, then knock","STESMI","CAFE","1","0","021 555","shop@example.com",'
        b'"100.00","20.00","0.00","1360.55","1480.55","0","1","","0","Cafe","North","","","","","","","20th","hold",""\r\n'
        b'"A","B","1","","","","","","","","","","","","","","","","","","","","","0","1","","0","","","","","","","","",'
        b'"","",""\r\n'
    )


def test_products_are_written_to_the_byte_with_the_note_row_last() -> None:
    assert file_of(product_rows([APPLE], HD1), HD1.products) == (
        b'"SKUCode","Description","Barcode","Group","Vendor","SellPrice1","SellPrice2","SellPrice3","SellPrice4",'
        b'"SellPrice5","SellPrice6","SellPrice7","SellPrice8","TaxCode","TotalStockOnHand","DefaultSalesUnitQty",'
        b'"DefaultSalesUnit","Custom1","Custom2","CostPricePerSalesUnit","ProductCategory1","ProductCategory2",'
        b'"ProductCategory3","ProductCategory4","ProductCategory5","ProductCategory6","ProductCategory7",'
        b'"ProductCategory8","PELCode","FSACode","FSWCode","FSSICode","HideInPortal"\r\n'
        b'"APL-1L","Apple juice 1L","","","","4.25","4.2525","4.00","4.25","4.25","4.25","4.25","4.25","1","36","12",'
        b'"CTN","","","","","","","","","","","","","","","","0"\r\n'
        b"NOTE,Note (inactive),,,,,,,,,,,,,999,,,,,,,,,,,,,,,,,,\r\n"
    )


def test_whatever_a_sheet_says_of_a_product_is_read_back_from_its_columns() -> None:
    full = Product(
        sku="APL-1L",
        description='Apple "Gala", 1L',
        barcode="0942100",
        group="JUICE",
        vendor="Orchard, Co",
        prices=tuple(Decimal(level) / 4 for level in range(1, 9)),
        tax_code="1",
        on_hand=Decimal(-12),
        sales_unit="CTN",
        sales_unit_quantity=Decimal("0.5"),
        hide_in_portal=True,
        categories=tuple(f"C{rank}" for rank in range(1, 9)),
        grocery_codes=("P", "A", "W", "S"),
        custom_1="x",
        custom_2="y",
        cost=Decimal("2.1"),
    )
    (row, note) = named(file_of(product_rows([full], HD1), HD1.products))
    assert list(row.values()) == [
        *("APL-1L", 'Apple "Gala", 1L', "0942100", "JUICE", "Orchard, Co"),
        *("0.25", "0.50", "0.75", "1.00", "1.25", "1.50", "1.75", "2.00"),
        *("1", "-12", "0.5", "CTN", "x", "y", "2.10"),
        *("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "P", "A", "W", "S", "1"),
    ]
    assert (note["SKUCode"], note["TotalStockOnHand"], note["HideInPortal"]) == ("NOTE", "999", "")


def test_the_note_row_can_be_switched_off() -> None:
    assert list(product_rows([], Profile(note_row=False))) == []


def test_price_rules_are_written_to_the_byte() -> None:
    rules = [
        PriceRule(product="APL-1L", customer="KER014", price=Decimal("3.9")),
        PriceRule(
            product="JUICE",
            customer="CAFE",
            kind=2,
            start_on=date(2026, 7, 1),
            end_on=date(2026, 12, 31),
            quantity=Decimal(10),
            discount=Decimal("12.50"),
        ),
    ]
    assert file_of(pricing_rows(rules, HD1), HD1.pricing) == (
        b'"Product_Code","Customer_Code","Price","Type","Start_Date","End_Date","Quantity","Discount"\r\n'
        b'"APL-1L","KER014","3.90","1","","","",""\r\n'
        b'"JUICE","CAFE","","2","2026-07-01","2026-12-31","10","12.5"\r\n'
    )


def test_dates_follow_the_profile() -> None:
    profile = Profile(date_format="%d/%m/%Y")
    (row,) = pricing_rows([PriceRule(product="A", customer="B", start_on=date(2026, 7, 1))], profile)
    assert row.values["Start_Date"] == "01/07/2026"


def test_delivery_addresses_are_written_to_the_byte() -> None:
    addresses = [
        DeliveryAddress(customer="KER014", code="2", lines=("12 Shed Rd",)),
        DeliveryAddress(customer="KER014", code="3", lines=("A", "B", "C", "", "D")),
    ]
    assert file_of(delivery_rows(addresses), HD1.deliveries) == (
        b'"CustomerCode","CustomersDeliveryCode","DeliveryAddressLine1","DeliveryAddressLine2","DeliveryAddressLine3"'
        b'\r\n"KER014","2","12 Shed Rd","",""\r\n"KER014","3","A","B","C, D"\r\n'
    )


def test_staff_and_tax_are_written_to_the_byte() -> None:
    staff = [Staff(code="STESMI", first_name="Steve", surname="Smith")]
    taxes = [
        Tax(code="1", description="GST", rate=Decimal("15.0000")),
        Tax(code="2", description="Free", rate=Decimal(0)),
    ]
    assert file_of(staff_rows(staff), HD1.staff) == (
        b'"Staff_Code","First_Name","Surname"\r\n"STESMI","Steve","Smith"\r\n'
    )
    assert file_of(tax_rows(taxes), HD1.tax) == (
        b'"Tax_Code","Description","Rate"\r\n"1","GST","15"\r\n"2","Free","0"\r\n'
    )


@pytest.mark.parametrize(
    ("price", "written"),
    [
        ("4.25", "4.25"),
        ("4.2525", "4.2525"),
        ("4.25255", "4.2526"),
        ("1E+3", "1000.00"),
        ("1E-7", "0.00"),
        ("0", "0.00"),
    ],
)
def test_prices_are_plain_numbers(price: str, written: str) -> None:
    row = next(product_rows([Product(sku="A", description="", prices=(Decimal(price),))], HD1))
    assert {row.values[f"SellPrice{level}"] for level in range(1, 9)} == {written}


def test_a_product_without_a_price_has_blank_prices() -> None:
    (product, _) = named(file_of(product_rows([Product(sku="A", description="B")], HD1), HD1.products))
    assert {product[f"SellPrice{level}"] for level in range(1, 9)} == {""}


def test_flags_are_spelt_as_the_profile_says() -> None:
    profile = Profile(flag_true="Y", flag_false="N", flag_none="?")
    (row,) = customer_rows([Customer(customer_id="A", name="B", stop_credit=True)], profile)
    assert [row.values[name] for name in ("StopCredit", "CashOnlyFlag", "EnableEditPrice")] == ["Y", "?", "N"]


def test_a_profile_may_reorder_omit_and_add_columns() -> None:
    layout = CustomerFile(columns=("PostCode", "", "CustomerID", "Colour"), header=False)
    assert (
        file_of(customer_rows([KERIKERI], HD1), layout, Profile(quoting="minimal", line_end="\n")) == b"0230,,KER014,\n"
    )


def test_characters_that_do_not_fit_are_replaced_and_reported() -> None:
    misfits: list[Misfit] = []
    rows = staff_rows([Staff(code="R1", first_name="Māui é", surname="猫\ud800")])
    data = b"".join(encode_rows(rows, HD1.staff, HD1, misfits.append))
    assert data.splitlines()[1] == b'"R1","Maui \xe9","??"'
    assert misfits == [
        Misfit("R1", "First_Name", "ā", "a"),
        Misfit("R1", "Surname", "猫", "?"),
        Misfit("R1", "Surname", "\ud800", "?"),
    ]


def test_a_quote_made_by_replacing_is_still_a_character() -> None:
    rows = staff_rows([Staff(code="R1", first_name="a\uff02,b")])
    data = b"".join(encode_rows(rows, HD1.staff, HD1, lambda misfit: None))
    assert named(data)[0]["First_Name"] == 'a",b'


def test_macrons_stay_in_utf8() -> None:
    data = file_of(staff_rows([Staff(code="R1", first_name="Māui")]), HD1.staff, Profile(encoding="utf-8"))
    assert "Māui".encode() in data


def test_line_ends_and_control_characters_become_a_space() -> None:
    rows = staff_rows([Staff(code="R1", first_name="a\r\nb\x00c\u2028d\x85e")])
    assert file_of(rows, StaffFile(header=False)) == b'"R1","a b c d e",""\r\n'


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)), max_size=5))
@settings(deadline=None, max_examples=50)
def test_whatever_the_text_each_record_is_one_line(records: list[tuple[str, str, str]]) -> None:
    staff = (Staff(code=code, first_name=first, surname=last) for code, first, last in records)
    lines = list(encode_rows(staff_rows(staff), HD1.staff, HD1, lambda misfit: None))
    assert len(lines) == len(records) + 1
    for line in lines:
        assert line.count(b"\n") == 1
        (fields,) = csv.reader(io.StringIO(line.decode("cp1252"), newline=""))
        assert len(fields) == len(HD1.staff.columns)


def test_rows_are_made_as_they_are_asked_for() -> None:
    asked: list[int] = []

    def endless() -> Iterable[Staff]:
        while True:
            asked.append(1)
            yield Staff(code="R1", first_name="A")

    chunks = iter(encode_rows(staff_rows(endless()), HD1.staff, HD1, lambda misfit: None))
    assert [len(next(chunks)), next(chunks)][1] == b'"R1","A",""\r\n'
    assert len(asked) == 1
