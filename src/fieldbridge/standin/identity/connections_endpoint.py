"""GET /connections and DELETE /connections/{id}."""

from __future__ import annotations

from datetime import datetime

from fieldbridge.standin.identity.bearer import claims_of
from fieldbridge.standin.identity.connections import shown
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.request import Request
from fieldbridge.standin.wire.answers import Answer, json_answer, not_found
from fieldbridge.standin.wire.query import Query


def connections(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """Every organisation this token reaches; with `authEventId` only those of one consent. Errors: 401."""
    client, _ = claims_of(xero, request, now)
    event = Query(request.query).text("authEventId").lower()
    found = [one for one in xero.identity.connections.of(client.client_id) if event in ("", one.auth_event_id)]
    names = xero.books.names()
    return json_answer(
        [shown(one, names[one.organisation_id]) for one in found if one.organisation_id in names]
    )  # fmt: skip


def disconnect(xero: LocalXero, request: Request, now: datetime) -> Answer:
    """204; 404 for a connection that is not there or not this client's."""
    client, _ = claims_of(xero, request, now)
    wanted = request.path.rstrip("/").rpartition("/")[2].lower()
    for connection in xero.identity.connections.of(client.client_id):
        if connection.connection_id == wanted:
            xero.identity.connections.disconnect(connection)
            return Answer(204)
    raise not_found()
