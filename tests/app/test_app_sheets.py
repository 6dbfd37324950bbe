"""What an office keeps in sheets reaches the tablets; a sheet with a fault changes nothing, and says why."""

import csv
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.scene import codes, lay, order, posted, raw, settle_for, texts, with_line
from fieldbridge.app import dry_run, prices, sheets
from fieldbridge.app.flows.programs import MASTER_DATA
from fieldbridge.core.rules import PRECEDENCE
from fieldbridge.store.ledger import runs
from support.site import Site

PRICES = "product,product_group,customer,price_group,price,percent_off,from_quantity,start,end,note\r\n"
CONTRACT = PRICES + "APL-1L,,KER014,,3.90,,,,,agreed in June\r\n,JUICE,,CAFE,,10,12,2026-07-01,2026-12-31,\r\n"
PRODUCTS = "product,group,barcode,unit,pack,price_2,category_1,fsa_code,always_available,hide\r\n"
JUICES = PRODUCTS + "APL-1L,JUICE,9421000000017,CTN,12,4.00,Drinks,123456,,\r\nORG-1L,JUICE,,,,,Drinks,,yes,yes\r\n"


def put_sheet(site: Site, name: str, text: str) -> Path:
    folder = site.folder.with_name(f"{site.folder.name}-sheets")
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(text.encode())
    return file


