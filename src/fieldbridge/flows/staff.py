"""Staff: the reps that the settings name. Source: field-sales facts §9."""

from collections.abc import Iterable, Iterator, Mapping

from fieldbridge.core.plan import Problem
from fieldbridge.core.records.field import Staff
from fieldbridge.core.records.sheets import STAFF_CODE_MAX


def staff_of(names: Mapping[str, str]) -> list[Staff]:
    """Every rep the settings name. Shape: by code; names maps code to full name."""
    return [_staff(code, names[code]) for code in sorted(names)]


def faults(staff: Iterable[Staff]) -> Iterator[Problem]:
    """Reps whose code no tablet can sign in with. Source: field-sales facts §9."""
    for one in staff:
        if len(one.code) > STAFF_CODE_MAX:
            yield Problem(
                kind="staff",
                key=one.code,
                code="staff.code_long",
                message=f"The code {one.code} has more than the {STAFF_CODE_MAX} characters of a tablet's login.",
                remedy="Give the rep a shorter code in contact groups, tracking options, settings and sheets.",
                cause=one.code,
            )


def _staff(code: str, name: str) -> Staff:
    first, _, surname = name.partition(" ")
    return Staff(code=code, first_name=first, surname=surname)
