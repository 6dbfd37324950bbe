"""Every published file can be listed, compared row by row, and put together again to the byte."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.scene import Clock, settle_for
from fieldbridge.app import dry_run, versions
from fieldbridge.app.flows.programs import MASTER_DATA
from fieldbridge.core.errors import SetupError
from fieldbridge.field.folder.compare import Difference, differences
from fieldbridge.field.folder.profile import PricingFile, StaffFile


def change_price(site, price) -> None:
    site.xero.edit("items", "APL-1L", SalesDetails={"UnitPrice": price})


def history(site, name="Product.csv"):
    return versions.listed(site.installation, site.connection, name)


def test_each_publish_that_changes_a_file_is_a_version_and_no_other(site):
    site.publish()
    site.publish()
    assert len(history(site)) == 1
    change_price(site, 5)
    site.publish()
    assert len(history(site)) == 2
    assert len(history(site, "Tax.csv")) == 1


def test_a_file_of_another_moment_is_written_again_to_the_byte(sqlite_site, tmp_path):
    clock = Clock()
    site = clock.given_to(sqlite_site)
    site.publish()
    first, moment = (site.folder / "Product.csv").read_bytes(), clock.now()
    clock.ahead += timedelta(hours=1)
    change_price(site, 5)
    site.publish()
    second = (site.folder / "Product.csv").read_bytes()
    for at, content in ((moment, first), (clock.now(), second)):
        target = tmp_path / f"{at:%H%M%S}.csv"
        versions.write(site.installation, site.connection, "Product.csv", at, target)
        assert target.read_bytes() == content
    with pytest.raises(SetupError, match="is there already"):
        versions.write(site.installation, site.connection, "Product.csv", moment, target)
    with pytest.raises(SetupError, match=r"has no version of Product\.csv"):
        versions.write(site.installation, site.connection, "Product.csv", moment - timedelta(days=1), tmp_path / "x")


def test_all_files_of_a_day_are_written_again_and_any_two_days_compared(sqlite_site, tmp_path):
    clock = Clock()
    site = clock.given_to(sqlite_site)
    site.publish()
    first = {one.name: one.read_bytes() for one in site.folder.glob("*.csv")}
    moments = [clock.now()]
    for price in (5, 6):
        clock.ahead += timedelta(days=1)
        change_price(site, price)
        site.publish()
        moments.append(clock.now())
    made = versions.write_all(site.installation, site.connection, moments[0], tmp_path / "day")
    assert {one.name: one.read_bytes() for one in (tmp_path / "day").iterdir()} == first
    assert len(made) == 6
    found = versions.compare(site.installation, site.connection, "Product.csv", moments[0], moments[1])
    assert found.differences[0].columns["SellPrice1"] == ("4.25", "5.00")
    with pytest.raises(SetupError, match="had published nothing by"):
        versions.write_all(site.installation, site.connection, moments[0] - timedelta(days=1), tmp_path / "none")


def test_two_versions_are_compared_row_by_row(sqlite_site):
    site = sqlite_site
    site.publish()
    change_price(site, 5)
    site.xero.edit("items", "ORG-1L", IsSold=False)
    site.publish()
    found = versions.compare(site.installation, site.connection, "Product.csv", None, None)
    prices = {f"SellPrice{level}": ("4.25", "5.00") for level in range(1, 9)}
    assert [(one.what, one.key) for one in found.differences] == [("changed", "APL-1L"), ("removed", "ORG-1L")]
    assert found.differences[0].columns == prices
    newest, oldest = (one.id for one in history(site))
    assert versions.compare(site.installation, site.connection, "Product.csv", oldest, newest) == found
    with pytest.raises(SetupError, match="has no version 9999"):
        versions.compare(site.installation, site.connection, "Product.csv", 9999, newest)
    with pytest.raises(SetupError, match="not two versions"):
        versions.compare(site.installation, site.connection, "Tax.csv", None, None)
    with pytest.raises(SetupError, match="none of the master files"):
        versions.compare(site.installation, site.connection, "orders.txt", None, None)


def test_old_versions_are_forgotten_after_the_days_of_the_settings_but_never_the_newest(sqlite_site):
    clock = Clock()
    site = clock.given_to(sqlite_site)
    settle_for(site, "[master_data]\nkeep_versions_days = 7\n")
    for price in (5, 6, 7):
        change_price(site, price)
        site.publish()
        clock.ahead += timedelta(days=5)
    assert len(history(site)) == 2
    clock.ahead += timedelta(days=100)
    site.publish()
    assert len(history(site)) == 1
    kept = list((site.settings.home / "versions" / "kauri").iterdir())
    assert len(kept) == 6, "the content of one version of each file"


def test_a_version_that_a_killed_run_did_not_note_is_noted_by_the_next(sqlite_site):
    site = sqlite_site
    site.publish()
    with site.installation.database.write() as tx:
        tx.exec_driver_sql("delete from file_version")
    site.publish()
    assert len(history(site)) == 1


def test_rows_that_share_a_key_and_columns_that_moved_are_compared_by_name():
    before = b'"Staff_Code","First_Name","Surname"\r\n"A","Abe","Ash"\r\n"A","Ann","Ash"\r\n'
    after = b'"Surname","Staff_Code","First_Name"\r\n"Ash","A","Abe"\r\n"Elm","A","Ann"\r\n"Oak","B","Bo"\r\n'
    added = {"Surname": ("", "Oak"), "Staff_Code": ("", "B"), "First_Name": ("", "Bo")}
    assert list(differences(before, after, StaffFile(), "cp1252")) == [
        Difference(what="changed", key="A / #2", columns={"Surname": ("Ash", "Elm")}),
        Difference(what="added", key="B", columns=added),
    ]


def test_price_rules_differ_by_their_days_and_quantities():
    header = '"Product_Code","Customer_Code","Price","Type","Start_Date","End_Date","Quantity","Discount"\r\n'
    before = header + '"A","K","3","1","","","",""\r\n'
    after = header + '"A","K","3","1","","","12",""\r\n"A","K","4","1","","","",""\r\n'
    found = list(differences(before.encode(), after.encode(), PricingFile(), "cp1252"))
    assert [(one.what, one.key) for one in found] == [("added", "A / K / 1 / 12"), ("changed", "A / K / 1")]


def test_a_dry_run_keeps_no_version(sqlite_site):
    site = sqlite_site
    dry_run.plan(site.installation, site.connection, MASTER_DATA)
    assert history(site, None) == []
    assert not (Path(site.settings.home) / "versions").exists()
