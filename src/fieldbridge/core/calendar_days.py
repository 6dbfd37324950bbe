"""The organisation's calendar: which day it is there, at a moment.

Source: Xero names an organisation's time zone as Windows does, in capitals without spaces; new names appear.
"""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import win_tz

_NOT_IN_A_NAME = re.compile("[^A-Z0-9]")


def _named(windows_name: str) -> str:
    return _NOT_IN_A_NAME.sub("", windows_name.upper())


ZONES = {_named(windows): iana for windows, iana in win_tz.items()}


def zone_of(xero_name: str, chosen: str = "") -> ZoneInfo | None:
    """The zone an organisation lives in: the chosen one, else Xero's; None for a name nobody knows."""
    name = chosen or ZONES.get(_named(xero_name), "")
    return ZoneInfo(name) if name else None


def day_at(moment: datetime, zone: ZoneInfo | None) -> date:
    """The calendar day of a moment; without a zone, that of Greenwich."""
    return moment.astimezone(zone or UTC).date()
