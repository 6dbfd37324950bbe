"""Webhook subscriptions by control route. These take the server's lock themselves: subscribers may call back."""

from __future__ import annotations

from dataclasses import asdict

import msgspec

from fieldbridge.standin.control.edits import NoSuchRecordError
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.signin.applications import Registered
from fieldbridge.standin.webhooks.events import CATEGORIES
from fieldbridge.standin.webhooks.sender import url_fault
from fieldbridge.standin.webhooks.subscriptions import Subscription
from fieldbridge.standin.wire.answers import Record


def webhooks(xero: LocalXero, body: Record, _: str) -> Record:
    """Every subscription: how it stands, what waits, and the newest 200 tries."""
    with xero.lock:
        return {"webhooks": [_shown(xero, one) for one in xero.webhooks.subscriptions.values()]}


def subscribe(xero: LocalXero, body: Record, _: str) -> Record:
    """{"application": name, id or key, "url", "categories"}: make or change one."""
    url, categories = str(body.get("url", "")), msgspec.convert(body.get("categories", CATEGORIES), tuple[str, ...])
    if fault := url_fault(url) or _category_fault(categories):
        raise ValueError(fault)
    with xero.lock:
        app = _application(xero, str(body.get("application", "")))
        return _shown(xero, xero.webhooks.subscribe(app.client_id, url, categories))


def ask(xero: LocalXero, body: Record, _: str) -> Record:
    """{"application"}: send the intent to receive."""
    with xero.lock:
        subscription = _subscription(xero, body)
    xero.webhooks.ask(subscription)
    with xero.lock:
        return _shown(xero, subscription)


def unsubscribe(xero: LocalXero, body: Record, _: str) -> Record:
    """{"application"}: drop its subscription and what waits for it."""
    with xero.lock:
        xero.webhooks.subscriptions.pop(_application(xero, str(body.get("application", ""))).client_id, None)
    return webhooks(xero, body, _)


def deliver(xero: LocalXero, body: Record, _: str) -> Record:
    """Send what is due now."""
    return {**asdict(xero.webhooks.deliver()), **webhooks(xero, body, _)}


def replay(xero: LocalXero, body: Record, _: str) -> Record:
    """{"application", "last"}: the newest deliveries that arrived are due once more."""
    with xero.lock:
        subscription = _subscription(xero, body)
        return {"again": subscription.repeat(int(body.get("last", 1)), xero.clock.now())}


def _subscription(xero: LocalXero, body: Record) -> Subscription:
    app = _application(xero, str(body.get("application", "")))
    subscription = xero.webhooks.subscriptions.get(app.client_id)
    if subscription is None:
        raise NoSuchRecordError(f"No webhook of {app.name}")
    return subscription


def _category_fault(categories: tuple[str, ...]) -> str:
    unknown = sorted(set(categories) - set(CATEGORIES))
    return f"Unknown: {', '.join(unknown)}. Known: {', '.join(CATEGORIES)}." if unknown else ""


def _application(xero: LocalXero, wanted: str) -> Registered:
    for app in xero.applications.all():
        if wanted in (app.name, app.app_id, app.client_id):
            return app
    raise NoSuchRecordError(f"No application {wanted}")


def _shown(xero: LocalXero, subscription: Subscription) -> Record:
    app = _application(xero, subscription.client_id)
    waiting = sum(len(delivery.events) for delivery in subscription.deliveries) + len(subscription.waiting)
    return {
        "application": app.name, "url": subscription.url, "key": subscription.key, "status": subscription.status,
        "categories": subscription.categories, "waiting": waiting, "tries": list(subscription.tries),
    }  # fmt: skip
