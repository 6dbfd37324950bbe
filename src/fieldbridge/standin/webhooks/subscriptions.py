"""Who wants to be told of what, how that stands, and what has not been heard yet."""

from __future__ import annotations

import base64
import json
import secrets
import string
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from fieldbridge.standin.switches import Switches
from fieldbridge.standin.webhooks.events import Event
from fieldbridge.standin.wire.answers import Record

Status = Literal["intent required", "ok", "disabled"]
RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(hours=4)
GIVES_UP = timedelta(hours=24)
KEPT = timedelta(days=31)
_MOST_TRIES = 200
_MOST_KEPT = 200


def payload(events: list[Record], first: int, last: int) -> bytes:
    """The body of one delivery; entropy makes every one different."""
    entropy = "".join(secrets.choice(string.ascii_uppercase) for _ in range(20))
    content = {"events": events, "firstEventSequence": first, "lastEventSequence": last, "entropy": entropy}
    return json.dumps(content).encode()


@dataclass
class Delivery:
    """Events on their way in one call. `first` and `last` are their sequence numbers."""

    events: list[Event]
    first: int
    last: int
    since: datetime
    due: datetime
    tries: int = 0

    def body(self, *, is_reversed: bool) -> bytes:
        """What is sent."""
        events = self.events[::-1] if is_reversed else self.events
        return payload([event.shown for event in events], self.first, self.last)


@dataclass
class Subscription:
    """One application's webhook. Callers hold the server's lock.

    `was_on` says that the intent to receive went well once, since when events are kept; `is_asked` that this address
    was sent it at all. `heard_before` are the newest deliveries that arrived.
    """

    client_id: str
    url: str
    categories: tuple[str, ...]
    key: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(66)).decode())
    status: Status = "intent required"
    was_on: bool = False
    is_asked: bool = False
    waiting: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    heard_before: deque[Delivery] = field(default_factory=lambda: deque(maxlen=_MOST_KEPT))
    sequence: int = 0
    tries: deque[Record] = field(default_factory=lambda: deque(maxlen=_MOST_TRIES))

    def take(self, event: Event) -> None:
        """Keep an event of a category asked for; nothing is kept before the first intent to receive went well."""
        if event.category in self.categories and self.was_on:
            self.waiting.append(event)

    def due(self, now: datetime, switches: Switches) -> list[Delivery]:
        """What is to be sent now: what has waited long enough, in as few calls as go, and what failed a while ago."""
        if self.status != "ok":
            return []
        self.waiting = [event for event in self.waiting if event.at > now - KEPT]
        if self.waiting and now >= self.waiting[0].at + timedelta(seconds=switches.webhook_gather_s):
            self._pack(now, max(switches.webhook_events_per_call, 1))
        due = [delivery for delivery in self.deliveries if delivery.due <= now]
        return due[::-1] if switches.webhooks_reversed else due

    def _pack(self, now: datetime, most: int) -> None:
        """Put everything that waited into deliveries."""
        for start in range(0, len(self.waiting), most):
            events = self.waiting[start : start + most]
            first, self.sequence = self.sequence + 1, self.sequence + len(events)
            self.deliveries.append(Delivery(events, first, self.sequence, now, now))
        self.waiting = []

    def heard(self, delivery: Delivery) -> None:
        """It was answered as it must be."""
        self.deliveries.remove(delivery)
        self.heard_before.append(delivery)

    def repeat(self, last: int, now: datetime) -> int:
        """Send the newest `last` deliveries that arrived once more, as at-least-once allows; how many there are."""
        again = list(self.heard_before)[-last:] if last > 0 else []
        self.deliveries += [Delivery(one.events, one.first, one.last, now, now) for one in again]
        return len(again)

    def missed(self, delivery: Delivery, now: datetime, switches: Switches) -> None:
        """Again at once, then every 15 minutes; after 24 hours the subscription ends. Source: Xero, webhooks.

        An older page says that the retries become rarer (switch webhook_retries_grow).
        """
        delivery.tries += 1
        wait = RETRY * 2 ** min(delivery.tries - 2, 6) if switches.webhook_retries_grow else RETRY
        delivery.due = now if delivery.tries == 1 else now + min(wait, LONGEST_RETRY)
        if now - delivery.since >= GIVES_UP:
            self.status = "disabled"

    def enable(self) -> None:
        """The intent to receive went well; what was missed meanwhile is sent again, oldest first."""
        self.status, self.was_on = "ok", True
        missed = [event for delivery in self.deliveries for event in delivery.events]
        self.waiting = sorted([*missed, *self.waiting], key=lambda event: event.at)
        self.deliveries = []

    def forget(self) -> None:
        """Drop every event."""
        self.waiting, self.deliveries = [], []
        self.heard_before.clear()
