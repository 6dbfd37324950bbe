"""Asking Xero for evidence: real reads, which pass the Governor and are counted like any others."""

from collections.abc import Callable

from fieldbridge.app import access
from fieldbridge.app.connection_settings import parse
from fieldbridge.app.installation import Installation
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.xero.session import Session

FLOW = "evidence"


def session_of(installation: Installation, one: Connection, tell: Callable[[str], None] = lambda _: None) -> Session:
    """A session that may not spend what is kept for orders; `tell` hears what is being waited for."""
    governor = access.Governor(installation, one.id, FLOW, parse(one.settings).calls_per_day, tell)
    return access.xero(installation, one, governor)
