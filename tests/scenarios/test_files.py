"""The six master files of the evidenced layout, to the byte: every quirk an importer of years ago relies on."""

import csv
import io
from pathlib import Path

from fieldbridge.field.folder.compare import differences
from fieldbridge.field.folder.csv_rows import split
from fieldbridge.field.folder.profile import HD1
from scenarios.office import files, lay_sheet, publish, settle

PRODUCTS = (
    "product,barcode,group,unit,pack,category_1,category_2,price_2,always_available\r\n"
    'APL-1L,0942100,JUICE,CTN,12,Drinks,"Juice, chilled",4.125,\r\nORG-1L,,JUICE,,,,,,yes\r\n'
)
PRICES = (
    "product,product_group,customer,price_group,price,percent_off,from_quantity,start,end\r\n"
    "APL-1L,,KER014,,3.9,,,,\r\n,JUICE,,CAFE,,12.5,12,2026-07-01,2026-12-31\r\n"
)
ADDRESSES = 'customer,code,line_1,line_2\r\nKER014,2,"Shed ""B"", Wharf Rd",Ōpua\r\n'
STAFF = "code,first_name,surname\r\nSTESMI,Steve,Smith\r\nZOE,Zoë,Ōtene\r\n"
CONTACT = {
    "Name": 'Kerikeri "Foodmart", Ngāti Café',
    "EmailAddress": "shop@example.com",
    "FirstName": "Mere",
    "LastName": "Tāne",
    "Discount": 2.5,
    "ContactPersons": [],
    "ContactGroups": ["Price 2", "Deal CAFE", "Rep STESMI", "Area North", "Class Cafe", "OrderNo", "Tablet"],
    "Phones": [
        {"PhoneType": "DEFAULT", "PhoneCountryCode": "64", "PhoneAreaCode": "09", "PhoneNumber": "555 0114"},
        {"PhoneType": "MOBILE", "PhoneCountryCode": "", "PhoneAreaCode": "021", "PhoneNumber": "555"},
    ],
    "Addresses": [
        {"AddressType": "POBOX", "AddressLine1": "PO Box 1\r\nLevel 2", "City": "Kerikeri", "Region": "Northland",
         "PostalCode": "0230"},
        {"AddressType": "STREET", "AddressLine1": "12 Hone Heke Rd", "City": "Kerikeri", "PostalCode": "0230"},
    ],
    "PaymentTerms": {"Sales": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}},
}  # fmt: skip


def written(office, extra=""):
    """One customer, two products and the sheets above, published."""
    settle(office, f'\n[customers]\nwho = "in a group"\ngroups = ["Tablet"]\n{extra}')
    office.patch("KER014", **CONTACT)
    for item in list(office.books.items.rows()):
        if item["Code"] not in ("APL-1L", "ORG-1L"):
            office.books.items.remove(item["ItemID"])
    for name, text in (("products", PRODUCTS), ("prices", PRICES), ("addresses", ADDRESSES), ("staff", STAFF)):
        lay_sheet(office, name, text)
    office.invoice("KER014", "1360.55", due_in=20)
    office.invoice("KER014", "120", age=400, due_in=20)
    publish(office)
    return files(office)


GOLDEN = {one.name: one.read_bytes() for one in (Path(__file__).parent / "golden").glob("*.csv")}


def test_every_file_is_as_the_profile_says_to_the_byte(office):
    """Look into golden: macrons go, accents stay, quotes are doubled, zeros lead, rows end in CRLF."""
    assert written(office) == GOLDEN
    publish(office)
    assert files(office) == GOLDEN


def test_a_foreign_reader_finds_the_columns_of_the_layout_and_as_many_fields_in_each_row():
    layouts = {one.name: one for one in HD1.master_files}
    assert layouts.keys() == GOLDEN.keys()
    for name, content in GOLDEN.items():
        head, *rows = csv.reader(io.StringIO(content.decode("cp1252"), newline=""), strict=True)
        assert tuple(head) == layouts[name].columns
        assert {len(row) for row in rows} == {len(head)}
        assert content.endswith(b"\r\n")
        assert content.count(b"\r\n") == content.count(b"\n") == len(rows) + 1
        own = [[field.decode("cp1252") for field in one.fields] for one in split(content)]
        assert own == [head, *rows], "our own reader finds the same"
    assert [len(layouts[name].columns) for name in ("Customer.csv", "Product.csv", "Pricing.csv")] == [38, 33, 8]


def test_fields_without_quotation_marks_among_others_with_them_are_read_the_same():
    """A site swapped codes for names anywhere in the file, which left those fields bare; the importer takes both."""
    mixed = GOLDEN["Product.csv"].replace(b'"Drinks"', b"Drinks").replace(b'"","JUICE"', b',"JUICE"')
    plain = mixed.replace(b'"4.25"', b"4.25").replace(b"\r\n", b"\n")
    assert mixed != GOLDEN["Product.csv"]
    for other in (mixed, plain):
        assert list(differences(GOLDEN["Product.csv"], other, HD1.products, "cp1252")) == []


def test_another_profile_is_followed_to_the_byte(office):
    profile = (
        '[profile]\nencoding = "utf-8"\nline_end = "\\n"\nquoting = "minimal"\ndate_format = "%d/%m/%Y"\n'
        'flag_true = "Y"\nflag_false = "N"\nnote_row = false\n'
        '[profile.deliveries]\nname = "Places.csv"\nheader = false\n'
        'columns = ["CustomersDeliveryCode", "", "CustomerCode", "DeliveryAddressLine1"]\n'
        '[profile.staff]\ncolumns = ["Staff_Code", "Surname"]\n'
    )
    made = written(office, profile)
    assert made["Places.csv"] == b'1,,KER014,12 Hone Heke Rd\n2,,KER014,"Shed ""B"", Wharf Rd"\n'
    assert made["Staff.csv"] == "Staff_Code,Surname\nSTESMI,Smith\nZOE,Ōtene\n".encode()
    assert made["Pricing.csv"].endswith(b"APL-1L,KER014,3.90,1,,,,\nJUICE,CAFE,,2,01/07/2026,31/12/2026,12,12.5\n")
    assert b"NOTE" not in made["Product.csv"]
    assert 'KER014,"Kerikeri ""Foodmart"", Ngāti Café",2,2.5,' in made["Customer.csv"].decode()
    assert b",Y,Y,,N,Cafe,North," in made["Customer.csv"]
