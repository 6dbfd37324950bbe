"""A grant of OAuth 2.0 put to use: bearer tokens on every request, renewed when Xero says they are stale."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import Kind
from fieldbridge.app.sign_in import tokens as keeping
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.net.exchange import Answer, Call, Handler
from fieldbridge.net.layers import signed
from fieldbridge.net.oauth2 import Application, Tokens
from fieldbridge.xero.failures import lacks_scope


@dataclass(frozen=True)
class Grant:
    """What somebody consented to, before it is kept. Shape: tenant_id is empty for a custom connection."""

    kind: Kind
    application: Application
    tokens: Tokens
    tenant_id: str

    def signed(self, inner: Handler, _installation: Installation) -> Handler:
        """Requests with these tokens as they are: they were granted a moment ago."""
        return signed(inner, lambda _: headers_of(self.tokens, self.tenant_id))

    def keep(self, installation: Installation, tx: sa.Connection, connection_id: str) -> None:
        """Seal the application and its tokens."""
        keeping.keep(installation, tx, connection_id, self.application, self.tokens)


@dataclass
class Bearer:
    """Signs requests of a connection, and renews when told that the last token was refused."""

    refresher: Refresher
    tenant_id: str
    last: str = field(default="", init=False)

    def sign(self, _call: Call) -> Mapping[str, str]:
        """Good tokens for one request."""
        tokens = self.refresher.fresh()
        self.last = tokens.access_token
        return headers_of(tokens, self.tenant_id)

    def renew(self) -> None:
        """Get other tokens than the ones that were just refused."""
        self.refresher.fresh(stale=self.last)


def headers_of(tokens: Tokens, tenant_id: str) -> dict[str, str]:
    """What says who asks, and for which organisation."""
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    return {**headers, "xero-tenant-id": tenant_id} if tenant_id else headers


def is_stale(answer: Answer) -> bool:
    """Whether a refresh may help: not when a scope is missing."""
    return answer.status == 401 and not lacks_scope(answer)
