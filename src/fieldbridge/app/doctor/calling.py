"""Checks of one connection that call Xero, once."""

from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from fieldbridge.app import access
from fieldbridge.app.access import Governor
from fieldbridge.app.doctor.finding import Check, Finding, fail, ok, warn
from fieldbridge.app.doctor.visit import Visit
from fieldbridge.app.sign_in import PRIVATE_APP
from fieldbridge.app.sign_in.scopes import beyond_flows, is_broad, lacking
from fieldbridge.app.sign_in.tokens import Refresher
from fieldbridge.net.exchange import Answer, Call
from fieldbridge.xero.reference import organisation

FLOW = "doctor"
SKEW_SEEN, SKEW_HARMFUL = timedelta(seconds=30), timedelta(minutes=4)


@dataclass(frozen=True)
class Listening(Governor):
    """The Governor, which also remembers by Xero's clock when each answer was made."""

    heard: list[str]

    def observe(self, call: Call, answer: Answer) -> None:
        """Count as ever, and remember."""
        super().observe(call, answer)
        self.heard.append(answer.headers.get("date", ""))


def sign_in(visit: Visit) -> Finding:
    """Whether Xero lets us in, to the books that were first connected."""
    calls = visit.settings.calls_per_day
    governor = Listening(visit.installation, visit.connection.id, FLOW, calls, lambda _: None, visit.heard)
    found = organisation.read(access.xero(visit.installation, visit.connection, governor))
    if found.organisation_id != visit.connection.organisation_id:
        return fail(f"These credentials lead to {found.name}.", "Connect again with those of the right organisation.")
    return ok(f"Xero lets us in, to {found.name}.")


def clock(visit: Visit) -> Finding:
    """Whether this machine's clock agrees with Xero's: signatures, tokens and windows depend on it."""
    dates = [text for text in visit.heard if text]
    if not dates:
        return warn("Xero did not answer, so the clock could not be compared.", "See what sign in says.")
    theirs = parsedate_to_datetime(dates[-1]).astimezone(UTC)
    skew = abs(visit.installation.now() - theirs)
    said = f"This machine's clock and Xero's differ by {skew.total_seconds():.0f} s."
    remedy = "Have the system keep its time (NTP)."
    if skew > SKEW_HARMFUL:
        return fail(said, remedy)
    return warn(said, remedy) if skew > SKEW_SEEN else ok(said)


def scopes(visit: Visit) -> Finding:
    """Whether the grant covers what the flows do."""
    if visit.connection.sign_in == PRIVATE_APP:
        return ok("A private app has no scopes.")
    granted = Refresher(visit.installation, visit.connection.id, visit.connection.identity_url).scopes()
    if lacks := lacking(granted, visit.settings.schedule.flows, beyond_flows(visit.settings)):
        return fail(f"Not granted: {', '.join(lacks)}.", "Run `fieldbridge connect` for it and consent anew.")
    if is_broad(granted):
        return warn("The grant is of the broad scopes, which Xero ends in September 2027.", "Connect again by then.")
    return ok("Everything the flows need is granted.")


CHECKS: tuple[Check[Visit], ...] = (sign_in, clock, scopes)
