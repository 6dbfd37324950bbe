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

from fieldbridge.standin.webhooks.events import Event
from fieldbridge.standin.wire.answers import Record

Status = Literal["intent required", "ok", "disabled"]
RETRY = timedelta(minutes=15)
GIVES_UP = timedelta(hours=24)
KEPT = timedelta(days=31)
_MOST_TRIES = 200


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

    def body(self) -> bytes:
        """What is sent."""
        return payload([event.shown for event in self.events], self.first, self.last)


@dataclass
class Subscription:
    """One application's webhook. Callers hold the server's lock.

    `was_on` says that the intent to receive went well once, since when events are kept.
    """

    client_id: str
    url: str
    categories: tuple[str, ...]
    key: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(66)).decode())
    status: Status = "intent required"
    was_on: bool = False
    waiting: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    sequence: int = 0
    tries: deque[Record] = field(default_factory=lambda: deque(maxlen=_MOST_TRIES))

    def take(self, event: Event) -> None:
        """Keep an event of a category asked for; nothing is kept before the first intent to receive went well."""
        if event.category in self.categories and self.was_on:
            self.waiting.append(event)

    def due(self, now: datetime) -> list[Delivery]:
        """What is to be sent now: everything that waited, as one delivery, and what failed long enough ago."""
        if self.status != "ok":
            return []
        self.waiting = [event for event in self.waiting if event.at > now - KEPT]
        if self.waiting:
            first, self.sequence = self.sequence + 1, self.sequence + len(self.waiting)
            self.deliveries.append(Delivery(self.waiting, first, self.sequence, now, now))
            self.waiting = []
        return [delivery for delivery in self.deliveries if delivery.due <= now]

    def heard(self, delivery: Delivery) -> None:
        """It was answered as it must be."""
        self.deliveries.remove(delivery)

    def missed(self, delivery: Delivery, now: datetime) -> None:
        """Again at once, then every 15 minutes; after 24 hours the subscription ends. Source: Xero, webhooks."""
        delivery.tries += 1
        delivery.due = now if delivery.tries == 1 else now + RETRY
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
