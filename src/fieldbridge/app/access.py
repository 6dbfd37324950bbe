"""A way into Xero for one connection: the HTTP stack put together, with the Governor in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from fieldbridge.app.certificate import private_key
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import PacedError, SetupError
from fieldbridge.core.pacing import Reading, admit, corrected
from fieldbridge.net.exchange import Answer, Call
from fieldbridge.net.layers import paced, recorded, retried, signed
from fieldbridge.net.oauth1 import private_application
from fieldbridge.net.wire import wire
from fieldbridge.store.ledger import budgets
from fieldbridge.xero.session import Session

CONSUMER_KEY, CONSUMER_SECRET = "consumer-key", "consumer-secret"
LONGEST_WAIT_S = 65.0


@dataclass(frozen=True)
class Governor:
    """Who may call now, kept in the ledger so that every process of a connection shares it.

    `tell` hears what is being waited for, and an empty text when the wait is over.
    """

    installation: Installation
    connection_id: str
    flow: str
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
            self.installation.pause(wait_s)
            waited = True
        if waited:
            self.tell("")

    def _ask(self) -> tuple[float, str] | None:
        now_s = self.installation.now().timestamp()
        with self.installation.database.write() as tx:
            budget = budgets.load(tx, self.connection_id)
            budget, verdict = admit(budget, now_s, may_spend_reserve=self.flow == "transactions")
            budgets.save(tx, self.connection_id, budget)
        return (verdict.wait_s, verdict.limit) if verdict.wait_s > 0 else None

    def observe(self, call: Call, answer: Answer) -> None:
        """Believe the answer's headers, and count the call and its bytes."""
        now = self.installation.now()
        with self.installation.database.write() as tx:
            budget = corrected(budgets.load(tx, self.connection_id), now.timestamp(), reading_of(answer))
            budgets.save(tx, self.connection_id, budget)
            day = now.astimezone(UTC).date()
            budgets.count(tx, self.connection_id, day, self.flow, answer.wire_bytes, len(answer.body))


def reading_of(answer: Answer) -> Reading:
    """What an answer's headers say about the limits. All of them are optional."""
    retry_after = answer.headers.get("retry-after", "")
    return Reading(
        minute_left=_count(answer, "x-minlimit-remaining"),
        day_left=_count(answer, "x-daylimit-remaining"),
        retry_after_s=float(retry_after) if retry_after.isdecimal() else None,
        problem=answer.headers.get("x-rate-limit-problem", "call") if answer.status == 429 else "",
    )


def _count(answer: Answer, header: str) -> int | None:
    text = answer.headers.get(header, "")
    return int(text) if text.isdecimal() else None


def xero(
    installation: Installation, connection_id: str, xero_url: str, flow: str, tell: Callable[[str], None]
) -> Session:
    """A session with the organisation of one connection."""
    governor = Governor(installation, connection_id, flow, tell)
    signer = private_application(consumer_key(installation, connection_id), private_key(installation))
    stack = signed(recorded(wire(installation.client), governor.observe), signer)
    return Session(retried(paced(stack, governor.admit), installation.pause), xero_url)


def trial(installation: Installation, key: str, xero_url: str) -> Session:
    """A session for a connection that does not exist yet: nothing is counted or kept."""
    return Session(signed(wire(installation.client), private_application(key, private_key(installation))), xero_url)


def consumer_key(installation: Installation, connection_id: str) -> str:
    """The Consumer Key of a private app. Errors: SetupError when it was never stored."""
    with installation.database.read() as tx:
        key = installation.vault.get(tx, connection_id, CONSUMER_KEY)
    if key is None:
        raise SetupError(
            "connection.no_credentials",
            f"{connection_id} has no Consumer Key.",
            remedy="Run `fieldbridge connect` again.",
        )
    return key.decode()
