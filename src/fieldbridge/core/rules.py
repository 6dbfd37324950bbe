"""What one connection's office has decided: which account, which status, which codes."""

from decimal import Decimal
from typing import Literal

import msgspec


class TransactionRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a tablet's order becomes an invoice.

    Shape: tax_codes maps the tablet's tax code to Xero's TaxType; reference is a template over customer_order_no,
    rep, order_no and cloud_id. Units: tolerance in the organisation's currency.
    """

    order_status: Literal["DRAFT", "SUBMITTED", "AUTHORISED"] = "DRAFT"
    number_prefix: str = "SO-"
    reference: str = "{customer_order_no} {rep} {order_no}"
    sales_account: str = ""
    tax_codes: dict[str, str] = {}
    tolerance: Decimal = Decimal(0)
    due_days_without_terms: int = 30


class MasterDataRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the tablets are told.

    Units: shrink_percent is how much smaller a file may become before the Guard halts; stock_when_untracked is
    the figure published for items whose stock Xero does not track.
    """

    stock_when_untracked: int = 999
    shrink_percent: int = 20
    full_read_hours: int = 24
