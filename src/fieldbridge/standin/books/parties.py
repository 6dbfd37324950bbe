"""Which contact a document is for: found, changed on the way, or created with it."""

from __future__ import annotations

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contacts import active_named, create_contact, is_active, update_contact, with_number
from fieldbridge.standin.wire.answers import Record, RefusedError

ARCHIVED = (
    "The contact with the specified contact details has been archived. "
    "The contact must be un-archived before creating new invoices or credit notes"
)
UNNAMED = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)


def party(books: Books, sent: Record) -> Record:
    """The contact named inside a document.

    An unknown Name creates a contact. A ContactID together with other fields edits that contact, and the contact
    persons not listed are removed. Source: Xero, contacts.
    """
    if not any(sent.get(name) for name in ("ContactID", "ContactNumber", "Name")):
        raise RefusedError(UNNAMED)
    contact = known_party(books, sent)
    if contact is None:
        if not sent.get("Name") or "ContactID" in sent:
            raise RefusedError(books.switches.text_contact_unknown)
        return create_contact(books, sent)
    if not is_active(contact):
        raise RefusedError(ARCHIVED)
    if "ContactID" in sent and len(sent) > 1:
        return update_contact(books, contact, {"ContactPersons": [], **sent})
    return contact


def known_party(books: Books, sent: Record) -> Record | None:
    """The contact this names, archived or not, if there is one."""
    if "ContactID" in sent:
        return books.contacts.get(sent["ContactID"])
    if sent.get("ContactNumber") and (numbered := with_number(books, sent["ContactNumber"])):
        return numbered
    name = sent.get("Name") or ""
    return active_named(books, name) or books.contacts.first("name", name.casefold())


def mark_role(books: Books, contact_id: str, role: str) -> None:
    """Set IsCustomer or IsSupplier after the first sale or bill; UpdatedDateUTC does not move."""
    contact = books.contacts[contact_id]
    if not contact[role]:
        books.contacts.put({**contact, role: True})
