"""Which organisations a person has connected to an application."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from fieldbridge.standin.wire.answers import Record


@dataclass(frozen=True)
class Connection:
    """One organisation reachable by one client. A disconnected one is kept, so that reconnecting is seen as such."""

    connection_id: str
    client_id: str
    organisation_id: str
    auth_event_id: str
    created: datetime
    updated: datetime
    is_live: bool = True


class Connections:
    """By client and organisation. Callers hold the server's lock."""

    def __init__(self) -> None:
        self._by_pair: dict[tuple[str, str], Connection] = {}

    def connect(self, client_id: str, organisation_id: str, auth_event_id: str, now: datetime) -> None:
        """Make or renew one; a renewed one keeps its id and the day it was made."""
        pair = (client_id, organisation_id)
        before = self._by_pair.get(pair) or Connection(str(uuid.uuid4()), *pair, auth_event_id, now, now)
        self._by_pair[pair] = replace(before, auth_event_id=auth_event_id, updated=now, is_live=True)

    def of(self, client_id: str) -> list[Connection]:
        """The live ones of one client, oldest first."""
        return [one for one in self._by_pair.values() if one.client_id == client_id and one.is_live]

    def is_connected(self, client_id: str, organisation_id: str) -> bool:
        """The client reaches this organisation."""
        found = self._by_pair.get((client_id, organisation_id))
        return found is not None and found.is_live

    def disconnect(self, connection: Connection) -> None:
        """The client does not reach it any more."""
        pair = (connection.client_id, connection.organisation_id)
        self._by_pair[pair] = replace(connection, is_live=False)

    def disconnect_all(self, client_id: str) -> None:
        """The client reaches nothing any more."""
        for connection in self.of(client_id):
            self.disconnect(connection)


def shown(connection: Connection, organisation_name: str) -> Record:
    """The connection as `GET /connections` lists it: times with seven decimals and no zone."""
    return {
        "id": connection.connection_id,
        "authEventId": connection.auth_event_id,
        "tenantId": connection.organisation_id,
        "tenantType": "ORGANISATION",
        "tenantName": organisation_name,
        "createdDateUtc": _instant(connection.created),
        "updatedDateUtc": _instant(connection.updated),
    }


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S.%f}0"
