"""People at customers as files: the list the tablets get, and the edits they give back, in one layout.

Its columns are proposed: no cloud's layout is public. Source: field-sales facts §2 (contact person).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.people import LONG_AGO, Edit, Held, More
from fieldbridge.field.folder.csv_rows import in_utf8, plain
from fieldbridge.field.folder.master_files import Row
from fieldbridge.field.folder.profile import Profile

TEXT_MAX = 255
_NEEDED = ("CustomerID", "FirstName", "LastName")
_MORE = {
    "title": "Title",
    "job_title": "JobTitle",
    "phone": "Phone",
    "mobile": "Mobile",
    "fax": "Fax",
    "notes": "Notes",
    "department": "Department",
}
_YES, _NO = ("1", "y", "yes", "true"), ("0", "n", "no", "false")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def people_rows(people: Iterable[tuple[str, Held]], profile: Profile) -> Iterator[Row]:
    """Rows of Contacts.csv, of (customer, person). Who is no longer active is among them, so that tablets learn it."""
    flags = {True: profile.flag_true, False: profile.flag_false}
    for customer, one in people:
        edited_at = max(one.edited_at, one.in_emails_at, one.more_at)
        yield Row(
            f"{customer} {one.first_name} {one.last_name}",
            {
                "CustomerID": customer,
                "FirstName": one.first_name,
                "LastName": one.last_name,
                "Email": one.email,
                "PrimaryContact": flags[one.more.is_primary],
                "Active": flags[one.is_active],
                "IncludeInEmails": flags[one.in_emails],
                "EditedAt": "" if edited_at == LONG_AGO else f"{edited_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                **{column: getattr(one.more, name) for name, column in _MORE.items()},
            },
        )


def read_edits(
    content: bytes, name: str, profile: Profile, zone: tzinfo, now: datetime
) -> Iterator[Edit | RefusedError]:
    """Each row of a file as an edit, or why it is none.

    A moment without an offset is of `zone`; one that is lacking or yet to come is now: a tablet whose clock is wrong
    must not win for ever. Errors: RefusedError person.file when no row can be told from another.
    """
    rows = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    columns: list[str] | None = None if profile.people.header else list(profile.people.columns)
    try:
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, name, profile)
                continue
            values = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
            # Of two edits without a moment the lower row is the last.
            later = now + timedelta(microseconds=rows.line_num)
            yield _attempt(values, f"{name}, line {rows.line_num}", profile, zone, later)
    except csv.Error as error:
        said = f"{name}, line {rows.line_num}: it cannot be told which field is which ({error})."
        raise RefusedError("person.file", said, remedy="Export the file anew.") from error


def _text(content: bytes) -> str:
    try:
        return plain(in_utf8(content).decode("utf-8-sig"))
    except UnicodeDecodeError:
        return plain(content.decode("cp1252", "replace"))


def _columns(cells: list[str], name: str, profile: Profile) -> list[str]:
    known = {column.casefold(): column for column in profile.people.columns}
    columns = [known.get(cell.strip().casefold(), "") for cell in cells]
    if lacking := [one for one in _NEEDED if one not in columns]:
        said = f"The first row of {name} does not name the columns {', '.join(lacking)}."
        raise RefusedError("person.file", said, remedy="Have the first row name the columns, or change profile.people.")
    return columns


def _attempt(
    values: Mapping[str, str], where: str, profile: Profile, zone: tzinfo, now: datetime
) -> Edit | RefusedError:
    try:
        return _edit(values, profile, zone, now)
    except ValueError as error:
        said = f"{where}: {error}."
        return RefusedError(
            "person.row", said, remedy="Correct the person on the tablet, or the row, and send it again."
        )


def _edit(values: Mapping[str, str], profile: Profile, zone: tzinfo, now: datetime) -> Edit:
    if long := [column for column, value in values.items() if len(value) > TEXT_MAX and column != "Notes"]:
        raise ValueError(f"{long[0]} is longer than {TEXT_MAX} characters")
    if not values.get("CustomerID"):
        raise ValueError("it names no customer")
    if not (values.get("FirstName") or values.get("LastName")):
        raise ValueError("the person has no name")
    email = values.get("Email", "")
    if email and not _EMAIL.fullmatch(email):
        raise ValueError(f"{email} is no e-mail address")
    is_active = _flag(values.get("Active", ""), profile)
    return Edit(
        customer=values["CustomerID"],
        first_name=values["FirstName"],
        last_name=values["LastName"],
        email=email,
        is_active=is_active is not False,
        in_emails=_flag(values.get("IncludeInEmails", ""), profile),
        more=More(
            is_primary=_flag(values.get("PrimaryContact", ""), profile) is True,
            **{name: values.get(column, "") for name, column in _MORE.items()},
        ),
        at=_moment(values.get("EditedAt", ""), zone, now),
    )


def _flag(text: str, profile: Profile) -> bool | None:
    plain = text.casefold()
    if plain in ("", profile.flag_none.casefold()):
        return None
    if plain == profile.flag_true.casefold() or plain in _YES:
        return True
    if plain == profile.flag_false.casefold() or plain in _NO:
        return False
    raise ValueError(f"{text} is neither yes nor no")


def _moment(text: str, zone: tzinfo, now: datetime) -> datetime:
    if not text:
        return now
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no moment such as 2026-07-14T10:32:05") from None
    return min(now, (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC))
