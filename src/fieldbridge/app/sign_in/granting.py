"""Getting a grant: consent by PKCE or as a web app, or the credentials of a custom connection."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fieldbridge.app.connect import Hosts
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import CUSTOM_CONNECTION, WEB_APP, Kind
from fieldbridge.app.sign_in.grant import Grant, headers_of
from fieldbridge.app.sign_in.scopes import wanted
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import FLOWS
from fieldbridge.net import oauth2
from fieldbridge.net.exchange import Handler
from fieldbridge.net.layers import signed
from fieldbridge.net.oauth2 import Application, Consent, Tokens
from fieldbridge.net.wire import wire
from fieldbridge.xero.connections import Reach, reached

VERIFIER_BYTES = 64
STATE_BYTES = 24


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Shape: organisation is the name or id to choose when several were granted, or empty; flows are the chosen ones, more
    the scopes that settings need besides.
    """

    kind: Kind
    application: Application
    redirect_uri: str
    organisation: str = ""
    broad_scopes: bool = False
    flows: tuple[str, ...] = tuple(FLOWS)
    more: tuple[str, ...] = ()


def by_consent(installation: Installation, hosts: Hosts, wish: Wish, visit: Callable[[Consent], str]) -> Grant:
    """Have somebody consent. visit takes them to the page and gives the address they came back to."""
    if (wish.kind == WEB_APP) != bool(wish.application.client_secret):
        raise SetupError(
            "connect.secret", "A web app needs its client secret, and a PKCE app has none.", remedy="Check --sign-in."
        )
    handler = wire(installation.client)
    scopes = wanted(wish.flows, broad=wish.broad_scopes, offline=True, more=wish.more)
    verifier, state = secrets.token_urlsafe(VERIFIER_BYTES), secrets.token_urlsafe(STATE_BYTES)
    consent = oauth2.ask_consent(wish.application, hosts.login, wish.redirect_uri, scopes, verifier, state)
    code = oauth2.code_of(consent, visit(consent))
    tokens = oauth2.exchange(handler, hosts.identity, wish.application, consent, code, installation.now())
    granted = reached(_bearing(handler, tokens), hosts.api, oauth2.consent_id(tokens))
    return Grant(wish.kind, wish.application, tokens, chosen(granted, wish.organisation).tenant_id)


def custom_connection(installation: Installation, hosts: Hosts, wish: Wish) -> Grant:
    """Sign in as a custom connection: one organisation, chosen when the app was made."""
    scopes = wanted(wish.flows, broad=wish.broad_scopes, offline=False, more=wish.more)
    handler = wire(installation.client)
    tokens = oauth2.client_credentials(handler, hosts.identity, wish.application, scopes, installation.now())
    return Grant(CUSTOM_CONNECTION, wish.application, tokens, "")


def chosen(granted: Sequence[Reach], organisation: str) -> Reach:
    """The organisation meant. Errors: SetupError when it must be named, because several or others were granted."""
    fitting = [one for one in granted if not organisation or organisation in (one.tenant_name, one.tenant_id)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(one.tenant_name for one in granted) or "none"
    raise SetupError(
        "connect.organisation",
        f"Which organisation is meant is not clear; granted: {names}.",
        remedy="Connect again with --organisation NAME.",
    )


def _bearing(handler: Handler, tokens: Tokens) -> Handler:
    return signed(handler, lambda _: headers_of(tokens, ""))
