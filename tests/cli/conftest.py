"""Somebody at a terminal."""

import json
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldbridge.app.demo.office import Office
from fieldbridge.cli.main import run as enter
from support.xero import Xero


@dataclass
class Shell:
    """Somebody at a terminal, with a home of their own. Everything printed is kept in `said`.

    Commands run in this process: the way a console script enters, without the cost of an interpreter each time.
    """

    home: Path
    folder: Path
    xero: Xero
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture
    said: str = ""
    printed: str = ""

    def run(self, *arguments: object, code: int = 0, **environment: str) -> str:
        with self.patch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["fieldbridge", "--home", str(self.home), *(str(one) for one in arguments)])
            with pytest.raises(SystemExit) as ended:
                enter()
        out, err = self.captured.readouterr()
        self.said += out + err
        self.printed = out
        assert (ended.value.code or 0) == code, (arguments, out, err)
        return out or err

    def failed(self, *arguments: object, code: int) -> tuple[str, str]:
        """Shape: what was printed, and the last line of what was said."""
        before = len(self.said)
        self.run(*arguments, code=code)
        return self.printed, self.said[before:].splitlines()[-1]

    def json(self, *arguments: object, code: int = 0, **environment: str):
        return json.loads(self.run(*arguments, "--json", code=code, **environment))

    def connect(self, app, *more: object, code: int = 0, named: str = "kauri", folder: Path | None = None):
        return self.run(
            "connect",
            named,
            "--sign-in",
            "private-app",
            "--folder",
            folder or self.folder,
            "--xero-url",
            self.xero.url,
            *more,
            code=code,
            FIELDBRIDGE_CONSUMER_KEY=app.consumer_key,
            FIELDBRIDGE_CONSUMER_SECRET=app.consumer_secret,
        )

    def new_app(self):
        office = Office(self.xero.url)
        try:
            return office.add_private_app("Opmetrix", self.json("certificate")["certificate"])
        finally:
            office.close()


@pytest.fixture
def shell(tmp_path, xero, monkeypatch, capsys):
    folder = tmp_path / "site"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("FIELDBRIDGE_")]:
        if not name.startswith("FIELDBRIDGE_STANDIN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FIELDBRIDGE_UNSURE_HOLD_S", "0.05")
    yield Shell(tmp_path / "home", folder, xero, monkeypatch, capsys)
    # The engine's log handler holds on to this test's captured stream, which is about to be closed.
    logging.getLogger("dbos").handlers.clear()
