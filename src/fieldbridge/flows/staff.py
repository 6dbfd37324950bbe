"""Staff: the reps that the customers' contact groups name. Source: field-sales facts §9."""

from collections.abc import Iterable, Mapping

from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.field import Staff
from fieldbridge.flows.groups import marks_of


def staff_of(contacts: Iterable[Contact], names: Mapping[str, str]) -> list[Staff]:
    """Every rep with a customer, and every rep the settings name. Shape: by code; names maps code to full name."""
    codes = {marks_of(contact.groups).rep for contact in contacts} | set(names)
    return [_staff(code, names.get(code, code)) for code in sorted(codes - {""})]


def _staff(code: str, name: str) -> Staff:
    first, _, surname = name.partition(" ")
    return Staff(code=code, first_name=first, surname=surname)
