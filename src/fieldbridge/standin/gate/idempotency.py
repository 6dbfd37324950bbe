"""Idempotency-Key: the first answer to a write is kept six minutes and given again to the same request.

Source: Xero, idempotent requests: keys belong to the application, match on URL, method and body, and internal errors
are kept too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.answers import Answer, fault, validation_fault

LIFETIME = timedelta(minutes=6)
LONGEST_KEY = 128
METHODS = ("PUT", "POST", "PATCH")


@dataclass(frozen=True)
class _Kept:
    answer: Answer
    fingerprint: str
    since: datetime


def fingerprint(method: str, url: str, body: bytes) -> str:
    """What makes two requests the same: method, URL and body."""
    return hashlib.sha256(b"\0".join((method.encode(), url.encode(), body))).hexdigest()


class IdempotencyKeys:
    """Answers by application and key. Callers hold the server's lock."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._running: set[tuple[str, str]] = set()

    def replay(self, app: str, key: str, request: str, now: datetime, switches: Switches) -> Answer | None:
        """The answer to give instead of running the call: the kept one, a refusal, or None to go on."""
        if len(key) > LONGEST_KEY:
            return _refusal(switches.text_key_too_long, switches) if switches.over_long_key_refused else None
        kept = self._kept.get((app, key))
        if kept is None or now >= kept.since + LIFETIME:
            return None
        if kept.fingerprint != request:
            return _refusal(f"Idempotency Key: {key} is used with a different request.", switches)
        if (app, key) in self._running and switches.in_flight_duplicate_refused:
            return Answer(409)
        return kept.answer

    def keep(self, app: str, key: str, request: str, answer: Answer, now: datetime, switches: Switches) -> None:
        """Remember the first answer, until `finish` as still running."""
        if len(key) > LONGEST_KEY or (answer.status == 400 and not switches.validation_errors_replayed):
            return
        self._forget_old(now)
        self._kept[app, key] = _Kept(answer, request, now)
        self._running.add((app, key))

    def finish(self, app: str, key: str) -> None:
        """The first call's answer has left."""
        self._running.discard((app, key))

    def _forget_old(self, now: datetime) -> None:
        """The oldest stand first; only they can be past their time."""
        for name, kept in list(islice(self._kept.items(), 8)):
            if now >= kept.since + LIFETIME:
                del self._kept[name]


def _refusal(text: str, switches: Switches) -> Answer:
    if switches.key_mismatch_in_elements:
        element = {"HasValidationErrors": True, "ValidationErrors": [{"Message": text}]}
        return validation_fault([element]).answer
    return fault(10, "ValidationException", text).answer
