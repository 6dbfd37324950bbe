"""The teller: sends what is to be told, a message for each addressee, gathered and not too many at once."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import msgspec

from fieldbridge.app.alerts.channels import Channels
from fieldbridge.app.installation import Installation
from fieldbridge.core.alerts.rules import MAIL
from fieldbridge.core.errors import FieldbridgeError
from fieldbridge.store.ledger import leases, notices, runs
from fieldbridge.store.ledger.notices import Notice

MESSAGES_PER_ROUND = 50
# What begins soon after a message waits for the next, so that a storm is one mail.
GATHER = timedelta(minutes=5)
NOTICES_PER_POST = 500
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
DOUBLINGS_MAX = 10
LEASE, LEASE_S = "alerts told", 60.0
KEPT = timedelta(days=7)
Ways = Callable[[Installation], AbstractContextManager[Channels]]


class Teller:
    """Tells. me: this worker's name; of all workers of a database one tells at a time."""

    def __init__(self, installation: Installation, me: str, ways: Ways = Channels) -> None:
        self._installation = installation
        self._me = me
        self._ways = ways

    def tell(self) -> int:
        """One round. Shape: how many messages were sent."""
        now = self._installation.now()
        with self._installation.database.read() as tx:
            due = notices.due(tx, now, MESSAGES_PER_ROUND)
        if not due:
            return 0
        with self._ways(self._installation) as channels:
            return sum(self._tell(channels, address) for address in due if self._mine())

    def _mine(self) -> bool:
        with self._installation.database.write() as tx:
            return leases.take(tx, LEASE, self._me, self._installation.now(), LEASE_S)

    def _tell(self, channels: Channels, address: str) -> bool:
        """The message gets its name first, is sent, and only then forgotten."""
        limit = None if address.startswith(MAIL) else NOTICES_PER_POST
        with self._installation.database.write() as tx:
            name, some = notices.gather(tx, address, str(uuid.uuid4()), limit)
        if not some:
            return False
        try:
            channels.send(name, some)
        except FieldbridgeError as error:
            self._failed(address, error)
            return False
        now = self._installation.now()
        with self._installation.database.write() as tx:
            notices.sent(tx, address, name, now, now if len(some) == limit else now + GATHER)
        return True

    def _failed(self, address: str, error: FieldbridgeError) -> None:
        now = self._installation.now()
        with self._installation.database.write() as tx:
            before = notices.reach(tx, address)
            failures = (before.failures if before else 0) + 1
            notices.failed(tx, address, failures, f"{error.code}: {error}", now + wait_after(failures))

    def give_up(self) -> None:
        """Forget what could not be told for a week, and say so in the activity log."""
        now = self._installation.now()
        with self._installation.database.write() as tx:
            for one in notices.give_up(tx, now - KEPT):
                runs.record(tx, one.connection_id, None, now, "alert.untold", **_told(one))


def wait_after(failures: int) -> timedelta:
    """How long an addressee is left alone after so many failures in a row."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(failures - 1, DOUBLINGS_MAX)))


def _told(one: Notice) -> dict[str, object]:
    shared = msgspec.structs.asdict(one)
    return {name: shared[name] for name in ("what", "kind", "about", "addressee")}
