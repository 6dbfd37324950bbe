"""`python -m fieldbridge.standin` as a user starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import httpx2
import pytest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_prints_its_address_serves_and_stops_cleanly(number):
    command = [sys.executable, "-m", "fieldbridge.standin", "--contacts", "2", "--items", "2", "--history-months", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = json.loads(process.stdout.readline())["url"]
        assert "Kauri Wholesale Limited" in httpx2.get(url).text
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")
