"""Workers as processes that may be killed (kill -9) at any moment: each does what `fieldbridge run` does.

Run as a module it serves: one JSON request a line, the process id of a new worker as answer. A worker is a fork, so
that a start costs no imports; it is a process of its own, and dies like one.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldbridge.app import installation, workshop
from fieldbridge.app.settings import Settings
from fieldbridge.app.workshop import Rhythm
from fieldbridge.cli.runs import leave, until_stopped
from support import killable

RHYTHM = Rhythm(beat_s=0.3, dead_after_s=2.0, sweep_s=1.0, lost_after_s=2.0)
GRACE_S = 2.0
TIMEOUT_S, HOLD_S = 2.0, 2.5
Plain = dict[str, Any]


@dataclass
class Crew:
    """Who works. Shape: places are the homes, one for each worker."""

    process: subprocess.Popen[bytes]
    database_url: str
    places: list[Path]
    pids: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Every place gets its worker."""
        self.pids = [self._start(home) for home in self.places]

    def replace(self, place: int) -> None:
        """Kill one worker and start another in its place."""
        self.kill(place)
        self.pids[place] = self._start(self.places[place])

    def kill(self, place: int) -> None:
        """It ends between two instructions."""
        with suppress(ProcessLookupError):
            os.kill(self.pids[place], signal.SIGKILL)

    def living(self) -> list[int]:
        """The processes that are there."""
        return [pid for pid in self.pids if Path(f"/proc/{pid}").exists()]

    def end(self) -> None:
        """Nobody works any more."""
        for place in range(len(self.pids)):
            self.kill(place)

    def _start(self, home: Path) -> int:
        request = {"home": str(home), "database_url": self.database_url}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def hired(database_url: str, places: list[Path]) -> Iterator[Crew]:
    """Workers for a database, none of which has begun; killed at the end."""
    script, here = [sys.executable, "-m", "support.crew"], Path(__file__).parents[1]
    with subprocess.Popen(script, cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        crew = Crew(process, database_url, places)
        try:
            yield crew
        finally:
            crew.end()
            assert process.stdin is not None
            process.stdin.close()


def serve() -> None:
    """Start workers until the input ends."""
    killable.warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are nobody's concern
    me = os.getpid()
    while line := sys.stdin.buffer.readline():
        child = os.fork()
        if not child:
            _work(json.loads(line), me)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _work(request: Plain, parent: int) -> None:
    threading.Thread(target=_live_no_longer_than, args=(parent,), daemon=True).start()
    settings = Settings(
        home=Path(request["home"]),
        database_url=request["database_url"],
        timeout_s=TIMEOUT_S,
        unsure_hold_s=HOLD_S,
        key="",
    )
    try:
        with installation.opened(settings) as opened:
            with workshop.opened(opened, stays=True, rhythm=RHYTHM, grace_s=GRACE_S) as work:
                until_stopped(work)
            leave(work)
    except BaseException:  # noqa: BLE001 - told to whoever looks
        traceback.print_exc()
    finally:
        os._exit(0)


def _live_no_longer_than(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    serve()
