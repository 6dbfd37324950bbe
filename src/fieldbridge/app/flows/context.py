"""What every stage works with: one connection, its settings, and the run that is under way."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from fieldbridge.app import access
from fieldbridge.app.connection_settings import ConnectionSettings, parse
from fieldbridge.app.installation import Installation
from fieldbridge.engine.stages import RunRef
from fieldbridge.store.ledger import runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.xero.links import Links
from fieldbridge.xero.session import Session


@dataclass(frozen=True)
class Context:
    """One run of one connection. gate is whose Governor and credentials calls to Xero go through."""

    installation: Installation
    connection: Connection
    settings: ConnectionSettings
    ref: RunRef
    gate: Installation

    @property
    def id(self) -> str:
        """The connection's name, the first key of every row."""
        return self.connection.id

    @property
    def folder(self) -> Path:
        """The folder both sides of the field contract share."""
        return Path(self.connection.folder)

    @property
    def links(self) -> Links:
        """Where a person can see the organisation's records."""
        return Links(self.connection.xero_url, self.connection.short_code)

    def now(self) -> datetime:
        """The present moment."""
        return self.installation.now()

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at the end."""
        with self.installation.database.write() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that changes nothing."""
        with self.installation.database.read() as tx:
            yield tx

    def session(self) -> Session:
        """A session with the connection's organisation."""
        governor = access.Governor(self.gate, self.id, self.ref.flow, self.settings.calls_per_day, self.say)
        return access.xero(self.gate, self.connection, governor)

    def say(self, doing: str) -> None:
        """Tell whoever watches what the run is doing."""
        with self.write() as tx:
            runs.say(tx, self.ref.run_id, doing)

    def accepted(self) -> str:
        """The digest of what a person let pass a Guard for this run, or an empty text."""
        with self.read() as tx:
            return runs.find(tx, self.ref.run_id).accepted

    def log_each(self, tx: sa.Connection, event: str, each: Sequence[Mapping[str, object]]) -> None:
        """Write a line of the activity log for each of some records."""
        runs.record_each(tx, self.id, self.ref.run_id, self.now(), event, each)

    def log(self, tx: sa.Connection, event: str, **fields: object) -> None:
        """Write one line of the activity log."""
        runs.record(tx, self.id, self.ref.run_id, self.now(), event, **fields)


def context_of(installation: Installation, ref: RunRef, gate: Installation | None = None) -> Context:
    """The context of a run, with the installation's own gate unless another is given.

    Errors: SetupError when the connection or its settings cannot be used.
    """
    connection = installation.connection(ref.connection_id)
    return Context(installation, connection, parse(connection.settings), ref, gate or installation)
