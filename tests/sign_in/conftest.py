"""A local Xero with two organisations, an installation, and people who click through Xero's pages."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from fieldbridge.app import access
from fieldbridge.app import connect as connecting
from fieldbridge.app import installation as installations
from fieldbridge.app.access import Governor
from fieldbridge.app.connect import Hosts, hosts_at
from fieldbridge.app.installation import Installation, utc_now
from fieldbridge.app.settings import Settings
from fieldbridge.app.sign_in import granting
from fieldbridge.net.oauth2 import Application, Consent
from fieldbridge.standin import Options, running
from fieldbridge.xero.reference import organisation

REDIRECT = "http://localhost:8123/callback"
SCOPES = "accounting.contacts accounting.invoices accounting.payments.read accounting.settings.read"
ORGANISATIONS = ("Kauri Wholesale Limited", "Rimu Trading Limited")


@dataclass
class Clock:
    """A clock that moves only when told, or when somebody waits."""

    moment: datetime = field(default_factory=utc_now)

    def now(self) -> datetime:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Scene:
    """Everybody involved."""

    url: str
    http: httpx2.Client
    installation: Installation
    clock: Clock
    site: Path

    @property
    def hosts(self) -> Hosts:
        return hosts_at(self.url)

    def control(self, verb: str, route: str, /, **body: object) -> dict:
        answer = self.http.request(verb, f"{self.url}/standin/{route}", json=body or None)
        answer.raise_for_status()
        return answer.json()

    def advance(self, **span: float) -> None:
        """Move both clocks."""
        delta = timedelta(**span)
        self.clock.moment += delta
        self.control("POST", "clock", advance_s=delta.total_seconds())

    def fault(self, kind: str, path: str = "/connect/token", method: str = "POST", **more: object) -> None:
        self.control("POST", "faults", kind=kind, path=path, method=method, **more)

    def received(self, path: str) -> list[dict]:
        return [one for one in self.control("GET", "received")["received"] if one["path"] == path]

    def tenant(self, number: int = 0) -> str:
        return self.control("GET", "books")["organisations"][number]["id"]

    def app(self, kind: str, name: str = "Opmetrix") -> Application:
        """Add an application at My Applications and copy its values."""
        form = {"kind": kind, "name": name, "redirect_uris": REDIRECT}
        if kind == "custom":
            form |= {"organisation": self.tenant(), "scopes": SCOPES}
        self.http.post(f"{self.url}/my-applications/add", data=form)
        listed = self.http.get(f"{self.url}/my-applications").text
        found = re.search(rf'href="(/my-applications/[^"/]+)"[^>]*>\s*{name}', listed)
        assert found, listed
        page = self.http.get(self.url + found[1]).text
        values = dict(re.findall(r'id="(client-id|client-secret)"[^>]*>([^<]+)', page))
        return Application(client_id=values["client-id"].strip(), client_secret=values.get("client-secret", "").strip())

    def visitor(self, *numbers: int, decision: str = "allow"):
        """Somebody who opens the page, chooses organisations and decides."""

        def visit(consent: Consent) -> str:
            page = self.http.get(consent.address)
            assert page.status_code == 200, page.text
            fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
            chosen = [self.tenant(number) for number in numbers or (0,)]
            form = {**fields, "organisation": chosen, "decision": decision}
            answer = self.http.post(f"{self.url}/identity/connect/authorize", data=form, follow_redirects=False)
            assert answer.is_redirect, answer.text
            return answer.headers["location"]

        return visit

    def grant(self, kind: str, app: Application, *numbers: int, organisation: str = "") -> granting.Grant:
        wish = granting.Wish(kind, app, REDIRECT, organisation)
        if kind == "custom-connection":
            return granting.custom_connection(self.installation, self.hosts, wish)
        return granting.by_consent(self.installation, self.hosts, wish, self.visitor(*numbers))

    def name_read_back(self, one: connecting.Connection) -> str:
        """The organisation's name, read through the whole stack of a connection."""
        governor = Governor(self.installation, one.id, "master-data", 5000, lambda _: None)
        return organisation.read(access.xero(self.installation, one, governor)).name

    def connect(self, sign_in: object, name: str = "kauri") -> connecting.Connection:
        return connecting.connect(self.installation, connecting.Request(name, self.hosts, self.site), sign_in)


@pytest.fixture(scope="module")
def server():
    options = Options(organisations=ORGANISATIONS, contacts=12, items=12, history_months=0, calls_per_minute=100_000)
    with running(options) as url:
        yield url


@pytest.fixture
def scene(server, tmp_path):
    (tmp_path / "site").mkdir()
    clock = Clock()
    with (
        httpx2.Client(follow_redirects=True, timeout=60) as http,
        installations.opened(Settings(home=tmp_path / "home")) as opened,
        Installation(opened.settings, opened.database, opened.vault, clock.now, clock.pause) as installation,
    ):
        made = Scene(server, http, installation, clock, tmp_path / "site")
        made.control("POST", "reset", keep_applications=False)
        made.control("DELETE", "received")
        yield made
