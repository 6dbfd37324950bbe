"""Connecting: prove the credentials by reading the organisation's name, then keep them sealed."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fieldbridge.app import access, change_settings
from fieldbridge.app.access import SignIn
from fieldbridge.app.connection_settings import ConnectionSettings, parse, with_proposals
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import GuardError, SetupError
from fieldbridge.core.records.books import Account, Organisation, TaxRate
from fieldbridge.flows.taxes import proposed_codes
from fieldbridge.store.ledger import connections, runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.xero import API
from fieldbridge.xero.reference import accounts, organisation, tax_rates

NAME_MAX = 40


@dataclass(frozen=True)
class Hosts:
    """Where Xero is. A local Xero serves all three from one address."""

    api: str = API
    identity: str = "https://identity.xero.com"
    login: str = "https://login.xero.com"


def hosts_at(url: str) -> Hosts:
    """The real Xero's hosts, or one address for everything."""
    return Hosts() if url == Hosts.api else Hosts(url, url, url)


@dataclass(frozen=True)
class Request:
    """A connection to be made or renewed. settings is TOML, or None to keep or propose."""

    name: str
    hosts: Hosts
    folder: Path
    settings: str | None = None


def connect(installation: Installation, request: Request, sign_in: SignIn) -> Connection:
    """Make or renew a connection.

    Errors: SetupError for a bad name, address, folder or settings; AccessError when Xero refuses; GuardError when the
    credentials belong to another organisation than this connection's.
    """
    _check(request)
    before = known(installation, request.name)
    session = access.trial(installation, sign_in, request.hosts.api)
    found = organisation.read(session)
    rates = [one for page in tax_rates.pages(session) for one in page.records]
    chart = [one for page in accounts.pages(session) for one in page.records]
    _same_organisation(before, found)
    settings = _settings(request, before, rates, chart)
    made = Connection(
        id=request.name,
        sign_in=sign_in.kind,
        xero_url=request.hosts.api,
        identity_url=request.hosts.identity,
        organisation_id=found.organisation_id,
        organisation_name=found.name,
        short_code=found.short_code,
        folder=str(request.folder.resolve()),
        settings=settings,
        connected_at=installation.now(),
        renewed_at=installation.now(),
    )
    _keep(installation, made, sign_in)
    return made


def settings_of(installation: Installation, request: Request) -> ConnectionSettings:
    """The settings a connection will have, before anybody is sent to Xero.

    Errors: SetupError for a bad name, address, folder or settings.
    """
    _check(request)
    return parse(_text(request, known(installation, request.name)))


def _keep(installation: Installation, made: Connection, sign_in: SignIn) -> None:
    now = installation.now()
    with installation.database.write() as tx:
        connections.keep(tx, made)
        sign_in.keep(installation, tx, made.id)
        change_settings.put(tx, made.id, made.settings, "connected", now)
        runs.record(tx, made.id, None, now, "connection.made", organisation=made.organisation_name)


def known(installation: Installation, name: str) -> Connection | None:
    """The connection of that name, if there is one already."""
    with installation.database.read() as tx:
        return connections.find(tx, name)


def _check(request: Request) -> None:
    plain = request.name.replace("-", "").replace("_", "")
    if not plain.isalnum() or not plain.isascii() or len(request.name) > NAME_MAX:
        raise SetupError(
            "connection.name",
            f"A connection cannot be called {request.name!r}.",
            remedy="Use letters, digits, - and _, at most 40.",
        )
    address = urlsplit(request.hosts.api)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise SetupError(
            "connection.url",
            f"{request.hosts.api!r} is no address of a Xero.",
            remedy="Leave --xero-url out, or name a local Xero, e.g. http://127.0.0.1:8765.",
        )
    if not request.folder.is_dir():
        raise SetupError(
            "connection.folder",
            f"The folder {request.folder} is not there.",
            remedy="Make it, or name the one the field-sales cloud uses.",
        )


def _same_organisation(before: Connection | None, found: Organisation) -> None:
    if before is not None and before.organisation_id != found.organisation_id:
        raise GuardError(
            "guard.other_organisation",
            f"{before.id} is connected to {before.organisation_name}; these credentials belong to {found.name}.",
            remedy="Nothing was changed. Give the second organisation a connection of its own.",
        )


def _settings(request: Request, before: Connection | None, rates: list[TaxRate], chart: list[Account]) -> str:
    """What was given, else what was there, with a proposal for what only this organisation's books can tell."""
    text = _text(request, before)
    parse(text)
    sales = [one for one in chart if one.status == "ACTIVE" and one.kind in ("REVENUE", "SALES")]
    first = min(sales, key=lambda one: one.code, default=None)
    codes = proposed_codes(rates, first.tax_type if first else "")
    return with_proposals(text, first.code if first else "", codes)


def _text(request: Request, before: Connection | None) -> str:
    if request.settings is not None:
        return request.settings
    return before.settings if before else ""
