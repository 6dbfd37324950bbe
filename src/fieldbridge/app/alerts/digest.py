"""Making the digests that are due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import sqlalchemy as sa

from fieldbridge.app.alerts.wishes import KnownWishes, Wishes
from fieldbridge.app.alerts.wording import title
from fieldbridge.app.installation import Installation
from fieldbridge.core.alerts import digest
from fieldbridge.core.calendar_days import zone_of
from fieldbridge.core.records.books import Organisation
from fieldbridge.core.standing import Standing
from fieldbridge.store import books
from fieldbridge.store.database import chunks
from fieldbridge.store.ledger import alerts, digests, notices
from fieldbridge.store.ledger.digests import Due
from fieldbridge.store.ledger.notices import Notice

A_DAY = timedelta(days=1)
AT_ONCE = 200


@dataclass(frozen=True)
class Digests:
    """Makes them."""

    installation: Installation
    wishes: KnownWishes

    def make(self, every: Sequence[Standing]) -> int:
        """Make what is due, and note when the next ones are. Shape: how many were made."""
        now = self.installation.now()
        with self.installation.database.read() as tx:
            known = digests.every(tx)
        changed = [one for one in every if self._is_to_change(one, known.get(one.connection), now)]
        made = 0
        for some in chunks(changed, AT_ONCE):
            with self.installation.database.write() as tx:
                made += sum(self._turn(tx, one, known.get(one.connection), now) for one in some)
        return made

    def _is_to_change(self, one: Standing, due: Due | None, now: datetime) -> bool:
        hour = self.wishes.of(one.connection, one.settings).rules.digest_hour
        if due is None or hour is None:
            return (due is None) != (hour is None)
        return due.hour != hour or due.next_at <= now

    def _turn(self, tx: sa.Connection, one: Standing, due: Due | None, now: datetime) -> bool:
        """A digest whose hour has just been chosen waits for it."""
        wishes = self.wishes.of(one.connection, one.settings)
        hour = wishes.rules.digest_hour
        if hour is None:
            digests.forget(tx, one.connection)
            return False
        digests.keep(tx, [Due(one.connection, hour, digest.next_digest(now, hour, _zone(tx, one, wishes)))])
        if due is None or due.hour != hour:
            return False
        notices.put(tx, list(self._told(tx, one, wishes, now)))
        return True

    def _told(self, tx: sa.Connection, one: Standing, wishes: Wishes, now: datetime) -> Iterator[Notice]:
        stands = [title(each.kind, each.about) for each in alerts.standing(tx, [one.connection])]
        said = digest.text(one, digests.posted_since(tx, one.connection, now - A_DAY), stands, now)
        for each in wishes.to(self.installation.settings.told):
            yield Notice(connection_id=one.connection, addressee=each, what="digest", said=said, began_at=now)


def _zone(tx: sa.Connection, one: Standing, wishes: Wishes) -> tzinfo:
    """The connection's own time zone: the settings', else the organisation's, else Greenwich."""
    own = next(iter(books.every(tx, one.connection, Organisation)), None)
    return zone_of(own.timezone if own else "", wishes.time_zone) or UTC
