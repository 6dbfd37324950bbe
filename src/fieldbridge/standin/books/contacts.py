"""Contacts: who they are matched with and what may be written."""

from __future__ import annotations

import re

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contact_shape import address_slots, phone_slots
from fieldbridge.standin.wire.answers import Record, RefusedError

MOST_PERSONS = 5
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def is_active(contact: Record) -> bool:
    """Neither archived nor under a privacy request."""
    return bool(contact["ContactStatus"] == "ACTIVE")


def active_named(books: Books, name: str) -> Record | None:
    """The active contact with this name, whatever its case."""
    return next(filter(is_active, books.contacts.find("name", name.casefold())), None)


def with_number(books: Books, number: str) -> Record | None:
    """The contact with this ContactNumber, archived or not."""
    return books.contacts.first("number", number.casefold())


def match(books: Books, sent: Record) -> Record | None:
    """The contact an upsert means: by ContactID, else ContactNumber, else Name (switch contact_name_before_number)."""
    if "ContactID" in sent:
        return books.contacts.get(sent["ContactID"])
    number = with_number(books, sent["ContactNumber"]) if sent.get("ContactNumber") else None
    named = active_named(books, sent["Name"]) if sent.get("Name") else None
    return (named or number) if books.switches.contact_name_before_number else (number or named)


def create_contact(books: Books, sent: Record) -> Record:
    """Shape: `sent` as read with CONTACT. Errors: RefusedError with every rule broken."""
    if not sent.get("Name"):
        raise RefusedError("Contact Name cannot be empty.")
    fresh: Record = {
        "ContactID": books.new_id(), "ContactStatus": "ACTIVE", "IsSupplier": False, "IsCustomer": False,
        "ContactPersons": [], "ContactGroups": [],
    }  # fmt: skip
    return _store(books, fresh, {name: value for name, value in sent.items() if name != "ContactID"})


def update_contact(books: Books, contact: Record, sent: Record) -> Record:
    """Change the sent fields of `contact`; omitted ones are preserved."""
    revived = books.switches.unarchive_allowed and sent.get("ContactStatus") == "ACTIVE"
    if not is_active(contact) and not revived:
        raise RefusedError(
            "The specified contact details matched an archived contact. "
            "Archived contacts cannot currently be edited via the API."
        )
    return _store(books, contact, sent)


def _store(books: Books, before: Record, sent: Record) -> Record:
    after = {**before, **sent, "ContactID": before["ContactID"], "UpdatedDateUTC": books.now()}
    after["Addresses"] = address_slots(before.get("Addresses", []), sent.get("Addresses", []))
    after["Phones"] = phone_slots(before.get("Phones", []), sent.get("Phones", []))
    messages = _name_faults(books, after) + _key_faults(books, after)
    mail = after.get("EmailAddress")
    if mail and not (mail.isascii() and _EMAIL.fullmatch(mail)):
        messages.append("Email address must be valid.")
    if len(after["ContactPersons"]) > MOST_PERSONS:
        messages.append(books.switches.text_contact_persons)
    messages += _terms_faults(after)
    if messages:
        raise RefusedError(*messages)
    return books.contacts.put(after)


def _name_faults(books: Books, contact: Record) -> list[str]:
    name = contact["Name"]
    if set("<>") & set(name) or name != " ".join(name.split()) or len(name) > 255:
        return [books.switches.text_contact_name]
    other = active_named(books, name)
    if not other or other["ContactID"] == contact["ContactID"] or not is_active(contact):
        return []
    return [
        f"The contact name {name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    ]


def _terms_faults(contact: Record) -> list[str]:
    """A day of the month is one of 31."""
    terms = contact.get("PaymentTerms") or {}
    sides = {"Sales": "Sales Invoices", "Bills": "Bills"}
    return [
        f"Due Date for {words} must be between 1 and 31 when set to the following (or current) month."
        for side, words in sides.items()
        if (told := terms.get(side)) and told.get("Type", "").startswith("OF") and not 1 <= told.get("Day", 0) <= 31
    ]


def _key_faults(books: Books, contact: Record) -> list[str]:
    """A ContactNumber stays with whoever has it, archived and merged ones too."""
    faults = []
    if _others(books, contact, "number", "ContactNumber"):
        faults.append("Another contact has this contact number. Please enter a different contact number.")
    is_unique = books.switches.account_number_unique
    if is_unique and any(map(is_active, _others(books, contact, "account_number", "AccountNumber"))):
        faults.append(books.switches.text_account_number_taken)
    return faults


def _others(books: Books, contact: Record, key: str, field: str) -> list[Record]:
    found = books.contacts.find(key, str(contact.get(field) or "").casefold())
    return [other for other in found if other["ContactID"] != contact["ContactID"]]
