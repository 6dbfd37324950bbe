"""The fields callers may send for a contact, and its fixed address and phone slots."""

from __future__ import annotations

from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record

ADDRESS_TYPES = ("STREET", "POBOX")
PHONE_TYPES = ("DEFAULT", "DDI", "MOBILE", "FAX")
_TEXT = fields.text
_TERMS: fields.Shape = {
    "Day": fields.whole,
    "Type": fields.choice("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH"),
}
_ADDRESS: fields.Shape = {
    "AddressType": fields.choice(*ADDRESS_TYPES),
    **dict.fromkeys(
        ("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "Region", "PostalCode", "Country",
         "AttentionTo"), _TEXT
    ),
}  # fmt: skip
_PHONE: fields.Shape = {
    "PhoneType": fields.choice(*PHONE_TYPES, "OFFICE"),
    **dict.fromkeys(("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode"), _TEXT),
}
_PERSON: fields.Shape = {
    **dict.fromkeys(("FirstName", "LastName", "EmailAddress"), _TEXT),
    "IncludeInEmails": fields.flag,
}
_LINE_TYPES = fields.choice("INCLUSIVE", "EXCLUSIVE", "NONE")
CONTACT: fields.Shape = {
    "ContactID": fields.guid,
    "ContactStatus": fields.choice("ACTIVE", "ARCHIVED", "GDPRREQUEST"),
    **dict.fromkeys(
        ("Name", "ContactNumber", "AccountNumber", "FirstName", "LastName", "EmailAddress", "CompanyNumber",
         "TaxNumber", "DefaultCurrency", "AccountsReceivableTaxType", "AccountsPayableTaxType",
         "SalesDefaultAccountCode", "PurchasesDefaultAccountCode"), _TEXT
    ),
    "SalesDefaultLineAmountType": _LINE_TYPES,
    "PurchasesDefaultLineAmountType": _LINE_TYPES,
    "Addresses": fields.many(_ADDRESS),
    "Phones": fields.many(_PHONE),
    "ContactPersons": fields.many(_PERSON),
    "PaymentTerms": fields.one({"Sales": fields.one(_TERMS), "Bills": fields.one(_TERMS)}),
}  # fmt: skip


def slots(kinds: tuple[str, ...], name: str, blank: Record, *lists: list[Record]) -> list[Record]:
    """One entry per kind, later lists over earlier ones, empty strings where nothing is known."""
    known = {kind: {name: kind, **blank} for kind in kinds}
    for entries in lists:
        for entry in entries:
            if entry.get(name) in known:
                known[entry[name]] = {name: entry[name], **blank, **entry}
    return list(known.values())


def address_slots(*lists: list[Record]) -> list[Record]:
    """STREET and POBOX, always both."""
    blank = dict.fromkeys(("City", "Region", "PostalCode", "Country"), "")
    return slots(ADDRESS_TYPES, "AddressType", blank, *lists)


def phone_slots(*lists: list[Record]) -> list[Record]:
    """DEFAULT, DDI, MOBILE and FAX, always all four."""
    blank = dict.fromkeys(("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode"), "")
    return slots(PHONE_TYPES, "PhoneType", blank, *lists)
