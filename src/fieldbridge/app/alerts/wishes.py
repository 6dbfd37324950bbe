"""What of each connection's settings alerts depend on, read anew only when the settings have changed."""

from collections.abc import Sequence

import msgspec

from fieldbridge.app.connection_settings import parse
from fieldbridge.core.alerts.rules import AlertRules
from fieldbridge.core.calendar import Calendar
from fieldbridge.core.errors import SetupError


class Wishes(msgspec.Struct, frozen=True):
    """One connection's."""

    rules: AlertRules = AlertRules()
    calendar: Calendar = Calendar()
    time_zone: str = ""

    def to(self, desk: Sequence[str]) -> list[str]:
        """Who is told of it, each once: the desk that looks after all, and its own office."""
        return list(dict.fromkeys((*desk, *self.rules.addresses)))


class KnownWishes:
    """Those of all connections: reading ten thousand settings anew every minute would cost seconds."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, Wishes]] = {}

    def of(self, connection_id: str, settings: str) -> Wishes:
        """A connection's; the usual where its settings cannot be used, as its next run will say."""
        text = hash(settings)
        known = self._known.get(connection_id)
        if known is None or known[0] != text:
            self._known[connection_id] = known = text, wishes_in(settings)
        return known[1]


def wishes_in(text: str) -> Wishes:
    """What the text of some settings says."""
    try:
        found = parse(text)
    except SetupError:
        return Wishes()
    return Wishes(found.alerts, found.schedule.calendar, found.time_zone)
