"""What an organisation in Xero is set up with, besides what an order needs to be priced.

Source: Xero, fields of contact groups, tracking categories, branding themes, currencies, users and actions.
"""

from fieldbridge.core.records.books import Record


class Action(Record, frozen=True, kw_only=True):
    """Something the sign-in may or may not do, such as CreateApprovedInvoice."""

    name: str
    is_allowed: bool


class ContactGroup(Record, frozen=True, kw_only=True):
    """A group of contacts. Shape: members are contact ids, known only of a group that was read by its id."""

    group_id: str
    name: str
    status: str = "ACTIVE"
    members: tuple[str, ...] = ()


class TrackingOption(Record, frozen=True, kw_only=True):
    """One choice of a tracking category."""

    option_id: str
    name: str
    status: str = "ACTIVE"


class TrackingCategory(Record, frozen=True, kw_only=True):
    """Something every line can be marked with, such as the region."""

    category_id: str
    name: str
    status: str = "ACTIVE"
    options: tuple[TrackingOption, ...] = ()


class BrandingTheme(Record, frozen=True, kw_only=True):
    """How documents look. Shape: the theme with sort_order 0 is the default."""

    theme_id: str
    name: str
    sort_order: int = 0


class Currency(Record, frozen=True, kw_only=True):
    """A currency the organisation uses."""

    code: str
    description: str = ""


class User(Record, frozen=True, kw_only=True):
    """Somebody who may sign in to the organisation."""

    user_id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = ""
