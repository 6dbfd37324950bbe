"""From what a call changed in the books to the events subscribers are told of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.wire.answers import Record
from fieldbridge.standin.wire.dates import instant_companion

CATEGORIES = ("CONTACT", "INVOICE", "CREDITNOTE", "PREPAYMENT", "OVERPAYMENT")
_RESOURCES = {"CONTACT": "Contacts", "INVOICE": "Invoices", "CREDITNOTE": "CreditNotes", "PREPAYMENT": "Prepayments",
              "OVERPAYMENT": "Overpayments"}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One record made or changed. `shown` is what the subscriber gets."""

    category: str
    organisation_id: str
    at: datetime
    shown: Record


def events_of(books: Books, address: str, now: datetime) -> list[Event]:
    """One event per record the journal says was made, or changed so that its UpdatedDateUTC moved.

    `address` is the API's own, for the resourceUrl.
    """
    return [_event(books, address, now, *change) for change in _changes(books)]


def _changes(books: Books) -> Iterator[tuple[str, str, Record, str]]:
    """Category, id, record and event type."""
    tables = _tables(books)
    changed = list(books.journal.changes())
    is_paid = any(table is books.payments for table, _, _ in changed)
    for table, identity, before in changed:
        category = next((name for name, one in tables.items() if one is table), "")
        after = table.get(identity)
        if not category or after is None:
            continue
        if category == "INVOICE" and before and is_paid and not books.switches.payment_raises_invoice_event:
            continue
        if before is None or before["UpdatedDateUTC"] != after["UpdatedDateUTC"]:
            yield category, identity, after, "UPDATE" if before else "CREATE"


def _tables(books: Books) -> dict[str, Table]:
    return {"CONTACT": books.contacts, "INVOICE": books.invoices, "CREDITNOTE": books.credit_notes,
            "PREPAYMENT": books.prepayments, "OVERPAYMENT": books.overpayments}  # fmt: skip


def _event(books: Books, address: str, now: datetime, category: str, identity: str, row: Record, kind: str) -> Event:
    organisation_id = books.organisation["OrganisationID"]
    shown = {
        "resourceUrl": f"{address}/{_RESOURCES[category]}/{identity}",
        "resourceId": identity,
        "tenantId": organisation_id,
        "tenantType": "ORGANISATION",
        "eventCategory": category,
        "eventType": kind,
        "eventDateUtc": now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3],
    }
    if category not in ("CONTACT", "INVOICE"):
        shown["data"] = {"Type": row["Type"], "Status": row["Status"]}
    if category in ("PREPAYMENT", "OVERPAYMENT"):
        shown["data"]["UpdatedDateUTCString"] = instant_companion(row["UpdatedDateUTC"])
    return Event(category, organisation_id, now, shown)
