"""The home page and the My Applications pages: list, add, show, delete."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.signin.applications import Application, Form

Page = Callable[[LocalXero, Request], Awaitable[Response]]
_PAGES = Environment(
    loader=PackageLoader("fieldbridge.standin.signin"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


def page_routes(xero: LocalXero) -> list[Route]:
    """Every page, without sign-in: whoever reaches the server may register applications."""
    pages: tuple[tuple[str, str, Page], ...] = (
        ("GET", "/", home),
        ("GET", "/my-applications", applications),
        ("GET", "/my-applications/add", blank_form),
        ("POST", "/my-applications/add", save),
        ("GET", "/my-applications/{app_id}", application),
        ("POST", "/my-applications/{app_id}/delete", delete),
    )
    return [Route(path, partial(page, xero), methods=[method]) for method, path, page in pages]


def _html(name: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(_PAGES.get_template(name).render(**values), status)


def _organisations(xero: LocalXero) -> dict[str, str]:
    return {identity: books.organisation["Name"] for identity, books in xero.books.items()}


async def home(xero: LocalXero, request: Request) -> Response:
    """What this is, and whose books it holds."""
    with xero.lock:
        return _html("home.html", organisations=list(xero.books.values()))


async def applications(xero: LocalXero, request: Request) -> Response:
    """The list."""
    with xero.lock:
        return _html("applications.html", apps=xero.applications.all(), organisations=_organisations(xero))


async def blank_form(xero: LocalXero, request: Request) -> Response:
    """The add form, empty."""
    with xero.lock:
        return _form(xero, Form(), {}, 200)


def _form(xero: LocalXero, form: Form, faults: dict[str, str], status: int) -> Response:
    return _html("add.html", status, form=form, faults=faults, organisations=_organisations(xero))


async def save(xero: LocalXero, request: Request) -> Response:
    """Back to the list when saved; else 422 and the form again, with what was typed and what is wrong."""
    sent = await request.form()
    form = Form(**{name: str(sent.get(name, "")) for name in ("kind", "name", "organisation", "certificate")})
    with xero.lock:
        now, refuse_expired = xero.clock.now(), xero.board.now.expired_certificate_refused
        faults = xero.applications.faults(form, set(xero.books), now, refuse_expired=refuse_expired)
        if faults:
            return _form(xero, form, faults, 422)
        xero.applications.add(form, now)
    return RedirectResponse("/my-applications", 303)


async def application(xero: LocalXero, request: Request) -> Response:
    """One application with its consumer key and secret."""
    with xero.lock:
        app = _found(xero, request)
        if app is None:
            return _html("missing.html", 404)
        return _html("application.html", app=app, organisation=_organisations(xero).get(app.organisation_id, ""))


async def delete(xero: LocalXero, request: Request) -> Response:
    """Delete and go back to the list; nothing happens for one that is gone."""
    with xero.lock:
        if app := _found(xero, request):
            xero.applications.remove(app)
    return RedirectResponse("/my-applications", 303)


def _found(xero: LocalXero, request: Request) -> Application | None:
    return xero.applications.by_id(request.path_params["app_id"])
