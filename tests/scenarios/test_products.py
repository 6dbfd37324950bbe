"""What a rep sees of a product: from Xero's items and the products sheet to Product.csv."""

from decimal import Decimal

import pytest

from app.scene import codes, lay, order, raw
from fieldbridge.flows import MASTER_DATA, TRANSACTIONS
from scenarios.office import lay_sheet, publish, row, rows, said, settle
from support.steps import walked

SHEET = (
    "product,barcode,group,vendor,unit,pack,price_2,price_8,category_1,category_2,category_8,custom_1,cost,fsa_code,"
    "always_available,hide\r\n"
    "APL-1L,9421000000017,JUICE,Orchard Co,CTN,12,4.00,3.50,Drinks,Juice,Promo,chilled,2.10,0123456,no,no\r\n"
    "ORG-1L,,JUICE,,,,,,,,,,,,yes,yes\r\n"
)
UNTRACKED = "APL-6PK"


@pytest.fixture(scope="module")
def shop(shop):
    settle(shop, "\n[master_data]\nstock_when_untracked = 500\n")
    lay_sheet(shop, "products", SHEET)
    publish(shop)
    return shop


def test_stock_is_xeros_figure_where_xero_tracks_it(shop):
    assert row(shop, "Product.csv", "APL-1L")["TotalStockOnHand"] == "144"


def test_what_xero_does_not_track_and_what_is_always_available_shows_the_figure_of_the_settings(shop):
    assert row(shop, "Product.csv", UNTRACKED)["TotalStockOnHand"] == "500"
    assert row(shop, "Product.csv", "ORG-1L")["TotalStockOnHand"] == "500", "though Xero counts 737"


def test_unit_pack_barcode_categories_and_codes_come_from_the_sheet(shop):
    apple = row(shop, "Product.csv", "APL-1L")
    assert [apple[name] for name in ("Barcode", "Group", "Vendor")] == ["9421000000017", "JUICE", "Orchard Co"]
    assert [apple[name] for name in ("DefaultSalesUnit", "DefaultSalesUnitQty")] == ["CTN", "12"]
    assert [apple[f"ProductCategory{one}"] for one in (1, 2, 3, 8)] == ["Drinks", "Juice", "", "Promo"]
    assert [apple[name] for name in ("FSACode", "Custom1", "HideInPortal")] == ["0123456", "chilled", "0"]
    plain = row(shop, "Product.csv", UNTRACKED)
    assert [plain[name] for name in ("DefaultSalesUnit", "DefaultSalesUnitQty", "Barcode")] == ["EA", "1", ""]


def test_cost_is_on_tablets_only_where_the_sheet_puts_it_there(shop):
    assert {one["SKUCode"]: one["CostPricePerSalesUnit"] for one in rows(shop, "Product.csv")}.items() >= {
        ("APL-1L", "2.10"), ("ORG-1L", ""), (UNTRACKED, "")
    }  # fmt: skip


def test_there_are_eight_prices_and_an_empty_level_is_level_one(shop):
    apple = row(shop, "Product.csv", "APL-1L")
    assert [apple[f"SellPrice{one}"] for one in range(1, 9)] == ["4.25", "4.00", *["4.25"] * 5, "3.50"]


def test_the_shop_hides_what_the_sheet_hides(shop):
    assert row(shop, "Product.csv", "ORG-1L")["HideInPortal"] == "1"


def test_an_item_that_is_not_sold_is_no_product(shop):
    assert "ORG-3L" not in {one["SKUCode"] for one in rows(shop, "Product.csv")}


def test_the_last_row_is_the_note_that_reps_pick_to_type_a_text(shop):
    last = (shop.site.folder / "Product.csv").read_bytes().splitlines(keepends=True)[-1]
    assert last == b"NOTE,Note (inactive),,,,,,,,,,,,,999,,,,,,,,,,,,,,,,,,\r\n"


def test_stock_stays_down_from_the_sale_until_xero_has_it(office):
    publish(office)
    lay(office.site, "a.txt", raw(order("1")))
    walked(office.site, TRANSACTIONS)
    for _ in range(2):
        publish(office)
        assert row(office, "Product.csv", "APL-1L")["TotalStockOnHand"] == "132", "twelve are sold, and still a draft"


def unsellable(office):
    """Four items that Xero would refuse to sell, each in its own way."""
    plain = {"UnitPrice": 1, "AccountCode": "200", "TaxType": "OUTPUT2"}
    office.site.xero.edit("items", "APL-1L", SalesDetails=plain | {"AccountCode": "280"})
    office.site.xero.edit("items", "ORG-1L", SalesDetails=plain | {"AccountCode": "310"})
    office.site.xero.edit("items", "LEM-1L", SalesDetails=plain | {"TaxType": "INPUT2"})
    office.site.xero.edit("items", "BLK-1L", SalesDetails=plain | {"UnitPrice": None})
    return [
        ("APL-1L", "product.account_unusable"), ("ORG-1L", "product.account_not_revenue"),
        ("LEM-1L", "product.tax_unusable"), ("BLK-1L", "product.no_price"),
    ]  # fmt: skip


def test_what_xero_would_refuse_to_sell_is_told_before_a_rep_sells_it_and_hidden_by_a_switch(office):
    expected = unsellable(office)
    publish(office, *expected)
    assert said(office, "product.account_unusable") == (
        "APL-1L (Apple juice 1L) is posted to account 280, which is archived."
    )
    shown = {one["SKUCode"] for one in rows(office, "Product.csv")}
    assert {"APL-1L", "ORG-1L", "LEM-1L"} <= shown
    settle(office, "\n[master_data]\nhide_unsellable = true\n")
    publish(office, *expected)
    assert shown - {one["SKUCode"] for one in rows(office, "Product.csv")} == {"APL-1L", "ORG-1L", "LEM-1L"}


def test_a_tax_rate_that_no_code_stands_for_is_told(office):
    lacking = {"UnitPrice": 1, "AccountCode": "200", "TaxType": "EXEMPTOUTPUT"}
    office.site.xero.edit("items", "APL-1L", SalesDetails=lacking)
    text = office.site.installation.connection("kauri").settings
    with office.site.installation.database.write() as tx:
        tx.exec_driver_sql("update connection set settings = ?", (text.replace('2 = "EXEMPTOUTPUT"\n', ""),))
    walked(office.site, MASTER_DATA)
    assert codes(office.site) == [("APL-1L", "product.tax_unmapped")]
    assert row(office, "Product.csv", "APL-1L")["TaxCode"] == ""
    assert Decimal(row(office, "Tax.csv", "1")["Rate"]) == 15


def test_an_item_shows_its_description_where_the_office_likes_that_better(office):
    office.site.xero.edit("items", "APL-1L", Description="Cold pressed, from Kerikeri")
    office.site.xero.edit("items", "ORG-1L", Description="")
    publish(office)
    assert row(office, "Product.csv", "APL-1L")["Description"] == "Apple juice 1L"
    settle(office, '\n[master_data]\ndescription = "description"\n')
    publish(office)
    assert row(office, "Product.csv", "APL-1L")["Description"] == "Cold pressed, from Kerikeri"
    assert row(office, "Product.csv", "ORG-1L")["Description"] == "Orange juice 1L"
