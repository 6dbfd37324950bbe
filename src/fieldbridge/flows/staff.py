"""Staff: the reps that the settings name. Source: field-sales facts §9."""

from collections.abc import Mapping

from fieldbridge.core.records.field import Staff


def staff_of(names: Mapping[str, str]) -> list[Staff]:
    """Every rep the settings name. Shape: by code; names maps code to full name."""
    return [_staff(code, names[code]) for code in sorted(names)]


def _staff(code: str, name: str) -> Staff:
    first, _, surname = name.partition(" ")
    return Staff(code=code, first_name=first, surname=surname)
