"""Every collection that can be read, declared: its rows, its key, its view and the fields filters know."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contacts import with_number
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.contact_views import show_contact, show_group
from fieldbridge.standin.resources.document_views import show_credit_note, show_invoice, show_item, show_payment
from fieldbridge.standin.resources.listing import Listing, View
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.comparing import folded

_CONTACT_SEARCH = ("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress")
_JOINED = ("Contact.ContactID", "Contact.Name", "Contact.ContactNumber", "Contact.AccountNumber")
_MONEY = ("SubTotal", "TotalTax", "Total")


def _as_it_is(view: View, row: Record) -> Record:
    return dict(row)


def _any_of(call: Call, rows: Iterable[Record], name: str, field: str) -> Iterable[Record]:
    """Keep the rows whose `field` is in the comma list `name`, when the list is there."""
    wanted = {value.casefold() for value in call.query.names(name)}
    return [row for row in rows if str(row.get(field, "")).casefold() in wanted] if wanted else rows


def _search(call: Call, rows: Iterable[Record], names: tuple[str, ...]) -> Iterable[Record]:
    wanted = folded(call.query.text("searchTerm"))
    return [row for row in rows if any(wanted in folded(str(row.get(name) or "")) for name in names)]


def _contacts(call: Call) -> Iterable[Record]:
    rows = _any_of(call, call.books.contacts.rows(), "IDs", "ContactID")
    if not call.query.flag("includeArchived") and not call.query.names("IDs"):
        rows = [row for row in rows if row["ContactStatus"] == "ACTIVE"]
    return _search(call, rows, _CONTACT_SEARCH)


def _invoices(call: Call) -> Iterable[Record]:
    rows = call.books.invoices.rows()
    for name, field in (("IDs", "InvoiceID"), ("InvoiceNumbers", "InvoiceNumber"), ("Statuses", "Status")):
        rows = _any_of(call, rows, name, field)
    if wanted := {value.lower() for value in call.query.names("ContactIDs")}:
        rows = [row for row in rows if row["Contact"]["ContactID"] in wanted]
    return _search(call, rows, ("InvoiceNumber", "Reference"))


def _tracking(call: Call) -> Iterable[Record]:
    rows = call.books.tracking.rows()
    return rows if call.query.flag("includeArchived") else [row for row in rows if row["Status"] == "ACTIVE"]


def _plain_rows(table: Callable[[Books], Table]) -> Callable[[Call], Iterable[Record]]:
    return lambda call: table(call.books).rows()


def _by_id(table: Callable[[Books], Table]) -> Callable[[Books, str], Record | None]:
    return lambda books, key: table(books).get(key.lower())


def _by_id_or_number(table: Callable[[Books], Table]) -> Callable[[Books, str], Record | None]:
    return lambda books, key: table(books).get(key.lower()) or table(books).first("number", key.casefold())


CONTACTS = Listing(
    "Contacts", _contacts, lambda books, key: books.contacts.get(key.lower()) or with_number(books, key), show_contact,
    "ContactID",
    ("ContactID", "Name", "EmailAddress", "AccountNumber", "ContactNumber", "ContactStatus", "FirstName", "LastName",
     "IsCustomer", "IsSupplier", "UpdatedDateUTC"),
    is_paged=True,
)  # fmt: skip
INVOICES = Listing(
    "Invoices", _invoices, _by_id_or_number(lambda books: books.invoices), show_invoice, "InvoiceID",
    ("InvoiceID", "InvoiceNumber", "Status", "Reference", "Date", "DueDate", "Type", "AmountDue", "AmountPaid",
     "AmountCredited", "CurrencyCode", "UpdatedDateUTC", *_MONEY, *_JOINED),
    is_paged=True,
)  # fmt: skip
CREDIT_NOTES = Listing(
    "CreditNotes", _plain_rows(lambda books: books.credit_notes), _by_id_or_number(lambda books: books.credit_notes),
    show_credit_note, "CreditNoteID",
    ("CreditNoteID", "CreditNoteNumber", "Status", "Reference", "Date", "Type", "RemainingCredit", "CurrencyCode",
     "UpdatedDateUTC", *_MONEY, *_JOINED),
    is_paged=True,
)  # fmt: skip
PAYMENTS = Listing(
    "Payments", _plain_rows(lambda books: books.payments), _by_id(lambda books: books.payments), show_payment,
    "PaymentID",
    ("PaymentID", "PaymentType", "Status", "Date", "Amount", "Reference", "UpdatedDateUTC", "Invoice.InvoiceID",
     "Invoice.InvoiceNumber"),
    is_paged=True,
)  # fmt: skip
ITEMS = Listing(
    "Items", _plain_rows(lambda books: books.items), lambda books, key: books.items.get(key.lower()) or books.item(key),
    show_item, "ItemID",
    ("ItemID", "Code", "Name", "Description", "IsSold", "IsPurchased", "IsTrackedAsInventory", "QuantityOnHand",
     "UpdatedDateUTC"),
    default_order="Code",
)  # fmt: skip
ACCOUNTS = Listing(
    "Accounts", _plain_rows(lambda books: books.accounts), _by_id(lambda books: books.accounts), _as_it_is, "AccountID",
    ("AccountID", "Code", "Name", "Type", "Class", "Status", "TaxType", "EnablePaymentsToAccount", "SystemAccount",
     "UpdatedDateUTC"),
    default_order="Code",
)  # fmt: skip
TAX_RATES = Listing(
    "TaxRates", _plain_rows(lambda books: books.tax_rates), lambda books, key: books.tax_rates.get(key.upper()),
    _as_it_is, "TaxType", ("TaxType", "Name", "Status", "EffectiveRate"), default_order="Name", knows_changes=False,
)  # fmt: skip
GROUPS = Listing(
    "ContactGroups", _plain_rows(lambda books: books.groups), _by_id(lambda books: books.groups), show_group,
    "ContactGroupID", ("ContactGroupID", "Name", "Status"), default_order="Name", knows_changes=False,
)  # fmt: skip
TRACKING = Listing(
    "TrackingCategories", _tracking, _by_id(lambda books: books.tracking), _as_it_is, "TrackingCategoryID",
    ("TrackingCategoryID", "Name", "Status"), default_order="Name", knows_changes=False,
)  # fmt: skip
THEMES = Listing(
    "BrandingThemes", _plain_rows(lambda books: books.themes), _by_id(lambda books: books.themes), _as_it_is,
    "BrandingThemeID", (), default_order="SortOrder", knows_changes=False,
)  # fmt: skip
CURRENCIES = Listing(
    "Currencies", _plain_rows(lambda books: books.currencies), lambda books, key: books.currencies.get(key.upper()),
    _as_it_is, "Code", ("Code", "Description"), default_order="Code", knows_changes=False,
)  # fmt: skip
USERS = Listing(
    "Users", _plain_rows(lambda books: books.users), _by_id(lambda books: books.users), _as_it_is, "UserID",
    ("UserID", "FirstName", "LastName", "EmailAddress", "IsSubscriber", "OrganisationRole", "UpdatedDateUTC"),
)  # fmt: skip
