"""What a collection's own parameters choose: rows found by a key, and rows left out."""

from __future__ import annotations

from collections.abc import Iterable

from fieldbridge.standin.books.table import Table
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.comparing import folded

_CONTACT_SEARCH = ("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress")


def _is_named(call: Call, *names: str) -> bool:
    return any(call.query.names(name) for name in names)


def _of_ids(call: Call, table: Table) -> list[Record]:
    wanted = dict.fromkeys(value.lower() for value in call.query.names("IDs"))
    return [row for identity in wanted if (row := table.get(identity))]


def _of_key(call: Call, table: Table, name: str, key: str) -> list[Record]:
    wanted = dict.fromkeys(value.casefold() for value in call.query.names(name))
    return [row for value in wanted for row in table.find(key, value)]


def _search(call: Call, rows: Iterable[Record], names: tuple[str, ...]) -> Iterable[Record]:
    if not (wanted := folded(call.query.text("searchTerm"))):
        return rows
    return [row for row in rows if any(wanted in folded(str(row.get(name) or "")) for name in names)]


def named_contacts(call: Call) -> list[Record] | None:
    """The contacts that `IDs` lists."""
    return _of_ids(call, call.books.contacts) if _is_named(call, "IDs") else None


def kept_contacts(call: Call, rows: Iterable[Record]) -> Iterable[Record]:
    """Active ones, unless asked for otherwise, that `searchTerm` is found in."""
    if not call.query.flag("includeArchived") and not _is_named(call, "IDs"):
        rows = [row for row in rows if row["ContactStatus"] == "ACTIVE"]
    return _search(call, rows, _CONTACT_SEARCH)


def named_invoices(call: Call) -> list[Record] | None:
    """By the first of the lists that is given; `kept_invoices` applies the others."""
    table = call.books.invoices
    if _is_named(call, "IDs"):
        return _of_ids(call, table)
    for name, key in (("InvoiceNumbers", "number"), ("ContactIDs", "contact")):
        if _is_named(call, name):
            return _of_key(call, table, name, key)
    return None


def kept_invoices(call: Call, rows: Iterable[Record]) -> Iterable[Record]:
    """What the comma lists and `searchTerm` leave."""
    for name, field in (("InvoiceNumbers", "InvoiceNumber"), ("Statuses", "Status")):
        if wanted := {value.casefold() for value in call.query.names(name)}:
            rows = [row for row in rows if str(row.get(field, "")).casefold() in wanted]
    if contacts := {value.casefold() for value in call.query.names("ContactIDs")}:
        rows = [row for row in rows if row["Contact"]["ContactID"] in contacts]
    return _search(call, rows, ("InvoiceNumber", "Reference"))


def kept_tracking(call: Call, rows: Iterable[Record]) -> Iterable[Record]:
    """Active ones, unless asked for otherwise."""
    return rows if call.query.flag("includeArchived") else [row for row in rows if row["Status"] == "ACTIVE"]
