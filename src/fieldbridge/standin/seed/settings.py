"""The organisation itself, its accounts, tax rates, tracking, themes, currencies and users."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.seed.sower import Sower
from fieldbridge.standin.seed.words import REPS
from fieldbridge.standin.wire.answers import Record

_NAMESPACE = uuid.UUID("8a4e9d52-7d7c-4b0e-9a0c-6b1f0d4c2e11")
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_ACCOUNTS = (
    ("090", "Business Account", "BANK", "ASSET", "NONE"), ("091", "Cash Float", "BANK", "ASSET", "NONE"),
    ("200", "Sales", "REVENUE", "REVENUE", "OUTPUT2"), ("205", "Export Sales", "REVENUE", "REVENUE", "ZERORATEDOUTPUT"),
    ("210", "Freight Recovered", "REVENUE", "REVENUE", "OUTPUT2"),
    ("260", "Other Revenue", "REVENUE", "REVENUE", "OUTPUT2"),
    ("270", "Interest Income", "REVENUE", "REVENUE", "EXEMPTOUTPUT"),
    ("280", "Sales (old code)", "REVENUE", "REVENUE", "OUTPUT2"),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "EXPENSE", "INPUT2"),
    ("400", "Advertising", "EXPENSE", "EXPENSE", "INPUT2"),
    ("425", "Freight & Courier", "EXPENSE", "EXPENSE", "INPUT2"),
    ("610", "Accounts Receivable", "CURRENT", "ASSET", "NONE"), ("630", "Inventory", "INVENTORY", "ASSET", "NONE"),
    ("800", "Accounts Payable", "CURRLIAB", "LIABILITY", "NONE"), ("820", "GST", "CURRLIAB", "LIABILITY", "NONE"),
    ("850", "Customer Deposits", "CURRLIAB", "LIABILITY", "NONE"),
    ("860", "Rounding", "CURRLIAB", "LIABILITY", "NONE"), ("970", "Owner Funds", "EQUITY", "EQUITY", "NONE"),
)  # fmt: skip
_SYSTEM = {"610": "DEBTORS", "800": "CREDITORS", "820": "GST", "860": "ROUNDING"}
_TAXES = (
    ("OUTPUT2", "15% GST on Income", "15", "RALQ"), ("INPUT2", "15% GST on Expenses", "15", "XALQ"),
    ("ZERORATEDOUTPUT", "Zero Rated", "0", "R"), ("ZERORATEDINPUT", "Zero Rated Expenses", "0", "X"),
    ("EXEMPTOUTPUT", "Exempt Income", "0", "R"), ("EXEMPTINPUT", "Exempt Expenses", "0", "X"),
    ("GSTONIMPORTS", "GST on Imports", "0", "L"), ("NONE", "No GST", "0", "RXALQ"),
)  # fmt: skip
_FLAGS = {"R": "CanApplyToRevenue", "X": "CanApplyToExpenses", "A": "CanApplyToAssets", "L": "CanApplyToLiabilities",
          "Q": "CanApplyToEquity"}  # fmt: skip


def organisation_id(name: str) -> str:
    """The same id for the same name, whatever the seed, so registered applications stay valid."""
    return str(uuid.uuid5(_NAMESPACE, name))


def organisation(name: str) -> Record:
    """The same short code for the same name too."""
    chance = random.Random(name)
    return {
        "OrganisationID": organisation_id(name),
        "Name": name, "LegalName": name, "PaysTax": True, "Version": "NZ", "OrganisationType": "COMPANY",
        "BaseCurrency": "NZD", "CountryCode": "NZ", "IsDemoCompany": False, "OrganisationStatus": "ACTIVE",
        "TaxNumber": "071-138-054", "FinancialYearEndDay": 31, "FinancialYearEndMonth": 3, "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "TWOMONTHS", "DefaultSalesTax": "Tax Exclusive", "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": datetime(2016, 2, 18, 20, 29, 53, tzinfo=UTC), "OrganisationEntityType": "COMPANY",
        "Timezone": "NEWZEALANDSTANDARDTIME", "ShortCode": "!" + "".join(chance.choice(_LETTERS) for _ in range(5)),
        "Edition": "BUSINESS", "Class": "PREMIUM", "Addresses": [], "Phones": [], "ExternalLinks": [],
        "PaymentTerms": {
            "Sales": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}, "Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"},
        },
    }  # fmt: skip


def sow_settings(sower: Sower) -> None:
    """Everything that is set up once."""
    books = sower.books
    for account in _ACCOUNTS:
        books.accounts.put(_account(sower, *account))
    for tax in _TAXES:
        books.tax_rates.put(_tax_rate(*tax))
    for code, description in (("NZD", "New Zealand Dollar"), ("AUD", "Australian Dollar")):
        books.currencies.put({"Code": code, "Description": description})
    for order, name in enumerate(("Standard", "Van sales")):
        books.themes.put(
            {"BrandingThemeID": books.new_id(), "Name": name, "SortOrder": order, "Type": "INVOICE",
             "CreatedDateUTC": books.organisation["CreatedDateUTC"]}
        )  # fmt: skip
    _sow_tracking(books)
    _sow_users(sower)


def _account(sower: Sower, code: str, name: str, kind: str, group: str, tax_type: str) -> Record:
    account: Record = {
        "AccountID": sower.books.new_id(), "Code": code, "Name": name, "Type": kind, "Class": group,
        "Status": "ARCHIVED" if code == "280" else "ACTIVE", "TaxType": tax_type,
        "EnablePaymentsToAccount": code in ("850", "970"), "ShowInExpenseClaims": False,
        "SystemAccount": _SYSTEM.get(code), "HasAttachments": False, "AddToWatchlist": False,
        "UpdatedDateUTC": sower.books.organisation["CreatedDateUTC"],
    }  # fmt: skip
    if kind == "BANK":
        number = f"12-3141-{sower.chance.randrange(1_000_000):07d}-00"
        account |= {"BankAccountNumber": number, "BankAccountType": "BANK", "CurrencyCode": "NZD"}
    return account


def _tax_rate(tax_type: str, name: str, rate: str, applies: str) -> Record:
    value = Decimal(rate).quantize(Decimal("0.0000"))
    return {
        "Name": name, "TaxType": tax_type, "ReportTaxType": tax_type.rstrip("2"), "Status": "ACTIVE",
        "DisplayTaxRate": value, "EffectiveRate": value,
        "TaxComponents": [{"Name": "GST", "Rate": value, "IsCompound": False, "IsNonRecoverable": False}],
        **{flag: letter in applies for letter, flag in _FLAGS.items()},
    }  # fmt: skip


def _sow_tracking(books: Books) -> None:
    categories = (("Sales rep", tuple(code for _, _, code in REPS)), ("Area", ("North", "Central", "South")))
    for name, options in categories:
        listed = [{"TrackingOptionID": books.new_id(), "Name": option, "Status": "ACTIVE"} for option in options]
        books.tracking.put({"TrackingCategoryID": books.new_id(), "Name": name, "Status": "ACTIVE", "Options": listed})


def _sow_users(sower: Sower) -> None:
    for at, (first, last, code) in enumerate(REPS):
        sower.books.users.put(
            {
                "UserID": sower.books.new_id(), "EmailAddress": f"{code.lower()}@kauri.example", "FirstName": first,
                "LastName": last, "UpdatedDateUTC": sower.instant_before(), "IsSubscriber": at == 0,
                "OrganisationRole": "STANDARD" if at else "FINANCIALADVISER",
            }
        )  # fmt: skip
