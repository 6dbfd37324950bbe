"""The profile of one site's files: names, columns, order and spelling of every value.

Source: field-sales facts §5-9 (master files), §10 (conventions), §12 (order export). The defaults are the one evidenced
site's layout.
"""

import codecs
from typing import ClassVar, Literal

import msgspec

from fieldbridge.field.folder.order_layouts import CsvLayout, KfiLayout, LayoutName, OrderLayout

_CUSTOMER = (
    "CustomerID CustomerName PriceLevel CustomerDiscount AddressLine1 AddressLine2 AddressLine3 AddressLine4 PostCode "
    "Fax Phone Notes StaffCode SpecialPricingGroup StopCredit CashOnlyFlag Mobile Email Balance3 Balance2 Balance1 "
    "BalanceCurrent BalanceTotal CompulsoryOrderNo PrintPricing Vendor EnableEditPrice CustomerCategory1 "
    "CustomerCategory2 CustomerCategory3 CustomerCategory4 CustomerCategory5 CustomerCategory6 CustomerCategory7 "
    "CustomerCategory8 CustomField1 CustomField2 ReportOnly"
)
_PRODUCT = (
    "SKUCode Description Barcode Group Vendor SellPrice1 SellPrice2 SellPrice3 SellPrice4 SellPrice5 SellPrice6 "
    "SellPrice7 SellPrice8 TaxCode TotalStockOnHand DefaultSalesUnitQty DefaultSalesUnit Custom1 Custom2 "
    "CostPricePerSalesUnit ProductCategory1 ProductCategory2 ProductCategory3 ProductCategory4 ProductCategory5 "
    "ProductCategory6 ProductCategory7 ProductCategory8 PELCode FSACode FSWCode FSSICode HideInPortal"
)
_PEOPLE = (
    "CustomerID FirstName LastName Title JobTitle Email Phone Mobile Fax Notes Department PrimaryContact Active "
    "IncludeInEmails EditedAt"
)
_PRICING = "Product_Code Customer_Code Price Type Start_Date End_Date Quantity Discount"
_DELIVERY = "CustomerCode CustomersDeliveryCode DeliveryAddressLine1 DeliveryAddressLine2 DeliveryAddressLine3"
_HISTORY = (
    "ExternalTransactionID OpmetrixID TransactionType DeliveryDate CustomerCode CustomerName StockLocation "
    "OurReference OrderNumber StaffCode InvoiceTotal TaxTotal DeliveryAddressCode CapturedDate ProductCode "
    "ProductDescription QuantitySold UnitPrice DicountPercent DiscountAmount LineTotal LineTax Note"
)
_ANSWERS = (
    "OpmetrixID OrderNumber TransactionType CustomerCode StaffCode CapturedDate Status StatusText AnsweredAt "
    "ExternalTransactionID DocumentType DocumentStatus InvoiceTotal TaxTotal AmountDue LineStatus ProductCode "
    "ProductDescription QuantityOrdered QuantityNow UnitPriceOrdered UnitPriceNow DiscountPercentOrdered "
    "DiscountPercentNow"
)


def _check_plain(name: str) -> None:
    if not name or name in (".", "..") or any(mark in name for mark in "/\\:\0"):
        raise ValueError(f"{name!r} is not a plain file name")


class FileLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One master file. Shape: a column we know nothing about (or named "") is written present but blank.

    key names the columns that tell two rows apart.
    """

    key: ClassVar[tuple[str, ...]]
    name: str
    columns: tuple[str, ...]
    header: bool = True

    def __post_init__(self) -> None:
        """Refuse a name that leaves the folder, and a file without columns."""
        _check_plain(self.name)
        if not self.columns:
            raise ValueError(f"{self.name} has no columns")


class CustomerFile(FileLayout, frozen=True, kw_only=True):
    """Customer.csv, 38 columns. Source: field-sales facts §5."""

    key = ("CustomerID",)
    name: str = "Customer.csv"
    columns: tuple[str, ...] = tuple(_CUSTOMER.split())


class ProductFile(FileLayout, frozen=True, kw_only=True):
    """Product.csv, 33 columns. Source: field-sales facts §6."""

    key = ("SKUCode",)
    name: str = "Product.csv"
    columns: tuple[str, ...] = tuple(_PRODUCT.split())


class PricingFile(FileLayout, frozen=True, kw_only=True):
    """Pricing.csv, 8 columns. Source: field-sales facts §8."""

    key = ("Product_Code", "Customer_Code", "Type", "Start_Date", "Quantity")
    name: str = "Pricing.csv"
    columns: tuple[str, ...] = tuple(_PRICING.split())


class DeliveryFile(FileLayout, frozen=True, kw_only=True):
    """DeliveryAddresses.csv, 5 columns. Source: field-sales facts §7."""

    key = ("CustomerCode", "CustomersDeliveryCode")
    name: str = "DeliveryAddresses.csv"
    columns: tuple[str, ...] = tuple(_DELIVERY.split())


class StaffFile(FileLayout, frozen=True, kw_only=True):
    """Staff.csv, 3 columns. Source: field-sales facts §9."""

    key = ("Staff_Code",)
    name: str = "Staff.csv"
    columns: tuple[str, ...] = ("Staff_Code", "First_Name", "Surname")


class TaxFile(FileLayout, frozen=True, kw_only=True):
    """Tax.csv, 3 columns. Source: field-sales facts §9."""

    key = ("Tax_Code",)
    name: str = "Tax.csv"
    columns: tuple[str, ...] = ("Tax_Code", "Description", "Rate")


class HistoryFile(FileLayout, frozen=True, kw_only=True):
    """Transactions.csv, 23 columns and no header; one name is misspelt as the cloud has it.

    Source: field-sales facts §11.
    """

    name: str = "Transactions.csv"
    columns: tuple[str, ...] = tuple(_HISTORY.split())
    header: bool = False


class PeopleFile(FileLayout, frozen=True, kw_only=True):
    """Contacts.csv, the people at customers; edits come back in the same columns. Its layout is proposed.

    Source: field-sales facts §2 (contact person).
    """

    key = ("CustomerID", "FirstName", "LastName")
    name: str = "Contacts.csv"
    columns: tuple[str, ...] = tuple(_PEOPLE.split())


class ImagesFile(FileLayout, frozen=True, kw_only=True):
    """Images.csv, which lists the pictures of the catalogue. Its layout is proposed: none is known.

    Source: field-sales facts §17 no. 3.
    """

    key = ("SKUCode", "Position")
    name: str = "Images.csv"
    columns: tuple[str, ...] = ("SKUCode", "Position", "FileName", "Width", "Height", "Bytes", "SHA256")


class AnswersFile(FileLayout, frozen=True, kw_only=True):
    """Answers.csv, 24 columns: our own proposal, since no way in which a cloud takes answers is public.

    Source: field-sales facts §11 (OpmetrixID is the one known channel), §17 (import of a status is open).
    """

    name: str = "Answers.csv"
    columns: tuple[str, ...] = tuple(_ANSWERS.split())


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that may differ from site to site.

    Shape: encoding, line_end, quoting, date_format and the flags say how master files are written. note_code is the
    pseudo product reps pick to type free text. order_layout says which of the three layouts order files have.
    Units: settle_s is how long, in seconds, a file that looks unfinished must stay unchanged before it is read.
    Errors: ValueError (ValidationError through msgspec.convert).
    """

    encoding: str = "cp1252"
    line_end: Literal["\r\n", "\n"] = "\r\n"
    quoting: Literal["all", "minimal"] = "all"
    date_format: Literal["%Y-%m-%d", "%d/%m/%Y"] = "%Y-%m-%d"
    flag_true: str = "1"
    flag_false: str = "0"
    flag_none: str = ""
    note_row: bool = True
    note_code: str = "NOTE"
    note_description: str = "Note (inactive)"
    customers: CustomerFile = CustomerFile()
    products: ProductFile = ProductFile()
    pricing: PricingFile = PricingFile()
    deliveries: DeliveryFile = DeliveryFile()
    staff: StaffFile = StaffFile()
    tax: TaxFile = TaxFile()
    history: HistoryFile = HistoryFile()
    images: ImagesFile = ImagesFile()
    people: PeopleFile = PeopleFile()
    people_patterns: tuple[str, ...] = ("ContactEdits*.csv",)
    answers: AnswersFile = AnswersFile()
    order_layout: LayoutName = "hd-1"
    orders: OrderLayout = OrderLayout()
    orders_csv: CsvLayout = CsvLayout()
    orders_kfi: KfiLayout = KfiLayout()
    order_patterns: tuple[str, ...] = ("*.csv", "*.txt")
    processed_folder: str = "Processed"
    images_folder: str = "Images"
    settle_s: float = 10
    max_file_bytes: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        """Refuse an unknown encoding, and a folder of ours that has no plain name or that of another."""
        _check_plain(self.processed_folder)
        _check_plain(self.images_folder)
        if self.images_folder.casefold() == self.processed_folder.casefold():
            raise ValueError("images_folder and processed_folder must be two")
        try:
            fits = "H,\r\n".encode(codecs.lookup(self.encoding).name) == b"H,\r\n"
        except LookupError:
            fits = False
        if not fits:
            raise ValueError(f"encoding {self.encoding!r} is unknown or does not write plain ASCII as itself")

    @property
    def master_files(self) -> tuple[FileLayout, ...]:
        """The six master files, in the order a cloud can take them: what is named first is referred to later."""
        return self.tax, self.staff, self.products, self.customers, self.deliveries, self.pricing

    @property
    def own_names(self) -> frozenset[str]:
        """The names of the files we write, without regard to case: none of them holds orders."""
        more = (self.history, self.answers, self.images, self.people)
        return frozenset(layout.name.casefold() for layout in (*self.master_files, *more))


HD1 = Profile()
