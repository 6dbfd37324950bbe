"""The lookout: finds what has begun and what has ended, and has it told in the same transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.app.alerts.digest import Digests
from fieldbridge.app.alerts.wishes import KnownWishes, Wishes
from fieldbridge.app.installation import Installation
from fieldbridge.core.alerts.watch import DEAR_MAX, Dear, Key, Step, seen, step
from fieldbridge.core.standing import Standing
from fieldbridge.store.database import chunks
from fieldbridge.store.ledger import alerts, leases, notices, runs, standings
from fieldbridge.store.ledger.notices import Notice

CONNECTIONS_AT_ONCE = 200
LEASE, LEASE_S = "alerts", 55.0


class Change(msgspec.Struct, frozen=True):
    """What is new of one connection."""

    connection: str
    step: Step
    to: list[str]


class Lookout:
    """Looks at every connection again and again. me: this worker's name; of all workers one looks at a time."""

    def __init__(self, installation: Installation, me: str) -> None:
        self._installation = installation
        self._me = me
        self._wishes = KnownWishes()
        self._digests = Digests(installation, self._wishes)

    def look(self) -> int:
        """One look. Shape: how many alerts began or ended."""
        now = self._installation.now()
        with self._installation.database.write() as tx:
            if not leases.take(tx, LEASE, self._me, now, LEASE_S):
                return 0
        with self._installation.database.read() as tx:
            every = standings.every(tx, now.date())
            changes = list(self._changes(tx, every, now))
        for some in chunks(changes, CONNECTIONS_AT_ONCE):
            with self._installation.database.write() as tx:
                for change in some:
                    _note(tx, change, now)
        self._digests.make(every)
        return sum(len(one.step.began) + len(one.step.ended) for one in changes)

    def _changes(self, tx: sa.Connection, every: Sequence[Standing], now: datetime) -> Iterator[Change]:
        stand = alerts.keys(tx)
        for one in every:
            wishes = self._wishes.of(one.connection, one.settings)
            sight = seen(one, wishes.rules, wishes.calendar, now, _dear(tx, one, wishes))
            change = step(stand.get(one.connection, frozenset[Key]()), sight)
            if change.began or change.ended:
                yield Change(one.connection, change, wishes.to(self._installation.settings.told))


def _dear(tx: sa.Connection, one: Standing, wishes: Wishes) -> list[Dear]:
    above = wishes.rules.problem_above
    return [] if above is None or not one.problems else alerts.dear(tx, one.connection, above, DEAR_MAX)


def _note(tx: sa.Connection, change: Change, now: datetime) -> None:
    """Begin and end what is new, with the notices of it: somebody else may have done so meanwhile."""
    name = change.connection
    for one in change.step.began:
        if alerts.begin(tx, name, one, now):
            begun = alerts.Standing(**msgspec.structs.asdict(one), connection_id=name, began_at=now)
            notices.put(tx, _notices(change.to, begun))
            runs.record(tx, name, None, now, "alert.began", kind=one.kind, about=one.about, said=one.said)
    for key in sorted(change.step.ended):
        if ended := alerts.end(tx, name, key):
            notices.put(tx, _notices(change.to, ended, now))
            runs.record(tx, name, None, now, "alert.ended", kind=ended.kind, about=ended.about)


def _notices(to: Sequence[str], one: alerts.Standing, ended_at: datetime | None = None) -> list[Notice]:
    shared = msgspec.structs.asdict(one)
    return [Notice(**shared, addressee=each, what="ended" if ended_at else "began", ended_at=ended_at) for each in to]
