"""Connecting by a real browser: Xero's page, the way back to this machine, and what a person is told at the end.

Tests that need Chromium do not exist where it is missing, unless FIELDBRIDGE_TEST_REQUIRES asks for it.
"""

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass

import httpx2
import pytest

from support.browser import WIDTH, has_browser
from support.web import free_port

RIMU = "Rimu Trading Limited"
RUN = "from fieldbridge.cli.main import run; run()"


@dataclass
class Terminal:
    """Somebody at a terminal who lets `fieldbridge connect` open a browser."""

    scene: object
    environment: dict
    stack: ExitStack
    port: int

    @property
    def redirect(self):
        return f"http://localhost:{self.port}/callback"

    def connect(self, *more):
        """Begin to connect. Shape: the process, and what it says first."""
        form = {"kind": "mobile", "name": "Browser", "redirect_uris": self.redirect}
        self.scene.http.post(f"{self.scene.url}/my-applications/add", data=form)
        listed = self.scene.http.get(f"{self.scene.url}/my-applications").text
        app = re.search(r'href="(/my-applications/[^"/]+)"[^>]*>\s*Browser', listed)[1]
        client_id = re.search(r'id="client-id"[^>]*>([^<]+)', self.scene.http.get(self.scene.url + app).text)[1]
        where = ("--folder", str(self.scene.site), "--xero-url", self.scene.url, "--redirect-uri", self.redirect)
        process = self.start("connect", "kauri", "--client-id", client_id.strip(), *where, *more)
        return process, process.stderr.readline()

    def start(self, *arguments):
        command = [sys.executable, "-c", RUN, *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = self.stack.enter_context(subprocess.Popen(command, env=self.environment, **pipes))
        self.stack.callback(process.kill)
        return process


@pytest.fixture
def terminal(scene, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDBRIDGE_")}
    environment = kept | {"FIELDBRIDGE_HOME": str(tmp_path / "own"), "BROWSER": "true %s"}
    with ExitStack() as stack:
        yield Terminal(scene, environment, stack, free_port())


def asked(said):
    """The address a browser was sent to."""
    return re.match(r"Opening (\S+)", said)[1]


def test_a_port_in_use_is_said_before_a_browser_opens(terminal):
    with socket.create_server(("localhost", terminal.port)):
        process, said = terminal.connect()
        # What was read ahead with the first line, only the same reader gives.
        told = said + process.stderr.read()
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert f"Port {terminal.port} is in use" in told
    assert f"http://localhost:{terminal.port + 1}/callback" in told
    assert "Opening" not in told


def test_a_connection_that_sends_nothing_does_not_keep_the_answer_waiting(terminal):
    process, _ = terminal.connect()
    with closing(socket.create_connection(("localhost", terminal.port))):
        answer = httpx2.get(f"{terminal.redirect}?error=access_denied", timeout=60)
        assert "Not connected" in answer.text
    process.communicate(timeout=60)


def test_other_pages_of_the_little_server_do_not_count_as_an_answer(terminal):
    process, said = terminal.connect()
    assert httpx2.get(f"http://localhost:{terminal.port}/favicon.ico").status_code == 404
    assert process.poll() is None
    state = re.search(r"state=([^&]+)", asked(said))[1]
    assert "Not connected" in httpx2.get(f"{terminal.redirect}?error=access_denied&state={state}").text
    assert process.wait(timeout=60) == 3


if has_browser:

    @pytest.fixture
    def page(chromium):
        opened = chromium.new_page(viewport={"width": WIDTH, "height": 900})
        yield opened
        opened.close()

    def ended(process):
        """Shape: exit code, what was printed, what was said."""
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def is_connected(terminal):
        code, out, _ = ended(terminal.start("connections", "--json"))
        return json.loads(out) if code == 0 else []

    def test_a_person_allows_one_of_several_organisations_and_is_connected_to_it(terminal, page):
        process, said = terminal.connect("--json")
        page.goto(asked(said))
        page.get_by_label(RIMU).check()
        page.get_by_role("button", name="Allow access").click()
        page.wait_for_url(f"{terminal.redirect}*")
        assert page.get_by_role("heading").inner_text() == "Xero has answered"
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        code, out, err = ended(process)
        assert (code, json.loads(out)["organisation"], json.loads(out)["sign_in"]) == (0, RIMU, "pkce"), err
        (made,) = is_connected(terminal)
        assert (made["id"], made["organisation_name"]) == ("kauri", RIMU)

    def test_a_person_who_allows_several_names_the_one_to_connect(terminal, page):
        process, said = terminal.connect("--organisation", RIMU)
        page.goto(asked(said))
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Allow access").click()
        page.get_by_role("heading", name="Xero has answered").wait_for()
        code, out, _ = ended(process)
        assert (code, out) == (0, f"Connected kauri to {RIMU}.\n")

    def test_a_person_who_cancels_reads_so_on_the_page_and_in_the_terminal(terminal, page):
        process, said = terminal.connect()
        page.goto(asked(said))
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("heading", name="Not connected").wait_for()
        assert "chose Cancel" in page.get_by_role("alert").inner_text()
        code, out, err = ended(process)
        assert (code, out) == (3, "")
        assert "chose Cancel" in err
        assert is_connected(terminal) == []

    def test_an_answer_that_belongs_to_another_attempt_is_refused(terminal, page):
        process, _ = terminal.connect()
        page.goto(f"{terminal.redirect}?code=somebodys&state=guessed<b>")
        assert page.get_by_role("heading").inner_text() == "Not connected"
        assert "belongs to another attempt" in page.get_by_role("alert").inner_text()
        code, _, err = ended(process)
        assert (code, "belongs to another attempt" in err) == (3, True)
        assert is_connected(terminal) == []
        assert terminal.scene.received("/connect/token") == []

    def test_the_page_at_the_end_has_colours_of_its_own_in_the_dark(terminal, page):
        process, _ = terminal.connect()
        page.emulate_media(color_scheme="dark")
        page.goto(f"{terminal.redirect}?error=access_denied")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.emulate_media(color_scheme="light")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
        process.communicate(timeout=60)
