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
        self._by_client: dict[str, dict[str, Connection]] = {}
        self._clients_of: dict[str, set[str]] = {}

    def connect(self, client_id: str, organisation_id: str, auth_event_id: str, now: datetime) -> None:
        """Make or renew one; a renewed one keeps its id and the day it was made."""
        before = self._by_client.get(client_id, {}).get(organisation_id) or Connection(
            str(uuid.uuid4()), client_id, organisation_id, auth_event_id, now, now
        )
        self._put(replace(before, auth_event_id=auth_event_id, updated=now, is_live=True))

    def of(self, client_id: str) -> list[Connection]:
        """The live ones of one client, oldest first."""
        return [one for one in self._by_client.get(client_id, {}).values() if one.is_live]

    def clients_of(self, organisation_id: str) -> set[str]:
        """The clients that reach this organisation."""
        return self._clients_of.get(organisation_id, set())

    def is_connected(self, client_id: str, organisation_id: str) -> bool:
        """The client reaches this organisation."""
        return client_id in self.clients_of(organisation_id)

    def disconnect(self, connection: Connection) -> None:
        """The client does not reach it any more."""
        self._put(replace(connection, is_live=False))

    def disconnect_all(self, client_id: str) -> None:
        """The client reaches nothing any more."""
        for connection in self.of(client_id):
            self.disconnect(connection)

    def _put(self, connection: Connection) -> None:
        self._by_client.setdefault(connection.client_id, {})[connection.organisation_id] = connection
        clients = self._clients_of.setdefault(connection.organisation_id, set())
        (clients.add if connection.is_live else clients.discard)(connection.client_id)


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
