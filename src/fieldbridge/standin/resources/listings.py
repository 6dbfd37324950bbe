"""Every collection that can be read, declared: its rows, its key, its view and the fields filters know."""

from __future__ import annotations

from collections.abc import Callable

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contacts import with_number
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.resources import high_volume
from fieldbridge.standin.resources.choosing import (
    kept_contacts,
    kept_invoices,
    kept_tracking,
    named_contacts,
    named_invoices,
)
from fieldbridge.standin.resources.contact_views import show_contact, show_group
from fieldbridge.standin.resources.document_views import show_credit_note, show_invoice, show_item, show_payment
from fieldbridge.standin.resources.listing import Listing, View
from fieldbridge.standin.wire.answers import Record

_JOINED = ("Contact.ContactID", "Contact.Name", "Contact.ContactNumber", "Contact.AccountNumber")
_MONEY = ("SubTotal", "TotalTax", "Total")


def _as_it_is(view: View, row: Record) -> Record:
    return dict(row)


def _by_id(table: Callable[[Books], Table]) -> Callable[[Books, str], Record | None]:
    return lambda books, key: table(books).get(key.lower())


def _by_id_or_number(table: Callable[[Books], Table]) -> Callable[[Books, str], Record | None]:
    return lambda books, key: table(books).get(key.lower()) or table(books).first("number", key.casefold())


CONTACTS = Listing(
    "Contacts", lambda books: books.contacts,
    lambda books, key: books.contacts.get(key.lower()) or with_number(books, key), show_contact, "ContactID",
    ("ContactID", "Name", "EmailAddress", "AccountNumber", "ContactNumber", "ContactStatus", "FirstName", "LastName",
     "IsCustomer", "IsSupplier", "UpdatedDateUTC"),
    named=named_contacts, keep=kept_contacts, optimised=high_volume.CONTACTS, is_paged=True,
)  # fmt: skip
INVOICES = Listing(
    "Invoices", lambda books: books.invoices, _by_id_or_number(lambda books: books.invoices), show_invoice, "InvoiceID",
    ("InvoiceID", "InvoiceNumber", "Status", "Reference", "Date", "DueDate", "Type", "AmountDue", "AmountPaid",
     "AmountCredited", "CurrencyCode", "UpdatedDateUTC", *_MONEY, *_JOINED),
    named=named_invoices, keep=kept_invoices, optimised=high_volume.INVOICES, is_paged=True,
)  # fmt: skip
CREDIT_NOTES = Listing(
    "CreditNotes", lambda books: books.credit_notes, _by_id_or_number(lambda books: books.credit_notes),
    show_credit_note, "CreditNoteID",
    ("CreditNoteID", "CreditNoteNumber", "Status", "Reference", "Date", "Type", "RemainingCredit", "CurrencyCode",
     "UpdatedDateUTC", *_MONEY, *_JOINED),
    optimised=high_volume.CREDIT_NOTES, is_paged=True,
)  # fmt: skip
PAYMENTS = Listing(
    "Payments", lambda books: books.payments, _by_id(lambda books: books.payments), show_payment,
    "PaymentID",
    ("PaymentID", "PaymentType", "Status", "Date", "Amount", "Reference", "UpdatedDateUTC", "Invoice.InvoiceID",
     "Invoice.InvoiceNumber"),
    optimised=high_volume.PAYMENTS, is_paged=True,
)  # fmt: skip
ITEMS = Listing(
    "Items", lambda books: books.items, lambda books, key: books.items.get(key.lower()) or books.item(key),
    show_item, "ItemID",
    ("ItemID", "Code", "Name", "Description", "IsSold", "IsPurchased", "IsTrackedAsInventory", "QuantityOnHand",
     "UpdatedDateUTC"),
    default_order="Code",
)  # fmt: skip
ACCOUNTS = Listing(
    "Accounts", lambda books: books.accounts, _by_id(lambda books: books.accounts), _as_it_is, "AccountID",
    ("AccountID", "Code", "Name", "Type", "Class", "Status", "TaxType", "EnablePaymentsToAccount", "SystemAccount",
     "UpdatedDateUTC"),
    default_order="Code",
)  # fmt: skip
TAX_RATES = Listing(
    "TaxRates", lambda books: books.tax_rates, lambda books, key: books.tax_rates.get(key.upper()),
    _as_it_is, "TaxType", ("TaxType", "Name", "Status", "EffectiveRate"), default_order="Name", knows_changes=False,
)  # fmt: skip
GROUPS = Listing(
    "ContactGroups", lambda books: books.groups, _by_id(lambda books: books.groups), show_group,
    "ContactGroupID", ("ContactGroupID", "Name", "Status"), default_order="Name", knows_changes=False,
)  # fmt: skip
TRACKING = Listing(
    "TrackingCategories", lambda books: books.tracking, _by_id(lambda books: books.tracking), _as_it_is,
    "TrackingCategoryID", ("TrackingCategoryID", "Name", "Status"), default_order="Name", keep=kept_tracking,
    knows_changes=False,
)  # fmt: skip
THEMES = Listing(
    "BrandingThemes", lambda books: books.themes, _by_id(lambda books: books.themes), _as_it_is,
    "BrandingThemeID", (), default_order="SortOrder", knows_changes=False,
)  # fmt: skip
CURRENCIES = Listing(
    "Currencies", lambda books: books.currencies, lambda books, key: books.currencies.get(key.upper()),
    _as_it_is, "Code", ("Code", "Description"), default_order="Code", knows_changes=False,
)  # fmt: skip
USERS = Listing(
    "Users", lambda books: books.users, _by_id(lambda books: books.users), _as_it_is, "UserID",
    ("UserID", "FirstName", "LastName", "EmailAddress", "IsSubscriber", "OrganisationRole", "UpdatedDateUTC"),
)  # fmt: skip