def put_workbook(site: Site, name: str, rows: list[list[object]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = put_sheet(site, name, "")
    book.save(file)
    return file


def published(site: Site, name: str) -> list[dict[str, str]]:
    with (site.folder / name).open(encoding="cp1252", newline="") as handle:
        return list(csv.DictReader(handle))


def row_of(site: Site, name: str, column: str, key: str) -> dict[str, str]:
    return next(row for row in published(site, name) if row[column] == key)


def problem(site: Site, code: str) -> str:
    (found,) = [one.message for one in site.problems() if one.code == code]
    return found


def in_cafe(site: Site) -> None:
    site.xero.edit("contacts", "KER014", ContactGroups=["Deal CAFE", "Rep STESMI"])


def test_contract_prices_of_a_sheet_reach_the_tablets(site):
    in_cafe(site)
    put_sheet(site, "products.csv", JUICES)
    put_sheet(site, "prices.csv", CONTRACT)
    assert site.sync(MASTER_DATA).exit_code == 0
    assert (site.folder / "Pricing.csv").read_bytes() == (
        b'"Product_Code","Customer_Code","Price","Type","Start_Date","End_Date","Quantity","Discount"\r\n'
        b'"APL-1L","KER014","3.90","1","","","",""\r\n'
        b'"JUICE","CAFE","","2","2026-07-01","2026-12-31","12","10"\r\n'
    )


def test_what_xero_lacks_of_a_product_comes_from_the_products_sheet(sqlite_site):
    site = sqlite_site
    put_sheet(site, "products.csv", JUICES)
    site.sync(MASTER_DATA)
    apple, orange = (row_of(site, "Product.csv", "SKUCode", code) for code in ("APL-1L", "ORG-1L"))
    assert (apple["Barcode"], apple["Group"], apple["ProductCategory1"]) == ("9421000000017", "JUICE", "Drinks")
    assert (apple["DefaultSalesUnit"], apple["DefaultSalesUnitQty"], apple["FSACode"]) == ("CTN", "12", "123456")
    assert [apple[f"SellPrice{level}"] for level in (1, 2, 3, 8)] == ["4.25", "4.00", "4.25", "4.25"]
    assert (orange["TotalStockOnHand"], orange["HideInPortal"], orange["DefaultSalesUnit"]) == ("999", "1", "EA")


def test_a_level_without_a_price_follows_the_formula_of_the_settings(sqlite_site):
    site = sqlite_site
    settle_for(site, '[prices.level_percent_off]\n2 = "50"\n3 = "10"\n')
    put_sheet(site, "products.csv", JUICES)
    site.sync(MASTER_DATA)
    apple = row_of(site, "Product.csv", "SKUCode", "APL-1L")
    assert [apple[f"SellPrice{level}"] for level in (1, 2, 3, 4)] == ["4.25", "4.00", "3.83", "4.25"]


def test_what_contact_groups_do_not_say_of_a_customer_comes_from_the_customers_sheet(sqlite_site):
    site = sqlite_site
    site.xero.edit("contacts", "KER014", ContactGroups=["Price 3"])
    put_sheet(
        site,
        "customers.csv",
        "customer,price_level,price_group,discount,rep,notes,category_1,edit_price\r\n"
        "KER014,5,CAFE,7.5,ZOE,Closed on Mondays,Cafe,yes\r\n",
    )
    put_sheet(site, "staff.csv", "code,first_name,surname\r\nZOE,Zoë,Quinn\r\n")
    site.sync(MASTER_DATA)
    row = row_of(site, "Customer.csv", "CustomerID", "KER014")
    assert (row["PriceLevel"], row["SpecialPricingGroup"], row["CustomerDiscount"]) == ("3", "CAFE", "7.5")
    assert (row["StaffCode"], row["CustomerCategory1"]) == ("ZOE", "Cafe")
    assert row["Notes"].startswith("Closed on Mondays; ")
    assert row["EnableEditPrice"] == "1"
    assert row_of(site, "Staff.csv", "Staff_Code", "ZOE")["First_Name"] == "Zoë"


def test_a_second_delivery_address_is_published_and_stands_on_the_invoice(sqlite_site):
    site = sqlite_site
    put_sheet(site, "addresses.csv", "customer,code,line_1,line_2\r\nKER014,7,12 Shed Rd,Kerikeri\r\n")
    site.sync(MASTER_DATA)
    rows = [row for row in published(site, "DeliveryAddresses.csv") if row["CustomerCode"] == "KER014"]
    assert [(row["CustomersDeliveryCode"], row["DeliveryAddressLine1"]) for row in rows][-1] == ("7", "12 Shed Rd")
    lay(site, "a.txt", raw(order("1", delivery_code="7")))
    site.sync()
    assert any("12 Shed Rd" in text for text in texts(posted(site)["SO-BV1"]))


def test_a_workbook_is_read_like_a_csv_file(sqlite_site):
    site = sqlite_site
    header = ["Product", "Customer", "Price", "From quantity", "Start", "#own remark"]
    put_workbook(site, "Prices.xlsx", [header, ["APL-1L", "KER014", 3.9, 12, date(2026, 7, 1), "=1"]])
    assert codes(site) == []
    site.sync(MASTER_DATA)
    (row,) = published(site, "Pricing.csv")
    assert (row["Price"], row["Quantity"], row["Start_Date"]) == ("3.90", "12", "2026-07-01")


FAULTY = PRICES + "APL-1L,,KER014,,three,,,,,\r\nAPL-1L,,KER014,,,10,,03/04/2026,,\r\nORG-1L,,KER014,,3,5,,,,\r\n"


def test_a_faulty_sheet_is_refused_whole_and_the_last_good_one_stays_in_force(site):
    put_sheet(site, "prices.csv", PRICES + "APL-1L,,KER014,,3.90,,,,,\r\n")
    site.sync(MASTER_DATA)
    before = (site.folder / "Pricing.csv").read_bytes()
    put_sheet(site, "prices.csv", FAULTY)
    for _ in range(2):
        assert site.sync(MASTER_DATA).exit_code == 1
        said = problem(site, "sheet.refused")
        assert "row 2, price: is “three”, not a number" in said
        assert "row 3, start: may mean 2026-04-03 or 2026-03-04" in said
        assert "row 4, price: needs a price or a percent_off, and not both" in said
        assert "(1 rows) stays in force" in said
        assert (site.folder / "Pricing.csv").read_bytes() == before
    put_sheet(site, "prices.csv", PRICES + "APL-1L,,KER014,,3.80,,,,,\r\n")
    site.sync(MASTER_DATA)
    assert codes(site) == []
    assert published(site, "Pricing.csv")[0]["Price"] == "3.80"


def test_a_refused_sheet_is_not_read_again_until_it_changes(sqlite_site):
    site = sqlite_site
    put_sheet(site, "prices.csv", FAULTY)
    for _ in range(3):
        site.sync(MASTER_DATA)
    with site.installation.database.read() as tx:
        told = [one for one in runs.events(tx, site.connection.id, 1000) if one.event == "sheet.refused"]
    assert len(told) == 1


def test_a_sheet_that_is_gone_stays_in_force_until_it_is_withdrawn(sqlite_site):
    site = sqlite_site
    file = put_sheet(site, "prices.csv", PRICES + "APL-1L,,KER014,,3.90,,,,,\r\n")
    site.sync(MASTER_DATA)
    file.unlink()
    site.sync(MASTER_DATA)
    assert codes(site) == [("prices.csv", "sheet.missing")]
    assert len(published(site, "Pricing.csv")) == 1
    put_sheet(site, "prices.csv", PRICES)
    site.sync(MASTER_DATA)
    assert (codes(site), published(site, "Pricing.csv")) == ([], [])


def test_two_files_of_one_sheet_are_refused(sqlite_site):
    site = sqlite_site
    put_sheet(site, "prices.csv", CONTRACT)
    put_workbook(site, "prices.xlsx", [["product"]])
    site.sync(MASTER_DATA)
    assert codes(site) == [("prices.csv", "sheet.two_files")]


def test_rows_about_what_xero_does_not_have_are_left_out_and_told(sqlite_site):
    site = sqlite_site
    site.xero.archive("KER014")
    unknown = "NO-SUCH,,,,1,,,,,\r\nAPL-1L,,NOB000,,1,,,,,\r\nAPL-1L,,KER014,,1,,,,,\r\n,SWEETS,,,1,,,,,\r\n"
    put_sheet(site, "prices.csv", PRICES + unknown + "APL-1L,,,VIPS,1,,,,,\r\nORG-1L,,,,3.50,,,,,\r\n")
    assert site.sync(MASTER_DATA).exit_code == 1
    assert codes(site) == [
        ("KER014", "sheet.customer_archived"),
        ("NO-SUCH", "sheet.product_unknown"),
        ("NOB000", "sheet.customer_unknown"),
        ("SWEETS", "sheet.group_unknown"),
        ("VIPS", "sheet.group_unknown"),
    ]
    assert [(row["Product_Code"], row["Price"]) for row in published(site, "Pricing.csv")] == [("ORG-1L", "3.50")]


def test_a_check_lists_every_fault_and_changes_nothing(sqlite_site):
    site = sqlite_site
    site.sync(MASTER_DATA)
    put_sheet(site, "prices.csv", FAULTY + "NO-SUCH,,,,1,,,,,\r\n")
    put_sheet(site, "staff.csv", "code,first_name\r\nA,Abe\r\nA,Ann\r\nTOOLONGACODE,X\r\n")
    found = {one.sheet: one for one in sheets.check(site.installation, site.connection, None, lambda _: None)}
    assert [(fault.row, fault.column) for fault in found["prices"].faults] == [(2, "price"), (3, "start"), (4, "price")]
    assert [str(one) for one in found["prices"].missing] == ["row 5, product: Xero has no item NO-SUCH"]
    assert [str(one) for one in found["staff"].faults] == [
        "row 3: is about the same as row 2",
        "row 4, code: is longer than 10 characters",
    ]
    assert [one.read_at for one in sheets.explain(site.installation, site.connection, None)] == [None] * 5


def test_two_rules_that_hold_on_the_same_day_are_refused_as_a_tie(sqlite_site):
    site = sqlite_site
    rows = ["2026-01-01,2026-12-31", "2026-02-01,2026-02-28", "2027-01-01,", "2026-06-01,2026-06-30"]
    put_sheet(
        site, "prices.csv", PRICES + "".join(f"APL-1L,,,,{price},,,{days},\r\n" for price, days in enumerate(rows, 1))
    )
    (found,) = sheets.check(site.installation, site.connection, "prices", lambda _: None)
    assert [(one.row, one.said.partition(",")[0]) for one in found.faults] == [
        (3, "holds on days of row 2 too"),
        (5, "holds on days of row 2 too"),
    ]


def test_a_template_reads_back_as_a_sheet_without_rows(sqlite_site):
    site = sqlite_site
    for name in sheets.SHEETS:
        for as_csv in (True, False):
            file = sheets.create(site.installation, site.connection, name, as_csv=as_csv)
            (found,) = sheets.check(site.installation, site.connection, name, lambda _: None)
            assert (found.file, found.rows, found.faults) == (str(file), 0, [])
            file.unlink()


def test_the_plan_reads_the_sheets_and_changes_nothing(sqlite_site):
    site = sqlite_site
    put_sheet(site, "prices.csv", CONTRACT.splitlines(keepends=True)[0] + "APL-1L,,KER014,,3.90,,,,,\r\n")
    plan = dry_run.plan(site.installation, site.connection, MASTER_DATA)
    assert dry_run.PlannedFile("Pricing.csv", 1, 0) in plan.files
    assert [one.rows for one in sheets.explain(site.installation, site.connection, "prices")] == [0]


def test_a_price_is_explained_step_by_step_and_is_the_one_in_the_files(site):
    in_cafe(site)
    put_sheet(site, "products.csv", JUICES)
    put_sheet(site, "prices.csv", CONTRACT)
    site.sync(MASTER_DATA)
    told = prices.explain(site.installation, site.connection, ("KER014", "APL-1L"), date(2026, 8, 1), Decimal(12))
    assert [(step.outcome, step.price, step.number) for step in told.steps] == [
        ("price", Decimal("4.25"), None),
        ("beaten", Decimal("3.83"), 3),
        ("used", Decimal("3.9"), 2),
    ]
    assert told.price == Decimal(published(site, "Pricing.csv")[0]["Price"])
    other = prices.explain(site.installation, site.connection, ("KER014", "ORG-1L"), date(2026, 8, 1), Decimal(6))
    assert [(step.outcome, step.number) for step in other.steps] == [("price", None), ("quantity", 3)]


def test_another_precedence_reaches_the_tablets_as_worked_out_prices(sqlite_site):
    site = sqlite_site
    in_cafe(site)
    strongest = "price_group product_group percent"
    ranks = ", ".join(f'"{rank}"' for rank in [*(one for one in PRECEDENCE if one != strongest), strongest])
    settle_for(site, f'[prices]\nwritten = "per_customer"\nprecedence = [{ranks}]\n')
    put_sheet(site, "products.csv", JUICES)
    put_sheet(site, "prices.csv", CONTRACT)
    site.sync(MASTER_DATA)
    rows = [
        row
        for row in published(site, "Pricing.csv")
        if (row["Product_Code"], row["Customer_Code"]) == ("APL-1L", "KER014")
    ]
    assert [(row["Price"], row["Start_Date"], row["End_Date"], row["Quantity"]) for row in rows] == [
        ("3.90", "", "2026-06-30", ""),
        ("3.90", "2026-07-01", "2026-12-31", ""),
        ("3.83", "2026-07-01", "2026-12-31", "12"),
        ("3.90", "2027-01-01", "", ""),
    ]


def test_a_price_below_the_best_rule_is_told_and_posted_as_the_rep_took_it(sqlite_site):
    site = sqlite_site
    put_sheet(site, "prices.csv", PRICES + "APL-1L,,KER014,,4.40,,,,,\r\n")
    site.sync(MASTER_DATA)
    lay(site, "a.txt", raw(order("1"), with_line("2", unit_price=Decimal("4.40"), total=Decimal("52.80"))))
    site.sync()
    with site.installation.database.read() as tx:
        notes = [one.fields["note"] for one in runs.events(tx, site.connection.id, 1000) if one.event == "order.note"]
    assert notes == [
        "Order 1, line 1: APL-1L was sold at 4.25, below 4.4 (by row 2 of the prices sheet). The rep's price stands."
    ]
    assert posted(site)["SO-BV1"]["SubTotal"] == Decimal("51.00")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04nonsense", "it is not a workbook"),
        ("product;price\r\nA;1\r\n", "separated by semicolons"),
        ("product,price\r\n".encode("utf-16"), "it is not UTF-8"),
        ('product,price\r\nA,"1\r\n', "line 2: a quotation mark is opened and never closed"),
        ("product,prise\r\n", "row 1, prise: is not a column of prices; is price meant?"),
        ("product,price,price\r\n", "row 1, price: stands there more than once"),
        ("product,price\r\nA,=B2*2\r\n", "row 2, price: holds the formula =B2*2"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_the_reason(sqlite_site, content, said):
    site = sqlite_site
    text = content if isinstance(content, bytes) else content.encode()
    file = put_sheet(site, "prices.xlsx" if text.startswith(b"PK") else "prices.csv", "")
    file.write_bytes(text)
    site.sync(MASTER_DATA)
    assert said in problem(site, "sheet.refused")


def test_a_workbook_that_would_unpack_to_gigabytes_is_not_unpacked(sqlite_site):
    site = sqlite_site
    file = put_sheet(site, "prices.xlsx", "")
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(1100):
            part.write(bytes(1024**2))
    assert file.stat().st_size < 2 * 1024**2
    site.sync(MASTER_DATA)
    assert "it would unpack to more than a sheet can hold" in problem(site, "sheet.refused")
