"""What an answer other than success means, and so what must happen next.

Source: Xero, HTTP response codes; OAuth 1.0a errors are form text, OAuth 2.0 errors are JSON.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

import msgspec

from fieldbridge.core.errors import (
    AccessError,
    FieldbridgeError,
    OutageError,
    PacedError,
    RefusedError,
    SetupError,
    SurpriseError,
    UnsureError,
)
from fieldbridge.core.pacing import DAY_S
from fieldbridge.net.exchange import Answer
from fieldbridge.xero.codec import Wire, decode
from fieldbridge.xero.refusals import KEY_REUSED, NO_REASON, meaning, refused

# How long to wait where Xero does not say. A spent day is looked at again every hour: only Xero knows when it ends.
UNNAMED_S = {"minute": 60.0, "appminute": 60.0, "app-minute": 60.0, "day": 3600.0}
RECONNECT = "Connect it again: `fieldbridge connect NAME`."
LACKS_SCOPE = "access.scope"
DIVIDE = "Have it taken again in two or more parts."
# Each try costs a few calls, and only a person can mend it.
TRIED_AGAIN = timedelta(minutes=15)


class MessageWire(Wire, frozen=True, kw_only=True):
    """A validation error or a warning. Older answers say Description for Message."""

    message: str = ""
    description: str = ""

    @property
    def words(self) -> str:
        """What Xero says."""
        return self.message or self.description


class _Element(Wire, frozen=True, kw_only=True):
    validation_errors: list[MessageWire] = []


class _Refusal(Wire, frozen=True, kw_only=True):
    message: str = ""
    elements: list[_Element] = []


class Met(msgspec.Struct, frozen=True):
    """A call limit that was met: which one, and how long to wait. Units: seconds."""

    limit: str
    wait_s: float


def failure(
    answer: Answer, resource: str, now: Callable[[], datetime], *, write: bool, sign_in: str = ""
) -> FieldbridgeError:
    """The error an answer stands for."""
    if met := limit_met(answer):
        until = now() + timedelta(seconds=met.wait_s)
        return PacedError("xero.rate_limit", f"Xero's {met.limit} limit is spent.", until=until)
    text = answer.body[:400].decode("utf-8", "replace").strip()
    said = f"Xero answered {answer.status} to {resource}: {text or 'no text'}."
    if answer.status in (400, 413):
        return _refusal(answer, resource, write=write)
    if lacks_scope(answer):
        return SetupError(
            LACKS_SCOPE,
            f"The sign-in does not allow {'writing' if write else 'reading'} {resource.partition('/')[0]}.",
            remedy=f"{RECONNECT} `fieldbridge doctor` names the scope that is missing.",
            until=now() + TRIED_AGAIN,
        )
    if answer.status in (401, 403):
        return denied(answer, text, sign_in)
    if answer.status >= 500 and answer.status != 501:
        return UnsureError("xero.fault", said) if write else OutageError("xero.outage", said)
    return _gone(resource) if answer.status == 404 and "/" in resource else SurpriseError("xero.unexpected", said)


def limit_met(answer: Answer) -> Met | None:
    """The call limit that an answer says was met, in the form of today or of OAuth 1.0a, whose status varies.

    Retry-After is absent when too many calls were in flight at once, and in the old form. No limit lasts over a day.
    """
    is_old = answer.body.startswith(b"oauth_problem=rate")
    if answer.status != 429 and not is_old:
        return None
    limit = answer.headers.get("x-rate-limit-problem", "minute" if is_old else "call").lower()
    named = answer.headers.get("retry-after", "")
    return Met(limit, min(float(named), DAY_S) if named.isdecimal() else UNNAMED_S.get(limit, 1.0))


def lacks_scope(answer: Answer) -> bool:
    """Whether a 401 is about a missing scope. Xero spells the word in its own way; both spellings count."""
    said = answer.headers.get("www-authenticate", "")
    return answer.status == 401 and ("insufficent_scope" in said or "insufficient_scope" in said)


def denied(answer: Answer, text: str, sign_in: str) -> AccessError:
    """Xero does not let this connection in, in the words of whichever sign-in it used."""
    problem = parse_qs(text).get("oauth_problem", [""])[0]
    advice = parse_qs(text).get("oauth_problem_advice", [""])[0]
    if problem == "signature_invalid":
        return AccessError(
            "access.signature_invalid",
            f"Xero could not verify our signature: {advice}.",
            remedy="The certificate pasted into Xero is not this installation's. Paste the one `fieldbridge "
            "certificate` prints.",
        )
    if problem:
        return AccessError(f"access.{problem}", f"Xero refused the sign-in: {problem}: {advice}.", remedy=RECONNECT)
    if sign_in == "private-app":
        return AccessError(
            "access.private_apps_ended",
            "Xero switched private apps (OAuth 1.0a) off in September 2021; it no longer answers this sign-in.",
            remedy="Run `fieldbridge connect NAME --sign-in pkce` under the same name: links and history stay.",
        )
    return AccessError("access.denied", f"Xero refused the sign-in ({answer.status}): {text[:200]}.", remedy=RECONNECT)


def _refusal(answer: Answer, resource: str, *, write: bool) -> FieldbridgeError:
    """A request refused as a whole.

    A key that was used for another request says nothing about this one: it may have been carried out before.
    """
    if answer.status == 413:
        return RefusedError("xero.too_large", f"The request to {resource} is larger than Xero takes.", remedy=DIVIDE)
    told = decode(answer.body, _Refusal, "a refused request")
    said = [error.words for element in told.elements for error in element.validation_errors] or [
        told.message or NO_REASON
    ]
    if write and meaning(said).refusal is KEY_REUSED:
        return UnsureError(KEY_REUSED.code, f"Xero refused the request to {resource}: {said[0]}")
    return refused(said, f"the request to {resource}", unknown="xero.refused_request")


def _gone(resource: str) -> RefusedError:
    """A record that is not there is a fact about that record; a collection that is not there would be a surprise."""
    return RefusedError(
        "xero.record_unknown",
        f"Xero knows no {resource}.",
        remedy="It was deleted, merged, or belongs to another organisation: look for it in Xero, then: "
        "fieldbridge retry",
    )
