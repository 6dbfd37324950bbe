"""Consent by way of the server: the browser is on another machine than the command, and comes back by the console.

Tests that need Chromium do not exist where it is missing, unless FIELDBRIDGE_TEST_REQUIRES asks for it.
"""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from fieldbridge.app.sign_in import remote_consent
from fieldbridge.console.server import create_app
from fieldbridge.core.errors import AccessError
from fieldbridge.net.oauth2 import ask_consent
from sign_in.test_sign_in_browser import RIMU, ended, terminal  # noqa: F401 - a fixture
from support.browser import WIDTH, has_browser

SAID = "Nobody here waits for this answer"


@pytest.fixture
def web(scene):
    with TestClient(create_app(scene.installation)) as client:
        yield client


def asking(scene, state="one"):
    app = scene.app("web")
    return ask_consent(app, scene.url, "https://bridge.example/sign-in/xero", ("offline_access",), "v" * 64, state)


def waiting(scene, asked, pool):
    """Begin to wait for somebody. Shape: the future answer, once the request is known to the server."""
    told = threading.Event()
    patient = replace(scene.installation, pause=lambda _: None)
    found = pool.submit(remote_consent.by_server, patient, asked, lambda _: told.set())
    assert told.wait(60)
    return found


def test_the_first_answer_to_a_request_counts_and_nothing_of_it_is_kept(scene, web):
    asked = asking(scene)
    with ThreadPoolExecutor(1) as pool:
        found = waiting(scene, asked, pool)
        page = web.get("/sign-in/xero?code=abc&state=one")
        assert found.result(60) == "/sign-in/xero?code=abc&state=one"
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Xero has answered" in page.text
    with scene.installation.database.read() as tx:
        assert scene.installation.vault.names(tx, remote_consent.OWNER) == []
    assert SAID in web.get("/sign-in/xero?code=abc&state=one").text


@pytest.mark.parametrize(
    "query", ["", "code=abc", "code=abc&state=another", "state=" + "x" * 9000, "error=access_denied"]
)
def test_what_nobody_asked_for_is_refused_and_stored_nowhere(scene, web, query):
    page = web.get(f"/sign-in/xero?{query}")
    assert page.status_code == 400
    assert SAID in page.text
    with scene.installation.database.read() as tx:
        assert scene.installation.vault.names(tx, remote_consent.OWNER) == []


def test_who_comes_after_five_minutes_is_told_and_so_is_who_waited(scene, web):
    with pytest.raises(AccessError, match="within five minutes"):
        remote_consent.by_server(scene.installation, asking(scene), lambda _: None)
    assert SAID in web.get("/sign-in/xero?code=abc&state=one").text


def test_what_a_killed_command_left_behind_is_forgotten_by_the_next(scene):
    it = scene.installation
    with it.database.write() as tx:
        remote_consent._keep(it, tx, remote_consent.Awaited(consent=asking(scene), until=it.now()))
    scene.advance(minutes=1)
    with pytest.raises(AccessError):
        remote_consent.by_server(it, asking(scene, "two"), lambda _: None)
    with it.database.read() as tx:
        assert it.vault.names(tx, remote_consent.OWNER) == []


if has_browser:

    def test_a_first_connection_is_made_from_a_browser_elsewhere_as_a_web_app(terminal, chromium):
        scene, port = terminal.scene, terminal.port
        redirect = f"http://localhost:{port}/sign-in/xero"
        form = {"kind": "web", "name": "Office", "redirect_uris": redirect}
        scene.http.post(f"{scene.url}/my-applications/add", data=form)
        listed = scene.http.get(f"{scene.url}/my-applications").text
        shown = scene.http.get(
            scene.url + re.search(r'href="(/my-applications/[^"/]+)"[^>]*>\s*Office', listed)[1]
        ).text
        values = dict(re.findall(r'id="(client-id|client-secret)"[^>]*>([^<]+)', shown))
        terminal.environment |= {
            "FIELDBRIDGE_CLIENT_ID": values["client-id"].strip(),
            "FIELDBRIDGE_CLIENT_SECRET": values["client-secret"].strip(),
        }
        server = terminal.start("run", "--listen", f"127.0.0.1:{port}")
        assert server.stdout.readline() == "Running without a connection yet. Ctrl-C stops.\n"
        where = ("--folder", str(scene.site), "--xero-url", scene.url, "--redirect-uri", redirect)
        command = terminal.start("connect", "kauri", "--sign-in", "web-app", *where, "--json")
        assert "on any machine" in command.stderr.readline()
        address = command.stderr.readline().strip()
        page = chromium.new_page(viewport={"width": WIDTH, "height": 900})
        page.goto(address)
        page.get_by_label(RIMU).check()
        page.get_by_role("button", name="Allow access").click()
        page.get_by_role("heading", name="Xero has answered").wait_for()
        page.close()
        code, out, err = ended(command)
        assert (code, json.loads(out)["sign_in"]) == (0, "web-app"), err
        server.terminate()
        assert server.wait(60) == 0
