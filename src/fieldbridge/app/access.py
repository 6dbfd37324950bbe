"""A way into Xero for one connection: the HTTP stack put together, with the Governor in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in import CUSTOM_CONNECTION, PRIVATE_APP, private_app
from fieldbridge.app.sign_in.grant import Bearer, is_stale
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.app.traces.spans import observed
from fieldbridge.core.errors import PacedError
from fieldbridge.core.pacing import Reading, admit, corrected, ended
from fieldbridge.net.exchange import Answer, Call, Handler
from fieldbridge.net.layers import paced, recorded, renewed, retried, signed
from fieldbridge.net.wire import wire
from fieldbridge.store.ledger import budgets, calls
from fieldbridge.store.ledger.budgets import Spent
from fieldbridge.store.ledger.calls import Answered
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.xero.failures import limit_met
from fieldbridge.xero.session import API_PATH, Session

LONGEST_WAIT_S = 65.0
KEY_HEADER, REQUEST_ID_HEADER = "Idempotency-Key", "xero-correlation-id"


class SignIn(Protocol):
    """A way in, proven but not kept yet."""

    @property
    def kind(self) -> str:
        """Its name."""

    def signed(self, inner: Handler, installation: Installation) -> Handler:
        """Requests with its credentials."""

    def keep(self, installation: Installation, tx: sa.Connection, connection_id: str) -> None:
        """Seal its credentials under a connection."""


@dataclass(frozen=True)
class Governor:
    """Who may call now, kept in the ledger so that every process of a connection shares it.

    `tell` hears what is being waited for, and an empty text when the wait is over.
    """

    installation: Installation
    connection_id: str
    flow: str
    calls_per_day: int
    tell: Callable[[str], None]

    def admit(self) -> None:
        """Wait until a call may go. Errors: PacedError when that is too long to wait for."""
        waited = False
        while wait := self._ask():
            wait_s, limit = wait
            until = self.installation.now() + timedelta(seconds=wait_s)
            if wait_s > LONGEST_WAIT_S:
                raise PacedError(
                    "xero.rate_limit", f"Xero's {limit} limit is spent until {until:%H:%M:%S} UTC.", until=until
                )
            self.tell(f"waiting for Xero's {limit} limit until {until:%H:%M:%S} UTC")
            if not self.installation.rest(wait_s):
                raise PacedError("run.stopping", "The process that carries the run out is about to end.", until=until)
            waited = True
        if waited:
            self.tell("")

    def _ask(self) -> tuple[float, str] | None:
        now_s = self.installation.now().timestamp()
        with self.installation.database.write() as tx:
            budget = budgets.load(tx, self.connection_id)
            budget, verdict = admit(
                msgspec.structs.replace(budget, limit_per_day=self.calls_per_day),
                now_s,
                may_spend_reserve=self.flow == "transactions",
                lasts_s=self.installation.settings.timeout_s,
            )
            budgets.save(tx, self.connection_id, budget)
        return (verdict.wait_s, verdict.limit) if verdict.wait_s > 0 else None

    def observe(self, call: Call, answer: Answer) -> None:
        """Believe the answer's headers, and count the call and its bytes."""
        now = self.installation.now()
        with self.installation.database.write() as tx:
            budget = corrected(ended(budgets.load(tx, self.connection_id)), now.timestamp(), reading_of(answer))
            budgets.save(tx, self.connection_id, budget)
            day = now.astimezone(UTC).date()
            budgets.count(tx, self.connection_id, day, self.flow, spent_on(call, answer))
            if key := call.headers.get(KEY_HEADER):
                calls.answered(tx, self.connection_id, _answered(call, answer, key, now))


def _answered(call: Call, answer: Answer, key: str, at: datetime) -> Answered:
    return Answered(
        idempotency_key=key,
        method=call.method,
        resource=call.url.partition(API_PATH)[2].lstrip("/"),
        status=answer.status,
        request_id=answer.headers.get(REQUEST_ID_HEADER, ""),
        answered_at=at,
    )


def spent_on(call: Call, answer: Answer) -> Spent:
    """What one call cost. Xero charges nothing for reading the organisation, nor for what is sent to it."""
    free = call.write or call.url.endswith("/Organisation")
    return Spent(1, answer.wire_bytes, len(answer.body), 0 if free else len(answer.body))


def reading_of(answer: Answer) -> Reading:
    """What an answer's headers say about the limits. All of them are optional."""
    met = limit_met(answer)
    return Reading(
        minute_left=_count(answer, "x-minlimit-remaining"),
        day_left=_count(answer, "x-daylimit-remaining"),
        wait_s=met.wait_s if met else 0.0,
        problem=met.limit if met else "",
    )


def _count(answer: Answer, header: str) -> int | None:
    text = answer.headers.get(header, "")
    return int(text) if text.isdecimal() else None


def xero(installation: Installation, one: Connection, governor: Governor) -> Session:
    """A session with the organisation of one connection."""
    counted = recorded(observed(wire(installation.client), installation.traces), governor.observe)
    if one.sign_in == PRIVATE_APP:
        stack = paced(private_app.kept(installation, one.id).signed(counted, installation), governor.admit)
    else:
        bearer = Bearer(Refresher(installation, one.id, one.identity_url), tenant_of(one))
        stack = renewed(paced(signed(counted, bearer.sign), governor.admit), is_stale, bearer.renew)
    return Session(retried(stack, installation.pause), one.xero_url, installation.now, one.sign_in)


def trial(installation: Installation, sign_in: SignIn, xero_url: str) -> Session:
    """A session for a connection that does not exist yet: nothing is counted or kept."""
    stack = sign_in.signed(wire(installation.client), installation)
    return Session(retried(stack, installation.pause), xero_url, installation.now, sign_in.kind)


def tenant_of(one: Connection) -> str:
    """Which organisation a request names. A custom connection has only one, and names none."""
    return "" if one.sign_in == CUSTOM_CONNECTION else one.organisation_id
