"""How things stand, as a person at a terminal sees it and as a program reads it."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from app.scene import lay, order, raw
from fieldbridge.app import steering
from fieldbridge.app.alerts.lookout import Lookout
from fieldbridge.app.status import chosen, statuses
from fieldbridge.cli.status import view
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import FLOWS, MASTER_DATA, TRANSACTIONS
from fieldbridge.store.ledger import connections, runs, schedules
from support import bench as benches
from support.bench import LONG_AGO, Bench
from support.site import Site

WITHIN_S = 60.0


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        opened.connections(["kauri", "matai", "rata"])
        yield opened


def of(bench: Bench, name: str, flow: str = TRANSACTIONS):
    (found,) = statuses(bench.installation, [name])
    return next(one for one in found.flows if one.flow == flow)


def seen(installation, some=None, width=250) -> list[str]:
    """The lines of the table on a terminal."""
    console = Console(width=width, file=StringIO())
    found = statuses(installation, some)
    console.print(view(found, len(found), installation.now(), console.width))
    return [re.sub(r" +", " ", line.replace("│", "|")).strip() for line in console.file.getvalue().splitlines()]


def test_a_day_of_one_connection_shows_what_ran_what_waits_and_what_is_left(sqlite_site: Site):
    site = sqlite_site
    site.publish()
    lay(site, "orders.txt", raw(order(1), order(2, customer="NOB000")))
    site.sync()
    later = replace(site.installation, now=lambda: site.installation.now() + timedelta(minutes=5))
    shown = seen(later)
    spent = statuses(later)[0].calls_today
    assert any(
        line.startswith("| kauri | | | Kauri Wholesale Limited; 1 problem; 0 orders not sent; ") for line in shown
    )
    assert any(f"of 5000 calls left; {spent} calls today" in line for line in shown)
    (line,) = [line for line in shown if line.startswith("| transactions |")]
    assert line.startswith("| transactions | problems 5 min ago | due for ")
    assert "| 1 problem; waits: for a worker" in line
    assert "posted 1, parked 1" in line
    assert shown[-1].startswith("1 connection. 20")


def test_each_flow_says_what_it_waits_for(bench: Bench):
    now = bench.installation.now()
    with bench.installation.database.write() as tx:
        for name in ("kauri", "matai"):
            schedules.keep(tx, name, TRANSACTIONS, 60, now + timedelta(seconds=40))
        run_id = runs.queue(tx, "matai", MASTER_DATA, now)
    assert (of(bench, "kauri").state, of(bench, "kauri").waits_because) == ("never", "")
    assert "fieldbridge run" in of(bench, "rata").waits_because
    assert "for a worker" in of(bench, "matai", MASTER_DATA).waits_because
    with bench.installation.database.write() as tx:
        runs.start(tx, run_id, now)
        runs.say(tx, run_id, "waiting for Xero's minute")
    assert of(bench, "matai", MASTER_DATA).waits_because == "waiting for Xero's minute"
    assert any("| in 39 s |" in line or "| in 40 s |" in line for line in seen(bench.installation, ["kauri"]))
    steering.pause(bench.installation, steering.chosen(bench.installation, ["kauri"], everything=False), "stock-take")
    assert of(bench, "kauri").waits_because == "paused by a person: stock-take"
    shown = seen(bench.installation, ["kauri"])
    assert any("paused: paused by a person: stock-take" in line for line in shown)
    assert sum("stock-take" in line for line in shown) == 1


def test_many_connections_are_narrowed_by_name_by_text_and_by_need(bench: Bench):
    installation = bench.installation
    assert chosen(installation) == ["kauri", "matai", "rata"]
    assert chosen(installation, ["rata", "kauri"]) == ["kauri", "rata"]
    assert chosen(installation, like="AT") == ["matai", "rata"]
    assert chosen(installation, like="%") == []
    assert chosen(installation, attention=True) == []
    with installation.database.write() as tx:
        connections.pause(tx, "matai", "Xero no longer lets us in.")
        for flow in FLOWS:
            schedules.keep(tx, "kauri", flow, 60, LONG_AGO if flow == TRANSACTIONS else installation.now())
            schedules.keep(tx, "rata", flow, 60, installation.now())
    Lookout(installation, "me").look()
    assert chosen(installation, attention=True) == ["kauri", "matai"]
    assert [one.alerts for one in statuses(installation, ["kauri", "matai"])] == [
        [("no_success", TRANSACTIONS)],
        [("reconnect", "")],
    ]
    with pytest.raises(SetupError, match="kaury"):
        chosen(installation, ["kaury"])


def test_an_installation_without_connections_says_how_to_begin(tmp_path: Path):
    with benches.opened(tmp_path / "home", "") as empty, pytest.raises(SetupError, match="no connection yet"):
        chosen(empty.installation)


def test_a_terminal_shows_a_change_while_it_watches_and_ends_on_ctrl_c(tmp_path: Path):
    with benches.opened(tmp_path / "home", "") as bench:
        bench.connections(["kauri"])
        # Whoever started the tests may have had the signal ignored, and that is inherited.
        heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        command = [sys.executable, "-c", heed + "from fieldbridge.cli.main import run; run()"]
        main, side = pty.openpty()
        size = {
            **os.environ,
            "COLUMNS": "120",
            "LINES": "40",
            "TERM": "xterm",
            "FIELDBRIDGE_HOME": str(tmp_path / "home"),
        }
        with subprocess.Popen(
            [*command, "status", "--watch", "--every", "0.5"], stdin=side, stdout=side, stderr=side, env=size
        ) as process:
            os.close(side)
            assert "transactions" in read_until(main, "transactions")
            steering.pause(bench.installation, bench.installation.connections(), "stock-take")
            assert "stock-take" in read_until(main, "stock-take")
            process.send_signal(signal.SIGINT)
            read_until(main, "\x1b[?1049l")  # the terminal is given back
            assert process.wait(WITHIN_S) == 0
        os.close(main)


def read_until(terminal: int, words: str) -> str:
    said, deadline = "", time.monotonic() + WITHIN_S
    while words not in said:
        assert time.monotonic() < deadline, said
        if select.select([terminal], [], [], 1.0)[0]:
            said += os.read(terminal, 65_536).decode(errors="replace")
    return said


def test_a_terminal_of_forty_characters_still_shows_what_is_wrong(bench):
    with bench.installation.database.write() as tx:
        connections.pause(tx, "kauri", "stock-take")
    lines = seen(bench.installation, ["kauri"], width=40)
    assert max(map(len, lines)) <= 40
    told = "".join(line.split("|")[4].strip() for line in lines if line.startswith("|") and line.count("|") > 4)
    assert "paused:stock-take" in told.replace(" ", "")
