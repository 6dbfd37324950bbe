"""One installation opened: its database, its vault and its clock, handed to every operation."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from threading import Event
from typing import Self

import httpx2
import sqlalchemy as sa

from fieldbridge.app.settings import Settings
from fieldbridge.app.traces.sending import sending
from fieldbridge.app.traces.spans import Traces
from fieldbridge.core.errors import SetupError
from fieldbridge.net.wire import open_client
from fieldbridge.store.database import Database, open_engine, unreachable
from fieldbridge.store.ledger import connections, marks
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.migrating import migrate
from fieldbridge.store.vault import Vault, holds_secrets, load_key
from fieldbridge.store.versions import Archive

LONGEST_PAUSE_S = 1.0


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Installation:
    """What operations work with. Time and waiting are passed in, so that tests may own them.

    stopping is set while the worker of this process closes: who waits for long then gives up.
    """

    settings: Settings
    database: Database
    vault: Vault
    now: Callable[[], datetime] = utc_now
    pause: Callable[[float], None] = time.sleep
    stopping: Event = field(default_factory=Event)
    traces: Traces = field(default_factory=Traces)

    def rest(self, wait_s: float) -> bool:
        """Wait, and say whether all of it was waited: not when the process is about to end."""
        while wait_s > 0 and not self.stopping.is_set():
            self.pause(min(wait_s, LONGEST_PAUSE_S))
            wait_s -= LONGEST_PAUSE_S
        return not self.stopping.is_set()

    @cached_property
    def client(self) -> httpx2.Client:
        """The one HTTP client, opened when first used, so that its connections and certificates serve every run."""
        return open_client(self.settings.timeout_s)

    def __enter__(self) -> Self:
        """Use the installation."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the client, if it was ever opened."""
        if "client" in vars(self):
            self.client.close()

    def archive(self, connection_id: str) -> Archive:
        """Where the versions of a connection's published files are kept."""
        return Archive(self.settings.home / "versions" / connection_id)

    def check_here(self) -> None:
        """Two ledgers at work for one client would be a danger. Errors: SetupError when this one was moved away."""
        with self.database.read() as tx:
            moved_to = marks.find(tx, marks.MOVED_TO)
        if moved_to:
            raise SetupError(
                "database.moved",
                f"This database was moved to {moved_to} and is closed for good.",
                remedy="Set FIELDBRIDGE_DATABASE_URL to the new one.",
            )

    def connection(self, connection_id: str) -> Connection:
        """One connection. Errors: SetupError when there is none of that name."""
        with self.database.read() as tx:
            found = connections.find(tx, connection_id)
            names = [] if found else [one.id for one in connections.every(tx)]
        if found is None:
            raise SetupError(
                "connection.unknown",
                f"There is no connection called {connection_id}.",
                remedy=f"Known: {', '.join(names)}." if names else "Make one with `fieldbridge connect`.",
            )
        return found

    def known(self) -> list[Connection]:
        """All connections; perhaps none."""
        with self.database.read() as tx:
            return connections.every(tx)

    def connections(self, only: str | None = None) -> list[Connection]:
        """All connections, or the one named. Errors: SetupError when there is none."""
        if only:
            return [self.connection(only)]
        found = self.known()
        if not found:
            raise SetupError(
                "connection.none", "There is no connection yet.", remedy="Make one with `fieldbridge connect`."
            )
        return found


@contextmanager
def opened(settings: Settings) -> Iterator[Installation]:
    """Open an installation, making its home and bringing its schema forward."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(settings.url)
    try:
        _migrated(engine)
        database = Database(engine)
        with (
            sending(settings.traces_to, settings.seed) as traces,
            Installation(settings, database, _vault(settings, database), traces=traces) as installation,
        ):
            installation.check_here()
            yield installation
    finally:
        engine.dispose()


def _migrated(engine: sa.Engine) -> None:
    try:
        migrate(engine)
    except sa.exc.DatabaseError as error:
        raise unreachable(engine, error) from error


def _vault(settings: Settings, database: Database) -> Vault:
    """The vault with the key that is here. A new one is made only where nothing was sealed with an older."""
    given = settings.key.get_secret_value()
    if not given and not settings.key_file.exists():
        with database.read() as tx:
            if holds_secrets(tx):
                raise SetupError(
                    "vault.key_missing",
                    f"The key that opens this database's secrets is not here: neither {settings.key_file} nor "
                    "FIELDBRIDGE_KEY.",
                    remedy="Put it back. If it is lost, the reference of problems says how to go on without it.",
                )
    return Vault(load_key(given, settings.key_file))
