"""Many organisations at one local Xero, each with a private app and a connection of its own."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from crowd import spent
from fieldbridge.app import certificate, connect
from fieldbridge.app.demo.local_xero import started
from fieldbridge.app.installation import Installation
from fieldbridge.app.sign_in.private_app import PrivateApp

PAGES = "/my-applications"
ISSUED_TO = "Benchmark"


@contextmanager
def local_xero(names: Sequence[str], *options: str) -> Iterator[tuple[str, int]]:
    """A local Xero with an organisation of each name. Shape: its address, and its process."""
    with started(*(f"--org={name}" for name in names), *options) as url:
        yield url, next(one for one in spent.children(os.getpid()) if "fieldbridge.standin" in spent.command(one))


def connect_each(opened: Installation, url: str, folder: Path, names: Sequence[str]) -> None:
    """A connection to each organisation, under the organisation's name, with a folder of that name."""
    public = certificate.ensure(opened, ISSUED_TO)
    for name, app in _apps(url, names, public):
        (folder / name).mkdir(parents=True)
        connect.connect(opened, connect.Request(name, connect.hosts_at(url), folder / name), app)


def _apps(url: str, names: Sequence[str], public: str) -> Iterator[tuple[str, PrivateApp]]:
    """What an office does at the pages of the local Xero, for each organisation."""
    with httpx2.Client(base_url=url, timeout=120) as browser:
        offered = browser.get(f"{PAGES}/add").text
        ids = {name: found for found, name in re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>\s*([^<\s]+)', offered)}
        for name in names:
            form = {"kind": "private", "name": name, "organisation": ids[name], "certificate": public}
            assert browser.post(f"{PAGES}/add", data=form).status_code == httpx2.codes.SEE_OTHER, name
        listed = browser.get(PAGES).text
        pages = {name: page for page, name in re.findall(rf'href="({PAGES}/[^"/]+)"[^>]*>\s*([^<\s]+)', listed)}
        for name in names:
            page = browser.get(pages[name]).text
            yield name, PrivateApp(_shown("consumer-key", page), _shown("consumer-secret", page))


def _shown(name: str, page: str) -> str:
    found = re.search(rf'id="{name}"[^>]*>([^<]+)', page)
    assert found is not None, f"A page of the local Xero does not show a {name}."
    return found[1].strip()
