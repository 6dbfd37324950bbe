"""Somebody's consent, given in a browser anywhere: it comes back to the web server of `fieldbridge run --listen`.

The request waits sealed in the database under a digest of its state, so that whichever process serves can tell an
answer that is awaited from any other, and pass it on. Source: Xero, redirect URIs: https.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import msgspec
import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in.consent import WAIT_S, landed, page
from fieldbridge.core.errors import AccessError
from fieldbridge.net.oauth2 import Consent

PATH = "/sign-in/xero"
OWNER = "consent"
LOOK_AGAIN_S = 0.5
QUERY_MAX = 8_000


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A request for consent and what came of it. Shape: came_back is the address, empty until somebody comes back."""

    consent: Consent
    until: datetime
    came_back: str = ""


def by_server(installation: Installation, asked: Consent, tell: Callable[[str], None]) -> str:
    """Name the page to open and wait for the browser to come back to the server. Shape: the address it came back to.

    Errors: AccessError when nobody comes back in time.
    """
    name, until = _name(asked.state), installation.now() + timedelta(seconds=WAIT_S)
    with installation.database.write() as tx:
        _forget_late(installation, tx)
        _keep(installation, tx, Awaited(consent=asked, until=until))
    tell(f"Open this page in a browser, on any machine, within five minutes:\n{asked.address}")
    try:
        return _answer(installation, name, until)
    finally:
        with installation.database.write() as tx:
            installation.vault.delete(tx, OWNER, name)


def came_back(installation: Installation, query: str) -> tuple[int, bytes]:
    """Take what a browser brought back; only the first answer to a request counts. Shape: status and page."""
    state = parse_qs(query[:QUERY_MAX]).get("state", [""])[0]
    address = f"{PATH}?{query}"
    with installation.database.write() as tx:
        awaited = _find(installation, tx, _name(state))
        if awaited is None or awaited.until < installation.now() or len(query) > QUERY_MAX:
            return page(
                400,
                "Not connected",
                "Nobody here waits for this answer. It may have come after five minutes, or a second time.",
                "Start `fieldbridge connect` again. Nothing was changed here.",
            )
        if not awaited.came_back:
            _keep(installation, tx, msgspec.structs.replace(awaited, came_back=address))
    return landed(awaited.consent, address)


def _answer(installation: Installation, name: str, until: datetime) -> str:
    while installation.now() < until:
        with installation.database.read() as tx:
            awaited = _find(installation, tx, name)
        if awaited is not None and awaited.came_back:
            return awaited.came_back
        installation.pause(LOOK_AGAIN_S)
    raise AccessError(
        "access.no_answer",
        "Nobody came back from Xero within five minutes.",
        remedy=f"Check that `fieldbridge run --listen` is reached at {PATH}, and start again.",
    )


def _name(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _keep(installation: Installation, tx: sa.Connection, awaited: Awaited) -> None:
    installation.vault.put(tx, OWNER, _name(awaited.consent.state), msgspec.json.encode(awaited))


def _find(installation: Installation, tx: sa.Connection, name: str) -> Awaited | None:
    sealed = installation.vault.get(tx, OWNER, name)
    return msgspec.json.decode(sealed, type=Awaited) if sealed else None


def _forget_late(installation: Installation, tx: sa.Connection) -> None:
    """What a `connect` that was killed has left behind."""
    for name in installation.vault.names(tx, OWNER):
        awaited = _find(installation, tx, name)
        if awaited is not None and awaited.until < installation.now():
            installation.vault.delete(tx, OWNER, name)
