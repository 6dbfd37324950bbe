"""The home page and the My Applications pages: list, add, show, delete."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import fields
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.signin.applications import Registered
from fieldbridge.standin.signin.forms import MOST_PER_ORGANISATION, Form, faults, made_from
from fieldbridge.standin.signin.html import html
from fieldbridge.standin.webhooks.events import CATEGORIES
from fieldbridge.standin.webhooks.sender import url_fault

Page = Callable[[LocalXero, Request], Awaitable[Response]]


def page_routes(xero: LocalXero) -> list[Route]:
    """Every page, without sign-in: whoever reaches the server may register applications."""
    pages: tuple[tuple[str, str, Page], ...] = (
        ("GET", "/", home),
        ("GET", "/my-applications", applications),
        ("GET", "/my-applications/add", blank_form),
        ("POST", "/my-applications/add", save),
        ("GET", "/my-applications/{app_id}", application),
        ("POST", "/my-applications/{app_id}/webhook", save_webhook),
        ("POST", "/my-applications/{app_id}/intent", ask_intent),
        ("POST", "/my-applications/{app_id}/delete", delete),
    )
    return [Route(path, partial(page, xero), methods=[method]) for method, path, page in pages]


def _html(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(html(name, **values), status)


async def home(xero: LocalXero, request: Request) -> Response:
    """What this is, and whose books it holds."""
    with xero.lock:
        return _html("home.html", organisations=list(xero.books.values()))


async def applications(xero: LocalXero, request: Request) -> Response:
    """The list."""
    with xero.lock:
        return _html("applications.html", apps=xero.applications.all(), organisations=xero.books.names())


async def blank_form(xero: LocalXero, request: Request) -> Response:
    """The add form, empty."""
    with xero.lock:
        return _form(xero, Form(), {}, 200)


def _form(xero: LocalXero, form: Form, wrong: dict[str, str], status: int) -> Response:
    offered = xero.books.names()
    if not xero.board.now.full_organisations_listed:
        used = Counter(app.organisation_id for app in xero.applications.all() if app.kind == "private")
        offered = {one: name for one, name in offered.items() if used[one] < MOST_PER_ORGANISATION}
    return _html("add.html", status, form=form, faults=wrong, organisations=offered)


async def save(xero: LocalXero, request: Request) -> Response:
    """Back to the list when saved; else 422 and the form again, with what was typed and what is wrong."""
    sent = await request.form()
    form = Form(**{field.name: str(sent.get(field.name, "")) for field in fields(Form)})
    with xero.lock:
        now = xero.clock.now()
        if wrong := faults(form, xero.applications, set(xero.books), now, xero.board.now):
            return _form(xero, form, wrong, 422)
        app = made_from(form, now)
        xero.applications.add(app)
        if app.kind == "custom":
            xero.identity.connections.connect(app.client_id, app.organisation_id, str(uuid.uuid4()), now)
    return RedirectResponse("/my-applications", 303)


async def application(xero: LocalXero, request: Request) -> Response:
    """One application with its key or id, its secret and its webhook."""
    with xero.lock:
        app = _found(xero, request)
        return _shown(xero, app) if app else _html("missing.html", 404)


def _shown(xero: LocalXero, app: Registered, wrong: str = "") -> Response:
    return _html(
        "application.html", 422 if wrong else 200, app=app, wrong=wrong, categories=CATEGORIES,
        organisation=xero.books.names().get(app.organisation_id, ""), connected=_connected(xero, app),
        webhook=xero.webhooks.subscriptions.get(app.client_id),
    )  # fmt: skip


def _connected(xero: LocalXero, app: Registered) -> list[str]:
    """The names of the organisations an OAuth 2.0 application reaches."""
    names = xero.books.names()
    live = xero.identity.connections.of(app.client_id)
    return [names[one.organisation_id] for one in live if one.organisation_id in names]


async def save_webhook(xero: LocalXero, request: Request) -> Response:
    """Make or change the subscription and show the application again."""
    sent = await request.form()
    url, chosen = str(sent.get("url", "")).strip(), sent.getlist("category")
    with xero.lock:
        app = _found(xero, request)
        if app is None:
            return _html("missing.html", 404)
        if fault := url_fault(url):
            return _shown(xero, app, fault)
        xero.webhooks.subscribe(app.client_id, url, tuple(name for name in CATEGORIES if name in chosen))
    return RedirectResponse(f"/my-applications/{app.app_id}", 303)


async def ask_intent(xero: LocalXero, request: Request) -> Response:
    """Send the intent to receive and show the application again."""
    with xero.lock:
        app = _found(xero, request)
        subscription = xero.webhooks.subscriptions.get(app.client_id) if app else None
    if subscription:
        await run_in_threadpool(xero.webhooks.ask, subscription)
    return RedirectResponse(f"/my-applications/{request.path_params['app_id']}", 303)


async def delete(xero: LocalXero, request: Request) -> Response:
    """Delete and go back to the list; nothing happens for one that is gone."""
    with xero.lock:
        if app := _found(xero, request):
            xero.remove(app)
    return RedirectResponse("/my-applications", 303)


def _found(xero: LocalXero, request: Request) -> Registered | None:
    return xero.applications.by_id(request.path_params["app_id"])
