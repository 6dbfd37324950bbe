"""What the ledger says of a period: each transaction captured in it, what was posted for it, and what stopped it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.evidence.held import MONEY_OF
from fieldbridge.app.evidence.kept import expect_kept
from fieldbridge.app.evidence.transactions import main
from fieldbridge.core.calendar_days import day_at, zone_of
from fieldbridge.store import books
from fieldbridge.store.ledger import evidence
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.evidence import Arrival, Part, PastProblem

# Nobody's calendar is further ahead of UTC, and a tablet's clock is rarely further ahead than that.
AHEAD = timedelta(days=2)


@dataclass(frozen=True)
class Period:
    """The ledger's part. Shape: arrived and parts by transaction, problems by arrival.

    A transaction that could not be read and has no key goes by its file and its place in it.
    """

    zone: ZoneInfo | None
    arrived: Mapping[str, list[Arrival]]
    parts: Mapping[str, list[Part]]
    problems: Mapping[int | None, list[PastProblem]]

    def day(self, key: str) -> date:
        """The day it was captured; for one that could not be read, the day it was taken."""
        return day_of(main(self.arrived[key]), self.zone)

    def posted(self, key: str) -> list[Part]:
        """The documents that went to Xero for one transaction."""
        return [part for part in self.parts.get(key, []) if part.state == "posted" and part.kind in MONEY_OF]


def day_of(one: Arrival, zone: ZoneInfo | None) -> date:
    """The day of one arrival."""
    return one.order.captured_on if one.order else day_at(one.taken_at, zone)


def period(tx: sa.Connection, one: Connection, first: date, last: date) -> Period:
    """The transactions captured from one day to another, both included.

    Errors: SetupError when some of them may be forgotten.
    """
    own = books.organisation(tx, one.id)
    zone = zone_of(own.timezone if own else "", parse(one.settings).time_zone)
    since = datetime.combine(first, time.min, UTC) - AHEAD
    expect_kept(tx, since)
    recent = evidence.taken_since(tx, one.id, since)
    inside = [(each.key, each) for each in recent if first <= day_of(each, zone) <= last]
    keyed = evidence.arrivals(tx, one.id, {key for key, _ in inside if key})
    nameless = {f"{each.file}#{each.position + 1}": [each] for key, each in inside if not key}
    arrived = {key: some for key, some in (keyed | nameless).items() if first <= day_of(main(some), zone) <= last}
    return Period(zone, arrived, evidence.parts(tx, one.id, keyed), _problems(tx, one.id, arrived.values()))


def _problems(
    tx: sa.Connection, connection_id: str, arrived: Iterable[list[Arrival]]
) -> Mapping[int | None, list[PastProblem]]:
    found: dict[int | None, list[PastProblem]] = {}
    for one in evidence.problems(tx, connection_id, [each for some in arrived for each in some]):
        found.setdefault(one.intake_id, []).append(one)
    return found
