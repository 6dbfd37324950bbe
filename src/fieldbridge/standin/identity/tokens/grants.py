"""What a consent leaves behind: a code for five minutes, then refresh tokens that replace one another.

Source: Xero, OAuth 2.0, auth flow and token types.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=5)
IDLE_LIFE = timedelta(days=60)
GRACE = timedelta(minutes=30)


@dataclass(frozen=True)
class Grant:
    """What the person agreed to: all later tokens of this consent stand for it."""

    client_id: str
    scopes: tuple[str, ...]
    auth_event_id: str
    at: datetime
    redirect_uri: str = ""
    challenge: str = ""
    nonce: str = ""


@dataclass(frozen=True)
class _Refresh:
    """`replaced` is the moment the token was first used; it works for GRACE after that."""

    grant: Grant
    issued: datetime
    replaced: datetime | None = None
    successor: str = ""

    def is_alive(self, now: datetime) -> bool:
        if self.replaced and now > self.replaced + GRACE:
            return False
        return now <= self.issued + IDLE_LIFE


@dataclass
class Grants:
    """Codes and refresh tokens. Callers hold the server's lock."""

    _codes: dict[str, Grant] = field(default_factory=dict)
    _refreshes: dict[str, _Refresh] = field(default_factory=dict)

    def new_code(self, grant: Grant) -> str:
        """A code that brings tokens once."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = grant
        return code

    def redeem(self, code: str, client_id: str, now: datetime) -> Grant | None:
        """What the code stands for, used up with this; None for one unknown, used, old or of another client."""
        grant = self._codes.pop(code, None)
        if grant is None or grant.client_id != client_id or now > grant.at + CODE_LIFE:
            return None
        return grant

    def new_refresh(self, grant: Grant, now: datetime) -> str:
        """The first refresh token of a consent."""
        token = secrets.token_urlsafe(32)
        self._refreshes[token] = _Refresh(grant, now)
        return token

    def rotate(self, token: str, client_id: str, now: datetime, *, repeats: bool) -> tuple[Grant, str] | None:
        """The grant and the next refresh token; None when the token is dead.

        Used again within GRACE, because its answer was lost, it brings another successor, or with `repeats` the same.
        """
        held = self._refreshes.get(token)
        if held is None or held.grant.client_id != client_id or not held.is_alive(now):
            return None
        if held.successor and repeats:
            return held.grant, held.successor
        successor = self.new_refresh(held.grant, now)
        self._refreshes[token] = replace(held, replaced=held.replaced or now, successor=successor)
        return held.grant, successor

    def knows(self, token: str, client_id: str) -> bool:
        """The refresh token was given to this client and has not been revoked."""
        held = self._refreshes.get(token)
        return held is not None and held.grant.client_id == client_id

    def revoke(self, client_id: str) -> None:
        """Every code and refresh token of this client is dead."""
        self._codes = {code: grant for code, grant in self._codes.items() if grant.client_id != client_id}
        kept = {token: held for token, held in self._refreshes.items() if held.grant.client_id != client_id}
        self._refreshes = kept
