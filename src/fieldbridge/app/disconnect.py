"""Disconnecting: the link at Xero is ended, the tokens are given back and forgotten; links and history stay."""

from fieldbridge.app.access import tenant_of
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import CUSTOM_CONNECTION, PRIVATE_APP, private_app, tokens
from fieldbridge.app.sign_in.grant import Bearer, is_stale
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.core.standing import DISCONNECTED
from fieldbridge.net import oauth2
from fieldbridge.net.layers import renewed, signed
from fieldbridge.net.wire import wire
from fieldbridge.store.ledger import connections, runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.xero.connections import disconnect as end_link
from fieldbridge.xero.connections import reached


def disconnect(installation: Installation, one: Connection) -> None:
    """End a connection at Xero and here.

    A private app and a custom connection can only be ended on Xero's own page; here their credentials are forgotten.

    Errors: OutageError or AccessError when Xero cannot be told; then nothing was forgotten here.
    """
    if one.sign_in not in (PRIVATE_APP, CUSTOM_CONNECTION):
        _give_back(installation, one)
    now = installation.now()
    with installation.database.write() as tx:
        tokens.forget(installation, tx, one.id)
        private_app.forget(installation, tx, one.id)
        connections.pause(tx, one.id, DISCONNECTED)
        runs.record(tx, one.id, None, now, "connection.ended", organisation=one.organisation_name)


def _give_back(installation: Installation, one: Connection) -> None:
    """Delete this organisation's link; revoke the grant when it reached no other."""
    refresher = Refresher(installation, one.id, one.identity_url)
    bearer = Bearer(refresher, "")
    handler = renewed(signed(wire(installation.client), bearer.sign), is_stale, bearer.renew)
    for reach in reached(handler, one.xero_url):
        if reach.tenant_id == tenant_of(one):
            end_link(handler, one.xero_url, reach)
    if not reached(handler, one.xero_url):
        oauth2.revoke(wire(installation.client), one.identity_url, refresher.application(), refresher.fresh())
