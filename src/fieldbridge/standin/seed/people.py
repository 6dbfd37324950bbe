"""Contact groups, customers and suppliers. The first customer is always Kerikeri Foodmart, KER014."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import product

from fieldbridge.standin.books.contact_shape import address_slots, phone_slots
from fieldbridge.standin.seed.sower import Sower
from fieldbridge.standin.seed.words import (
    FIRST_NAMES,
    LAST_NAMES,
    QUALIFIERS,
    REPS,
    STREETS,
    SUPPLIER_TRADES,
    TOWNS,
    TRADES,
)
from fieldbridge.standin.wire.answers import Record

_TERMS = (
    {"Day": 20, "Type": "OFFOLLOWINGMONTH"}, {"Day": 7, "Type": "DAYSAFTERBILLDATE"},
    {"Day": 14, "Type": "DAYSAFTERBILLMONTH"}, {"Day": 28, "Type": "OFCURRENTMONTH"}, None, None,
)  # fmt: skip
_GROUPS = ("Price 1", "Price 2", "Price 3", "Deal CAFE", "Deal GROC", "Area North", "Area Central", "Area South",
           "Stop", "Cash")  # fmt: skip
_ARCHIVED_EVERY, _SUPPLIER_EVERY = 40, 25
Town = tuple[str, str, str, str, str]


def sow_people(sower: Sower) -> None:
    """`contacts` of the options in all; about one in 25 a supplier, one in 40 archived."""
    groups = _sow_groups(sower)
    names = _customer_names(sower)
    numbers: dict[str, int] = {"KER": 13}
    for at in range(sower.options.contacts):
        if at % _SUPPLIER_EVERY == _SUPPLIER_EVERY - 1:
            sower.books.contacts.put(_supplier(sower, at))
        else:
            name, town, trade = next(names)
            contact = _customer(sower, at, name, town)
            contact["AccountNumber"] = _account_number(name, numbers)
            contact["ContactGroups"] = [groups[group] for group in _groups_of(sower, at, town, trade)]
            sower.books.contacts.put(contact)


def _sow_groups(sower: Sower) -> dict[str, str]:
    """Ids by name. The first word of a group's name says what membership means."""
    made = {}
    for name in (*_GROUPS, *(f"Rep {code}" for _, _, code in REPS)):
        group = {"ContactGroupID": sower.books.new_id(), "Name": name, "Status": "ACTIVE"}
        made[name] = sower.books.groups.put(group)["ContactGroupID"]
    return made


def _customer_names(sower: Sower) -> Iterator[tuple[str, Town, str]]:
    """Every combination once, in the seed's order, then the same with a number."""
    rest = [combination for combination in product(TOWNS, TRADES) if combination != (TOWNS[0], TRADES[0])]
    sower.chance.shuffle(rest)
    combinations = [(TOWNS[0], TRADES[0]), *rest]
    for round_ in range(1_000_000):
        qualifier = QUALIFIERS[round_] if round_ < len(QUALIFIERS) else f"No {round_}"
        for town, (trade, kind) in combinations:
            yield " ".join(filter(None, (town[0], qualifier, trade))), town, kind


def _customer(sower: Sower, at: int, name: str, town: Town) -> Record:
    chance = sower.chance
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    terms = _TERMS[at % len(_TERMS)]
    archived = at % _ARCHIVED_EVERY == _ARCHIVED_EVERY - 2
    return {
        **_contact(sower, name, town), "ContactStatus": "ARCHIVED" if archived else "ACTIVE",
        "FirstName": first, "LastName": last, "EmailAddress": f"orders{at}@{_plain(name)}.example",
        "AccountsReceivableTaxType": "OUTPUT2", "IsCustomer": False, "IsSupplier": False,
        "PaymentTerms": {"Sales": terms} if terms else None,
        "ContactPersons": [
            {"FirstName": chance.choice(FIRST_NAMES), "LastName": last,
             "EmailAddress": f"accounts{at}@{_plain(name)}.example", "IncludeInEmails": True}
        ] if at % 3 == 0 else [],
    }  # fmt: skip


def _supplier(sower: Sower, at: int) -> Record:
    """No account number; never on a sales invoice."""
    town = sower.chance.choice(TOWNS)
    number = at // _SUPPLIER_EVERY
    round_ = number // len(SUPPLIER_TRADES)
    name = f"{town[0]} {SUPPLIER_TRADES[number % len(SUPPLIER_TRADES)]} {at + 1 if round_ else ''}".strip()
    return {
        **_contact(sower, name, town), "ContactStatus": "ACTIVE", "IsCustomer": False, "IsSupplier": True,
        "ContactPersons": [], "ContactGroups": [], "EmailAddress": f"sales{at}@{_plain(name)}.example",
        "AccountsPayableTaxType": "INPUT2",
    }  # fmt: skip


def _contact(sower: Sower, name: str, town: Town) -> Record:
    chance = sower.chance
    place = {"City": town[0], "Region": town[1], "PostalCode": town[2], "Country": "New Zealand"}
    street = f"{chance.randrange(1, 220)} {chance.choice(STREETS)}"
    number = f"{chance.randrange(200, 999)} {chance.randrange(10_000):04d}"
    mobile = f"{chance.randrange(100, 999)} {chance.randrange(10_000):04d}"
    box = {"AddressType": "POBOX", "AddressLine1": f"PO Box {chance.randrange(10, 990)}", **place}
    return {
        "ContactID": sower.books.new_id(), "Name": name, "UpdatedDateUTC": sower.instant_before(),
        "Addresses": address_slots([{"AddressType": "STREET", "AddressLine1": street, **place}, box]),
        "Phones": phone_slots(
            [{"PhoneType": "DEFAULT", "PhoneNumber": number, "PhoneAreaCode": town[3], "PhoneCountryCode": "64"},
             {"PhoneType": "MOBILE", "PhoneNumber": mobile, "PhoneAreaCode": "021", "PhoneCountryCode": "64"}]
        ),
    }  # fmt: skip


def _groups_of(sower: Sower, at: int, town: Town, trade: str) -> list[str]:
    rep = REPS[0 if at == 0 else sower.chance.randrange(len(REPS))][2]
    groups = [f"Price {2 if at == 0 else sower.chance.randrange(1, 4)}", f"Rep {rep}", f"Area {town[4]}"]
    if trade in ("CAFE", "GROC"):
        groups.append(f"Deal {trade}")
    return groups + (["Stop"] if at % 37 == 36 else []) + (["Cash"] if at % 29 == 28 else [])


def _plain(text: str) -> str:
    """Lower-case ASCII letters and digits only, for mail domains."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isascii() and c.isalnum())


def _account_number(name: str, numbers: dict[str, int]) -> str:
    """Three letters and three digits, like KER014; a fourth digit when a thousand share the letters."""
    letters = _plain(name)[:3].upper()
    numbers[letters] = numbers.get(letters, 0) + 1
    return f"{letters}{numbers[letters]:03d}"
