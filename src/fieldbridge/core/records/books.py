"""What Xero holds, in Xero's words, with only the fields the Bridge uses.

Source: Xero, fields and their lengths (organisation, contacts, items, accounts, tax rates, invoices).
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One immutable business object."""


class PaymentTerms(Record, frozen=True, kw_only=True):
    """When a sales invoice falls due.

    Shape: kind is DAYSAFTERBILLDATE, DAYSAFTERBILLMONTH, OFCURRENTMONTH or OFFOLLOWINGMONTH.
    Units: day counts days, or names a day of the month, as the kind demands.
    """

    day: int
    kind: str


class Organisation(Record, frozen=True, kw_only=True):
    """Whose books they are. Lock dates are calendar days of the organisation; None means not locked."""

    organisation_id: str
    name: str
    short_code: str = ""
    base_currency: str = ""
    country_code: str = ""
    timezone: str = ""
    period_lock_on: date | None = None
    year_lock_on: date | None = None
    sales_terms: PaymentTerms | None = None


class Address(Record, frozen=True, kw_only=True):
    """One postal or street address."""

    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


class Person(Record, frozen=True, kw_only=True):
    """Somebody else to be reached at a contact. Shape: in_emails, whether Xero's mails about invoices go there too."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    in_emails: bool = False


class Contact(Record, frozen=True, kw_only=True):
    """A customer or supplier.

    Shape: key is what tablets call it, agreed in a Link and kept whatever Xero calls it later; sales_tracking pairs a
    category with the option its sales are marked with; seen_at is Xero's own clock when it said all this.
    Units: balances in the organisation's base currency.
    """

    contact_id: str
    name: str
    status: str = "ACTIVE"
    account_number: str = ""
    contact_number: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    mobile: str = ""
    fax: str = ""
    postal: Address | None = None
    street: Address | None = None
    groups: tuple[str, ...] = ()
    terms: PaymentTerms | None = None
    discount: Decimal | None = None
    outstanding: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    merged_to: str = ""
    updated_at: datetime | None = None
    seen_at: datetime | None = None
    key: str = ""
    is_customer: bool = False
    persons: tuple[Person, ...] = ()
    sales_tracking: tuple[tuple[str, str], ...] = ()

    @property
    def own_code(self) -> str:
        """What Xero calls it: AccountNumber, else ContactNumber, else empty."""
        return self.account_number or self.contact_number

    @property
    def code(self) -> str:
        """What tablets call it, or would."""
        return self.key or self.own_code


class ContactFields(Record, frozen=True, kw_only=True):
    """What to write to a contact: exactly these fields. None leaves one as it is; an empty text clears it.

    Shape: a new contact needs a name; contact_number is its key from outside, which only programs can write.
    """

    name: str | None = None
    contact_number: str | None = None
    account_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    postal: Address | None = None
    street: Address | None = None


class Item(Record, frozen=True, kw_only=True):
    """A product or service. on_hand is None when Xero does not track its stock."""

    item_id: str
    code: str
    name: str = ""
    description: str = ""
    is_sold: bool = True
    unit_price: Decimal | None = None
    account_code: str = ""
    tax_type: str = ""
    purchase_price: Decimal | None = None
    on_hand: Decimal | None = None
    updated_at: datetime | None = None


class Account(Record, frozen=True, kw_only=True):
    """One line of the chart of accounts."""

    account_id: str
    code: str
    name: str
    kind: str = ""
    account_class: str = ""
    status: str = "ACTIVE"
    tax_type: str = ""
    system_account: str = ""
    takes_payments: bool = False
    updated_at: datetime | None = None


class TaxRate(Record, frozen=True, kw_only=True):
    """A rate of tax. Units: rate is a percentage."""

    tax_type: str
    name: str
    rate: Decimal
    status: str = "ACTIVE"
    applies_to_revenue: bool = False


class InvoiceLine(Record, frozen=True, kw_only=True):
    """One line of a document; a line with only a description carries no money.

    Shape: tracking pairs a category with one of its options, at most two; tracking_ids says the same by their ids.
    """

    description: str
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    discount_rate: Decimal = Decimal(0)
    item_code: str = ""
    account_code: str = ""
    tax_type: str = ""
    tracking: tuple[tuple[str, str], ...] = ()
    tracking_ids: tuple[tuple[str, str], ...] = ()


class SalesDocument(Record, frozen=True, kw_only=True):
    """A document to be created.

    Shape: amounts says whether prices of the lines include tax; an empty number leaves numbering to Xero, and then the
    reference is what it is found by; an empty theme is the usual one.
    Units: currency_code says which; total includes tax and is what Xero is expected to make of the lines.
    """

    number: str
    contact_id: str
    issued_on: date
    status: str
    reference: str
    currency_code: str
    lines: tuple[InvoiceLine, ...]
    total: Decimal
    total_tax: Decimal
    amounts: Literal["Exclusive", "Inclusive"] = "Exclusive"
    theme_id: str = ""


class Invoice(SalesDocument, frozen=True, kw_only=True):
    """A sales invoice (ACCREC)."""

    due_on: date


class PostedInvoice(Record, frozen=True, kw_only=True):
    """An invoice as Xero says it stands."""

    invoice_id: str
    number: str
    status: str
    contact_id: str
    currency_code: str
    total: Decimal
    kind: str = "ACCREC"
    warnings: tuple[str, ...] = ()
