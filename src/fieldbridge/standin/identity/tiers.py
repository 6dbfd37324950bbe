"""How many organisations an application may reach, and how many uncertified applications an organisation bears.

Source: Xero, limits; pricing: tiers since March 2026.
"""

from __future__ import annotations

from fieldbridge.standin.identity.clients import Client
from fieldbridge.standin.local_xero import LocalXero


def connection_fault(xero: LocalXero, client: Client, chosen: list[str]) -> str:
    """Why the client cannot be let into `chosen`; empty when it can. Organisations it reaches already do not count."""
    connections, options, switches = xero.identity.connections, xero.options, xero.board.now
    fresh = [one for one in chosen if not connections.is_connected(client.client_id, one)]
    most = options.connections_per_app
    if most and len(connections.of(client.client_id)) + len(fresh) > most:
        return switches.text_connections_full.format(limit=most)
    for organisation_id in fresh:
        if options.uncertified_apps and _uncertified(xero, organisation_id) >= options.uncertified_apps:
            name = xero.books.names()[organisation_id]
            return switches.text_uncertified_full.format(organisation=name, limit=options.uncertified_apps)
    return ""


def _uncertified(xero: LocalXero, organisation_id: str) -> int:
    """Custom connections are outside the tiers."""
    clients = map(xero.applications.by_client_id, xero.identity.connections.clients_of(organisation_id))
    return sum(client is not None and client.kind != "custom" for client in clients)
