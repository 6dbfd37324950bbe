"""Every subscription of one local Xero, and what is sent for them. Nothing is sent while the server's lock is held."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.recording import Recording, push
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.webhooks.events import events_of
from fieldbridge.standin.webhooks.sender import Reply, send
from fieldbridge.standin.webhooks.subscriptions import Delivery, Subscription, payload
from fieldbridge.standin.wire.answers import Record

_INTENT_CALLS = (True, False, True, False)
"""Signed right, signed wrong."""


@dataclass(frozen=True)
class Result:
    """What one push came to, in deliveries."""

    delivered: int
    missed: int


class Webhooks:
    """Subscriptions by client id. `reaches` says whether a client is connected to an organisation."""

    def __init__(
        self,
        lock: AbstractContextManager[Any],
        now: Callable[[], datetime],
        reaches: Callable[[str, str], bool],
        address: str,
        recording: Recording | None,
        switches: Callable[[], Switches],
    ) -> None:
        self._lock = lock
        self._sending = threading.Lock()
        self._now = now
        self._switches = switches
        self._reaches = reaches
        self._api = f"{address}/api.xro/2.0"
        self._recording = recording
        self.subscriptions: dict[str, Subscription] = {}

    def note(self, books: Books) -> None:
        """Keep for each subscriber what the books' journal says changed. The lock is held."""
        organisation_id = books.organisation["OrganisationID"]
        interested = [one for one in self.subscriptions.values() if self._reaches(one.client_id, organisation_id)]
        if interested:
            for event in events_of(books, self._api, self._now()):
                for subscription in interested:
                    subscription.take(event)

    def subscribe(self, client_id: str, url: str, categories: tuple[str, ...]) -> Subscription:
        """Make or change a subscription; another address has to show its intent to receive anew. The lock is held."""
        subscription = self.subscriptions.setdefault(client_id, Subscription(client_id, url, categories))
        if subscription.url != url:
            subscription.status, subscription.is_asked = "intent required", False
        subscription.url, subscription.categories = url, categories
        return subscription

    def ask(self, subscription: Subscription) -> None:
        """Find out whether the address means to receive, and switch the subscription on if it does."""
        subscription.is_asked = True
        is_willing = self._is_willing(subscription)
        with self._lock:
            if is_willing:
                subscription.enable()
            else:
                subscription.status = "intent required"

    def _is_willing(self, subscription: Subscription) -> bool:
        """Right signatures must be answered 200, wrong ones 401; a single miss fails."""
        verdicts = []
        for is_right in _INTENT_CALLS:
            key = subscription.key if is_right else secrets.token_hex(32)
            reply = self._send(subscription, key, payload([], 0, 0))
            is_good = reply.is_heard and reply.status == 200 if is_right else reply.status == 401
            verdicts.append(is_good)
            self._log(subscription, "intent to receive", reply, is_good=is_good)
        return all(verdicts)

    def run_by_itself(self) -> None:
        """What Xero does without being asked: ask each new address what it intends, and send what is due."""
        if self._switches().webhooks_automatic:
            with self._lock:
                unasked = [one for one in self.subscriptions.values() if not one.is_asked]
            for subscription in unasked:
                self.ask(subscription)
            self.deliver()

    def deliver(self) -> Result:
        """Send everything that is due, until nothing is."""
        delivered = missed = 0
        with self._sending:
            while due := self._due():
                for subscription, delivery in due:
                    if self._push(subscription, delivery):
                        delivered += 1
                    else:
                        missed += 1
        return Result(delivered, missed)

    def _due(self) -> list[tuple[Subscription, Delivery]]:
        with self._lock:
            now, switches = self._now(), self._switches()
            return [(one, delivery) for one in self.subscriptions.values() for delivery in one.due(now, switches)]

    def _push(self, subscription: Subscription, delivery: Delivery) -> bool:
        reply = self._send(
            subscription, subscription.key, delivery.body(is_reversed=self._switches().webhooks_reversed)
        )
        self._log(subscription, f"{len(delivery.events)} events", reply, is_good=reply.is_heard)
        with self._lock:
            if delivery not in subscription.deliveries:
                return reply.is_heard
            if reply.is_heard:
                subscription.heard(delivery)
            else:
                subscription.missed(delivery, self._now(), self._switches())
        return reply.is_heard

    def _send(self, subscription: Subscription, key: str, body: bytes) -> Reply:
        reply = send(subscription.url, key, body)
        if self._recording:
            self._recording.add(push(self._now(), subscription.url, body, reply.status))
        return reply

    def _log(self, subscription: Subscription, what: str, reply: Reply, *, is_good: bool) -> None:
        entry: Record = {"at": self._now().isoformat(), "what": what, "status": reply.status, "wrong": reply.wrong,
                         "good": is_good}  # fmt: skip
        with self._lock:
            subscription.tries.append(entry)
