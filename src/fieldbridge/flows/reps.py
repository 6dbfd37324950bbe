"""Whose customer it is, on which day. A hand-over takes effect on its day, whenever the office changes the groups.

What is remembered are the days from which a customer's rep was another; hand-overs of the settings that Xero does not
show yet count on top. So what was sold before the day stays with whoever sold it.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from fieldbridge.core.records.books import Contact
from fieldbridge.core.rules import Handover
from fieldbridge.flows.groups import marks_of

ALWAYS = date(1970, 1, 1)
Since = tuple[date, str]


def rep_now(contact: Contact, by_sheet: str, tracking: str, names: Mapping[str, str]) -> str:
    """Who Xero says it is: by contact group, else by the tracking option of new sales, else by the customers sheet.

    Shape: names maps codes and full names, in small letters, to codes.
    """
    option = next((option for category, option in contact.sales_tracking if category == tracking), "")
    return marks_of(contact.groups).rep or names.get(option.casefold(), "") or by_sheet


def rep_on(day: date, known: Sequence[Since], customer: str, handovers: Sequence[Handover]) -> str:
    """Who it was, or is, on a day. Shape: known are (from when, rep), the earliest first."""
    rep = next((rep for since, rep in reversed(known) if since <= day), known[0][1] if known else "")
    for one in sorted(handovers, key=lambda one: one.on):
        if one.on <= day and one.before == rep and (not one.customers or customer in one.customers):
            rep = one.after
    return rep


def since_when(before: str, after: str, customer: str, handovers: Sequence[Handover], today: date) -> date:
    """From which day a rep that Xero now shows is the rep: from the hand-over of the settings, else from today."""
    announced = [
        one.on
        for one in handovers
        if (one.before, one.after) == (before, after) and (not one.customers or customer in one.customers)
    ]
    return max(announced, default=today)
