"""What somebody in the office would do in Xero itself, and a look at the books. Called with the lock held."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.control.patching import patched
from fieldbridge.standin.documents.kinds import INVOICE
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.pricing.money import total_discount, totals
from fieldbridge.standin.wire.answers import Record

_DUMPED = ("contacts", "items", "invoices", "credit_notes", "payments", "quotes", "overpayments", "prepayments",
           "bank_transactions")  # fmt: skip

_NEEDED = {
    "organisation": ("OrganisationID", "Name", "ShortCode", "BaseCurrency", "PaymentTerms"),
    "contacts": ("Name", "ContactStatus", "Addresses", "Phones", "ContactGroups", "ContactPersons", "IsCustomer",
                 "IsSupplier"),
    "items": ("Code", "IsTrackedAsInventory", "SalesDetails", "PurchaseDetails"),
    "invoices": ("Type", "Contact", "Status", "Date", "LineAmountTypes", "LineItems", "CurrencyCode", "CurrencyRate"),
}  # fmt: skip


class NoSuchRecordError(Exception):
    """No organisation has a record with this id, number or code."""


def books(xero: LocalXero, body: Record, _: str) -> Record:
    """Everything, per organisation, in Xero's field names with ISO dates."""
    return {"organisations": [_dump(held) for held in _chosen(xero, body)]}


def _chosen(xero: LocalXero, body: Record) -> Iterable[Books]:
    """The books of the `organisation` in the body (a name or id), or all of them, the first one first."""
    wanted = str(body.pop("organisation", ""))
    found = [identity for identity, name in xero.books.names().items() if wanted in ("", name, identity)]
    if not found:
        raise NoSuchRecordError(f"No organisation {wanted}")
    return (xero.books[identity] for identity in found)


def _dump(held: Books) -> Record:
    organisation = {
        "id": held.organisation["OrganisationID"],
        "name": held.organisation["Name"],
        "short_code": held.organisation["ShortCode"],
    }
    tables: dict[str, Table] = {name: getattr(held, name) for name in _DUMPED}
    groups = {name: list(table.rows()) for name, table in (*tables.items(), ("contact_groups", held.groups))}
    return {**organisation, **groups, "attachments": [_without_content(row) for row in held.attachments.rows()]}


def _without_content(attachment: Record) -> Record:
    """What is known of a file, and a check sum in place of the file itself."""
    shown = {name: value for name, value in attachment.items() if name != "Content"}
    return {**shown, "SHA256": hashlib.sha256(attachment["Content"]).hexdigest()}


def edit_organisation(xero: LocalXero, body: Record, _: str) -> Record:
    """Merge-patch; {"organisation": name or id} chooses one when there are several."""
    held = next(iter(_chosen(xero, body)))
    held.organisation = _whole("organisation", patched(held.organisation, body))
    return held.organisation


def edit_contact(xero: LocalXero, body: Record, identity: str) -> Record:
    """Merge-patch by ContactID or AccountNumber. `ContactGroups` may list group names; unknown ones are made."""
    held, contact = _find(_chosen(xero, body), "contacts", "account_number", identity)
    if "ContactGroups" in body:
        body["ContactGroups"] = [_group_id(held, name) for name in body["ContactGroups"]]
    if body.get("MergedToContactID"):
        body.setdefault("ContactStatus", "ARCHIVED")
    return held.contacts.put(_whole("contacts", _edited(held, contact, body)))


def _group_id(held: Books, name: str) -> str:
    for group in held.groups.rows():
        if name in (group["Name"], group["ContactGroupID"]):
            return str(group["ContactGroupID"])
    return str(held.groups.put({"ContactGroupID": held.new_id(), "Name": name, "Status": "ACTIVE"})["ContactGroupID"])


def edit_item(xero: LocalXero, body: Record, identity: str) -> Record:
    """Merge-patch by ItemID or Code; QuantityOnHand too, which callers of the API cannot write."""
    held, item = _find(_chosen(xero, body), "items", "code", identity)
    return held.items.put(_whole("items", _edited(held, item, body)))


def delete_item(xero: LocalXero, body: Record, identity: str) -> Record:
    """Remove an item, used or not."""
    held, item = _find(_chosen(xero, body), "items", "code", identity)
    held.items.remove(item["ItemID"])
    return {"deleted": item["Code"]}


def edit_invoice(xero: LocalXero, body: Record, identity: str) -> Record:
    """Merge-patch by InvoiceID or number, without any rule; totals and amounts due follow from the lines."""
    held, invoice = _find(_chosen(xero, body), "invoices", "number", identity)
    changed = _whole("invoices", _edited(held, invoice, body))
    if changed["Contact"].get("ContactID") not in held.contacts:
        raise NoSuchRecordError("No contact with the ContactID of Contact")
    changed |= totals(changed["LineItems"], changed["LineAmountTypes"])
    changed["TotalDiscount"] = total_discount(changed["LineItems"], held.switches.rounding)
    return held.invoices.put(settle(held, INVOICE, changed))


def _find(among: Iterable[Books], table: str, key: str, identity: str) -> tuple[Books, Record]:
    for held in among:
        rows: Table = getattr(held, table)
        if found := rows.get(identity.lower()) or rows.first(key, identity.casefold()):
            return held, found
    raise NoSuchRecordError(f"No record {identity} among the {table}")


def _whole(table: str, record: Record) -> Record:
    """The record unchanged. Errors: ValueError when a member is gone that every such record has."""
    needed = (*_NEEDED[table], *(("QuantityOnHand",) if record.get("IsTrackedAsInventory") else ()))
    if missing := [name for name in needed if name not in record]:
        raise ValueError(f"Every record among the {table} has {', '.join(missing)}; it cannot be null.")
    return record


def _edited(held: Books, record: Record, body: Record) -> Record:
    return {**patched(record, body), "UpdatedDateUTC": held.now()}
