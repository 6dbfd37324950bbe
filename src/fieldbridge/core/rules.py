"""What one connection's office has decided: which account, which status, which codes."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Literal

import msgspec

from fieldbridge.core.money import HUNDRED

PLACES_MAX = 4
TRACKING_MAX = 2
SIDE_MAX, QUALITY_MAX, PIXELS_MAX = 10_000, 95, 150_000_000
LEVELS_ABOVE = ("2", "3", "4", "5", "6", "7", "8")


SCOPES, SUBJECTS, KINDS = ("everyone", "price_group", "customer"), ("product_group", "product"), ("percent", "fixed")


def rank_name(scope: str, subject: str, kind: str) -> str:
    """How a rank of price rules is called in the settings."""
    return f"{scope} {subject} {kind}"


PRECEDENCE = tuple(rank_name(*parts) for parts in product(SCOPES, SUBJECTS, KINDS))
"""The twelve ranks of price rules, weakest first. Source: field-sales facts §8."""


class PriceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How prices come about beyond Xero's one price.

    Shape: precedence names the twelve ranks, weakest first; level_percent_off maps a level (2 to 8) to percent off
    level 1; written says whether tablets get the rules as the sheet has them, or every customer's price worked out.
    Units: decimals are those a percentage is rounded to, half up.
    """

    precedence: tuple[str, ...] = PRECEDENCE
    decimals: int = 2
    level_percent_off: dict[str, Decimal] = {}
    written: Literal["as_given", "per_customer"] = "as_given"

    def __post_init__(self) -> None:
        """Refuse a rank that is lacking, unknown or named twice, and a level or rounding that does not exist."""
        if sorted(self.precedence) != sorted(PRECEDENCE):
            wrong = set(self.precedence) ^ set(PRECEDENCE) or {"a rank twice"}
            raise ValueError(f"precedence must name each of the twelve ranks once; look at {', '.join(sorted(wrong))}")
        if self.precedence != PRECEDENCE and self.written == "as_given":
            raise ValueError('another precedence reaches the tablets only with written = "per_customer"')
        if not 0 <= self.decimals <= PLACES_MAX:
            raise ValueError(f"decimals must be 0 to {PLACES_MAX}")
        for level, percent in self.level_percent_off.items():
            if level not in LEVELS_ABOVE or not 0 <= percent <= HUNDRED:
                raise ValueError(f"level_percent_off: {level} = {percent} is not a level 2 to 8 with 0 to 100 percent")


class SheetRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where an office's sheets lie and how they are read.

    Shape: folder is a full path; empty is the shared folder's name with `-sheets` after it, beside it. date_order
    says what 03/04/2026 means; empty refuses it as ambiguous. settings_file: these settings lie there as a file too.
    """

    folder: str = ""
    settings_file: bool = False
    date_order: Literal["", "day_first", "month_first"] = ""
    max_file_bytes: int = 64 * 1024 * 1024


class NewCustomerRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a customer that a rep met becomes a contact.

    Shape: code says whether its Account Number is the tablet's code or made of its name; name_taken and name_archived
    say what follows when a contact of that name is there already, or was; groups are the contact groups it is put into,
    {rep} standing for whoever met it. Units: terms_days after the invoice's date.
    """

    code: Literal["tablet", "minted"] = "tablet"
    address: Literal["street", "postal", "both"] = "both"
    terms_days: int | None = None
    name_taken: Literal["problem", "adopt"] = "problem"
    name_archived: Literal["problem", "restore", "create"] = "problem"
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a group that would be named by something a tablet does not say."""
        if wrong := [one for one in self.groups if "{" in one.replace("{rep}", "") or not one.strip()]:
            raise ValueError(f"groups: {wrong[0]!r} may hold {{rep}} and nothing else in braces")


class TrackingSlot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How lines are marked with one tracking category.

    Shape: by is `rep`, `city`, `region`, or the first word of a contact group such as `area`; options maps what that
    gives to the name of an option, where they differ; default is for what gives nothing.
    """

    category: str
    by: str = "rep"
    options: dict[str, str] = {}
    default: str = ""


class ApprovalRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is not approved before the office has looked at it, and the status it has until then."""

    status: Literal["DRAFT", "SUBMITTED"] = "DRAFT"
    new_customer: bool = False
    over_credit: bool = False
    below_price: bool = False
    above_total: Decimal | None = None


class CreditRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a tablet's credit becomes a credit note.

    Shape: accounts and texts map the code of a reason to the account that bears it, and to what the note says of it.
    allocate puts it against the invoice it names, or that or the oldest open ones; then it is approved.
    """

    status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "DRAFT"
    number_prefix: str = "CR-"
    accounts: dict[str, str] = {}
    texts: dict[str, str] = {}
    allocate: Literal["never", "named", "oldest"] = "never"


class QuoteRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a tablet's quote becomes a quote. Units: valid_days after its date."""

    status: Literal["DRAFT", "SENT"] = "DRAFT"
    number_prefix: str = "QU-"
    valid_days: int = 30


class TransactionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a tablet's order becomes an invoice.

    Shape: tax_codes maps the tablet's tax code to Xero's TaxType, tenders a means of payment to the code of the
    account that takes it; reference is a template over customer_order_no, rep, order_no and cloud_id. numbers says who
    gives them; locked says what becomes of a day in a locked period. themes maps a rep to a branding theme.
    money_on_account says what becomes of money beyond what is owed. Units: tolerance in the organisation's currency.
    """

    order_status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "DRAFT"
    numbers: Literal["tablet", "xero"] = "tablet"
    number_prefix: str = "SO-"
    reference: str = "{customer_order_no} {rep} {order_no}"
    locked: Literal["hold", "move"] = "hold"
    sales_account: str = ""
    freight_account: str = ""
    freight_tax: str = ""
    tax_codes: dict[str, str] = {}
    tenders: dict[str, str] = {}
    tracking: tuple[TrackingSlot, ...] = ()
    theme: str = ""
    themes: dict[str, str] = {}
    credits: CreditRules = CreditRules()
    quotes: QuoteRules = QuoteRules()
    approvals: ApprovalRules = ApprovalRules()
    money_on_account: Literal["overpayment", "prepayment", "refuse"] = "overpayment"
    prepayment_account: str = ""
    attach_files: bool = False
    history_note: bool = False
    new_customers: NewCustomerRules = NewCustomerRules()
    tolerance: Decimal = Decimal(0)
    due_days_without_terms: int = 30

    def __post_init__(self) -> None:
        """Refuse more tracking than a line takes."""
        categories = [one.category.casefold() for one in self.tracking]
        if len(categories) > TRACKING_MAX or len(set(categories)) < len(categories):
            raise ValueError(f"tracking takes {TRACKING_MAX} categories at most, each once")


class MasterDataRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the tablets are told.

    Shape: hide_unsellable leaves out products that Xero would refuse to sell; description says which of an item's two
    texts is shown, the other where that is empty.
    Units: shrink_percent is how much smaller a file may become before the Guard halts; stock_when_untracked is
    the figure published for items whose stock Xero does not track; keep_versions_days is how long published files are
    kept; stock_read_hours is how often the items are read whole, because stock moves without a trace.
    """

    stock_when_untracked: int = 999
    hide_unsellable: bool = False
    description: Literal["name", "description"] = "name"
    shrink_percent: int = 20
    full_read_hours: int = 24
    stock_read_hours: int = 1
    keep_versions_days: int = 30


class AgeingRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How age is counted.

    Shape: from the due date, what is not due yet is current and the parts are periods overdue; from the invoice date,
    the present period is current and the parts are the periods before. A period is a month, or thirty days.
    """

    by: Literal["due date", "invoice date"] = "due date"
    period: Literal["month", "30 days"] = "month"


class Handover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """From a day on, one rep's customers are another's: all of them, or those that are named."""

    on: date
    before: str
    after: str
    customers: tuple[str, ...] = ()


class CustomerRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How contacts become the tablets' customers.

    Shape: who says which contacts are customers, of which groups names the contact groups; mint gives those without
    a code one, write_back puts it into Xero as Contact Number; categories are what fills CustomerCategory1 to 8: the
    first word of a contact group, `city` or `region`; address says which is shown, the other where that is empty.
    Units: longest_code in characters; amounts in the base currency.
    """

    who: Literal["with a code", "in a group", "is a customer"] = "with a code"
    groups: tuple[str, ...] = ()
    longest_code: int = 50
    mint: bool = False
    write_back: bool = False
    ageing: AgeingRules = AgeingRules()
    stop_overdue_days: int | None = None
    stop_overdue_above: Decimal | None = None
    stop_balance_above: Decimal | None = None
    cash_without_terms: bool = False
    categories: tuple[str, ...] = ("class", "area")
    address: Literal["postal", "street"] = "postal"
    rep_tracking: str = ""
    handovers: tuple[Handover, ...] = ()


class HistoryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What reps see of what was sold.

    Shape: products_of_accounts names the product that stands for lines without an item, by their account, such as
    freight.
    Units: years that are read and published once, at the beginning; window_days for which a change stays published.
    """

    years: int = 2
    window_days: int = 5
    credit_lines: Literal["negative", "positive"] = "negative"
    resend_voided: bool = True
    stock_location: str = "MAIN"
    products_of_accounts: dict[str, str] = {}


class ImageRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which pictures become the catalogue's, and how.

    Shape: source is the full path of a folder or of a zip archive; empty is the shared folder's name with `-pictures`
    after it, beside it, as a folder or with `.zip`.
    Units: longest_side and max_pixels in pixels, quality as JPEG has it; shrink_percent is how much of the catalogue
    may be retired before the Guard halts; archive_ratio is how much larger a file of an archive may be unpacked.
    """

    source: str = ""
    longest_side: int = 1600
    quality: int = 85
    max_file_bytes: int = 32 * 1024 * 1024
    max_pixels: int = 60_000_000
    archive_files: int = 20_000
    archive_bytes: int = 8 * 1024**3
    archive_ratio: int = 100
    shrink_percent: int = 20

    def __post_init__(self) -> None:
        """Refuse sizes no picture can have."""
        if not 16 <= self.longest_side <= SIDE_MAX:
            raise ValueError(f"longest_side must be 16 to {SIDE_MAX}")
        if not 1 <= self.quality <= QUALITY_MAX:
            raise ValueError(f"quality must be 1 to {QUALITY_MAX}")
        if not 1 <= self.max_pixels <= PIXELS_MAX:
            raise ValueError(f"max_pixels must be 1 to {PIXELS_MAX}")


class AnswerRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How reps hear what became of what they captured.

    Shape: written says whether the file of answers is. Units: window_days for which an answer stays in the file.
    """

    written: bool = True
    window_days: int = 30


class PeopleRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """People at customers. Shape: write_back says whether reps' edits reach Xero; else only the Bridge holds them."""

    write_back: bool = True
