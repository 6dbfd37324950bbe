"""Account codes, tax types and tracking on a line: what exists, what is active, what goes with what."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.pricing.money import ZERO
from fieldbridge.standin.pricing.pricing import Pricing
from fieldbridge.standin.wire.answers import Record

_UNKNOWN_TRACKING = "Unknown tracking details. A Tracking Category did not match a known active Tracking Category."
APPLIES = {
    "REVENUE": "CanApplyToRevenue",
    "EXPENSE": "CanApplyToExpenses",
    "ASSET": "CanApplyToAssets",
    "LIABILITY": "CanApplyToLiabilities",
    "EQUITY": "CanApplyToEquity",
}


def check_account(pricing: Pricing, line: Record) -> Record | None:
    """The line's account. A draft loses an unknown code with a warning; an approved document is refused."""
    code = line.get("AccountCode")
    if not code:
        if pricing.is_approved:
            pricing.errors.append("Account code or ID must be specified")
        return None
    account = pricing.books.account(code)
    if account is None and not pricing.is_approved and not pricing.is_quote:
        del line["AccountCode"]
        pricing.warnings.append(f"Account code '{code}' has been removed as it does not match a recognised account.")
    elif account is None or account["Type"] == "BANK" or account.get("SystemAccount") in ("DEBTORS", "CREDITORS"):
        pricing.errors.append(f"Account code '{code}' is not a valid code for this document.")
    elif account["Status"] != "ACTIVE":
        pricing.errors.append(
            f"Account code '{code}' has been archived, or has been deleted. "
            "Each line item must reference a valid account."
        )
    return account


def coded_tax_type(pricing: Pricing, line: Record, account: Record | None) -> None:
    """Without a TaxType the account's default applies; a NoTax document has none."""
    if pricing.amount_types == "NoTax":
        line["TaxType"] = "NONE"
    elif not line.get("TaxType") and account:
        line["TaxType"] = account["TaxType"]


def check_tax(pricing: Pricing, line: Record, account: Record | None) -> None:
    """The tax type must exist, be active and go with the account's class."""
    tax_type = line.get("TaxType")
    if not tax_type:
        return
    rate = pricing.books.tax_rates.get(tax_type)
    if rate is None or rate["Status"] != "ACTIVE":
        pricing.errors.append(
            f"The TaxType code '{tax_type}' does not exist or cannot be used with this type of transaction."
        )
    elif account and not rate[APPLIES[account["Class"]]]:
        pricing.errors.append(f"The TaxType code '{tax_type}' cannot be used with account code '{account['Code']}'.")


def tax_rate_of(books: Books, line: Record) -> Decimal:
    """The effective rate in per cent; 0 for a line without a known tax type."""
    rate = books.tax_rates.get(line.get("TaxType", ""))
    return Decimal(rate["EffectiveRate"]) if rate else ZERO


def tracking_of(pricing: Pricing, line: Record) -> list[Record]:
    """The line's tracking with names and ids complete; category and option must be active, at most two."""
    complete = []
    told = line.get("Tracking", [])
    if pricing.is_quote and pricing.books.switches.quote_tracking_by_id:
        told = [one for one in told if "TrackingOptionID" in one]
    for sent in told[:2]:
        category, option = _category(pricing.books, sent)
        if category is None or option is None:
            pricing.errors.append(_UNKNOWN_TRACKING)
            continue
        complete.append(
            {"Name": category["Name"], "Option": option["Name"], "TrackingCategoryID": category["TrackingCategoryID"],
             "TrackingOptionID": option["TrackingOptionID"]}
        )  # fmt: skip
    return complete


def _is_active(row: Record) -> bool:
    return bool(row["Status"] == "ACTIVE")


def _category(books: Books, sent: Record) -> tuple[Record | None, Record | None]:
    for category in filter(_is_active, books.tracking.rows()):
        if sent.get("TrackingCategoryID") == category["TrackingCategoryID"] or sent.get("Name") == category["Name"]:
            return category, _option(category, sent)
    return None, None


def _option(category: Record, sent: Record) -> Record | None:
    for option in filter(_is_active, category["Options"]):
        if sent.get("TrackingOptionID") == option["TrackingOptionID"] or sent.get("Option") == option["Name"]:
            return dict(option)
    return None
