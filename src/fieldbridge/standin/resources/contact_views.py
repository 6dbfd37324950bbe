"""Contacts and contact groups as callers see them."""

from __future__ import annotations

from fieldbridge.standin.books.balances import balances
from fieldbridge.standin.books.books import Books
from fieldbridge.standin.resources.listing import View
from fieldbridge.standin.wire.answers import Record

_HEAVY = ("Addresses", "Balances", "ContactGroups", "ContactPersons", "IsCustomer", "IsSupplier", "PaymentTerms",
          "SalesDefaultAccountCode", "PurchasesDefaultAccountCode")  # fmt: skip
_PAGED_ONLY = ("ContactPersons", "PaymentTerms", "SalesDefaultAccountCode", "PurchasesDefaultAccountCode",
               "MergedToContactID", "DefaultDiscount")  # fmt: skip


def show_contact(view: View, contact: Record) -> Record:
    """Full when asked for singly or by page; the unpaged list and summaryOnly leave parts out."""
    groups = [view.books.groups[identity] for identity in contact["ContactGroups"]]
    shown = {
        **contact,
        "ContactGroups": [_group_reference(group) for group in groups if group["Status"] == "ACTIVE"],
        "HasAttachments": view.books.has_attachments(contact["ContactID"]),
        "HasValidationErrors": False,
    }
    if view.is_light:
        return {name: value for name, value in shown.items() if name not in _HEAVY}
    if not view.is_full:
        return {name: value for name, value in shown.items() if name not in _PAGED_ONLY}
    return {**shown, "Balances": balances(view.books, contact["ContactID"])}


def contact_reference(books: Books, contact_id: str, *, is_full: bool) -> Record:
    """The contact inside a document: name and id in lists, the usual fields elsewhere."""
    contact = books.contacts[contact_id]
    short = {"ContactID": contact_id, "Name": contact["Name"]}
    if not is_full:
        return {**short, "Addresses": [], "Phones": [], "ContactGroups": [], "ContactPersons": [],
                "HasValidationErrors": False}  # fmt: skip
    names = ("ContactNumber", "AccountNumber", "ContactStatus", "FirstName", "LastName", "EmailAddress", "Addresses",
             "Phones", "UpdatedDateUTC", "IsCustomer", "IsSupplier")  # fmt: skip
    chosen = {name: contact[name] for name in names if name in contact}
    return {**short, **chosen, "ContactGroups": [], "ContactPersons": [], "HasValidationErrors": False}


def _group_reference(group: Record) -> Record:
    return {**group, "Contacts": [], "HasValidationErrors": False}


def show_group(view: View, group: Record) -> Record:
    """A group in a list, without its members."""
    return {**group, "HasValidationErrors": False}


def show_group_with_members(view: View, group: Record) -> Record:
    """Members only come with a group fetched by its id."""
    identity = group["ContactGroupID"]
    members = (row for row in view.books.contacts.rows() if identity in row["ContactGroups"])
    contacts = [contact_reference(view.books, member["ContactID"], is_full=False) for member in members]
    return {**group, "Contacts": contacts, "HasValidationErrors": False}
