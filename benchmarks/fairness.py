"""Whether one connection with very much to do holds up the others: order files, `fieldbridge run`, and Xero's limits.

Every connection has its own organisation and its usual schedules. Small order files are laid into the folders of the
others all the time: first while the big one has nothing, then while it always has about ten thousand orders waiting.

Run: .venv/bin/python benchmarks/fairness.py --others 100 --waiting 10000 --minutes 15
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crowd import lateness, spent
from crowd.laying import Layer
from crowd.organisations import connect_each, local_xero
from fieldbridge.app import installation
from fieldbridge.app.connection_settings import parse
from fieldbridge.app.demo.tablet import synchronised
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.flows import FLOWS

BIG = "big"
SMALL_SIZE = ("--contacts", "40", "--items", "60", "--history-months", "1")
LIMITS = ("--limits", "core")
A_MINUTE, LOOK_S, READY_WITHIN_S = 60.0, 0.1, 1800.0
CALLS_A_MINUTE, ORDERS_A_CALL, BIG_FILE = 60, 50, 100
Row = dict[str, Any]


@dataclass
class Scene:
    """The folders, who lays files into them, and the worker. Units: every_s between two files of one of the others."""

    opened: Installation
    names: list[str]
    worker: int
    xero: int
    every_s: float
    big: Layer = field(init=False)
    small: list[Layer] = field(init=False)

    def synchronise(self) -> None:
        """Every connection's tablets read what was published."""
        layers = [self._layer(number, name) for number, name in enumerate(self.names)]
        self.big, self.small = layers[0], layers[1:]

    def _layer(self, number: int, name: str) -> Layer:
        one = self.opened.connection(name)
        profile, folder = parse(one.settings).profile, Path(one.folder)
        return Layer(number, name, folder, synchronised(folder, profile), profile, date.today())  # noqa: DTZ011

    def trade(self, minutes: float, waiting: int) -> Row:
        """Let time pass. Shape: how late things were; waiting is how many orders the big one has all the while."""
        began, cpu = datetime.now(UTC), (spent.cpu_s(self.worker), spent.cpu_s(self.xero))
        ends_at = time.monotonic() + minutes * A_MINUTE
        laid = {"big": [self.big.lay(BIG_FILE) for _ in range(waiting // BIG_FILE)], "others": []}
        # As fast as Xero's limits let them go, more come.
        pace_s = BIG_FILE / (CALLS_A_MINUTE * ORDERS_A_CALL) * A_MINUTE
        due = {
            layer.name: time.monotonic() + self.every_s * at / len(self.small) for at, layer in enumerate(self.small)
        }
        more_at = time.monotonic() + pace_s
        while (now := time.monotonic()) < ends_at:
            for layer in self.small:
                if due[layer.name] <= now:
                    laid["others"].append(layer.lay(2))
                    due[layer.name] += self.every_s
            if waiting and more_at <= now:
                laid["big"].append(self.big.lay(BIG_FILE))
                more_at += pace_s
            time.sleep(LOOK_S)
        used = spent.cpu_s(self.worker) - cpu[0], spent.cpu_s(self.xero) - cpu[1]
        return {
            "began": began,
            "ended": datetime.now(UTC),
            "laid": laid,
            "worker_cpu_s": round(used[0], 1),
            "xero_cpu_s": round(used[1], 1),
            "memory_mb": spent.memory_mb(self.worker),
        }


def main() -> None:
    """Measure without the big one and with it, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=100)
    parser.add_argument("--waiting", type=int, default=10_000, help="orders the big one has waiting all the time")
    parser.add_argument("--minutes", type=float, default=15, help="of each half")
    parser.add_argument("--every", type=float, default=60, help="seconds between two files of one connection")
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite otherwise")
    asked = parser.parse_args()
    names = [BIG, *(f"c{number:05}" for number in range(asked.others))]
    with TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.jsonl"
        with _scene(Path(folder), names, journal, asked) as scene:
            halves = {
                "alone": scene.trade(asked.minutes, 0),
                "beside": scene.trade(asked.minutes, asked.waiting),
            }
            time.sleep(A_MINUTE)  # so that what was laid last has arrived too
        figures = {name: _judged(scene.opened, half, journal) for name, half in halves.items()}
    print(json.dumps({**vars(asked), **figures}))  # noqa: T201 - the figures are the output


@contextmanager
def _scene(folder: Path, names: list[str], journal: Path, asked: argparse.Namespace) -> Iterator[Scene]:
    settings = Settings(home=folder / "home", database_url=asked.database)
    with (
        local_xero(names, *SMALL_SIZE, *LIMITS, "--record", str(journal)) as (url, xero),
        installation.opened(settings) as opened,
    ):
        connect_each(opened, url, folder / "sites", names)
        with _running(settings) as worker:
            scene = Scene(opened, names, worker, xero, asked.every)
            _wait_for_first_runs(opened, len(names))
            scene.synchronise()
            yield scene


@contextmanager
def _running(settings: Settings) -> Iterator[int]:
    """`fieldbridge run` in a process of its own. Shape: its id."""
    given = {"FIELDBRIDGE_HOME": str(settings.home), "FIELDBRIDGE_DATABASE_URL": settings.database_url}
    command = [str(Path(sys.executable).parent / "fieldbridge"), "run"]
    with subprocess.Popen(command, env=os.environ | given, stdout=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(A_MINUTE)


def _wait_for_first_runs(opened: Installation, connections: int) -> None:
    """Every flow but that of the order files, which has nothing to do yet, runs once as soon as it is connected."""
    wanted, gives_up_at = connections * (len(FLOWS) - 1), time.monotonic() + READY_WITHIN_S
    while lateness.flows_that_ran(opened) < wanted:
        assert time.monotonic() < gives_up_at, "The first runs do not end."
        time.sleep(1)


def _judged(opened: Installation, half: Row, journal: Path) -> Row:
    between = half.pop("began"), half.pop("ended")
    laid = half.pop("laid")
    arrived = lateness.arrivals(journal)
    return {
        "files_to_invoices": lateness.of_orders([one for orders in laid["others"] for one in orders], arrived),
        "schedules": lateness.of_schedules(opened, between, BIG),
        "big_orders_laid": sum(map(len, laid["big"])),
        "big_orders_arrived": sum(between[0] < arrived[one.number] < between[1]
                                  for orders in laid["big"] for one in orders if one.number in arrived),
        **half,
    }  # fmt: skip


if __name__ == "__main__":
    main()
