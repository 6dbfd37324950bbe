"""What the identity service of one local Xero holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from fieldbridge.standin.identity.connections import Connections
from fieldbridge.standin.identity.tokens.grants import Grants
from fieldbridge.standin.identity.tokens.jwt import Signer


@dataclass
class Identity:
    """Grants, connections and what was ever agreed to, per client. One person uses this server, `user_id`.

    `issuer` is the server's own address, which tokens name.
    """

    signer: Signer
    issuer: str
    user_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    grants: Grants = field(default_factory=Grants)
    connections: Connections = field(default_factory=Connections)
    _agreed: dict[str, set[str]] = field(default_factory=dict)

    def agree(self, client_id: str, scopes: list[str]) -> tuple[str, ...]:
        """Add the scopes to what was agreed to before: accounting scopes cannot be shed without revoking."""
        kept = self._agreed.setdefault(client_id, set())
        earlier = sorted(kept - set(scopes))
        kept.update(scope for scope in scopes if scope.startswith("accounting."))
        return (*scopes, *earlier)

    def revoke(self, client_id: str) -> None:
        """Everything this client was given ends. Source: Xero, revoking a refresh token."""
        self.grants.revoke(client_id)
        self.connections.disconnect_all(client_id)
        self._agreed.pop(client_id, None)
