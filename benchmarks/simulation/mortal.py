"""The product in a process of its own, which may be told to die (kill -9) in the middle of a run.

A point lies before every commit, and before and after every call to Xero. Started as a module it serves: one JSON
request a line, one JSON answer a line.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from simulation.product import hurry, opened

Row = dict[str, Any]
HERE = Path(__file__).parent.parent


class Mortal:
    """Asks the process, and starts another where one has died. Shape: deaths counts them."""

    def __init__(self, home: Path, url: str) -> None:
        self._command = [sys.executable, "-m", "simulation.mortal", str(home), url]
        self._process: subprocess.Popen[str] | None = None
        self.deaths = 0

    def ask(self, verb: str, at: str, **more: Any) -> Row:
        """One answer. After a death it is that of the next process, once it has seen to what was left."""
        said = self._said({"do": verb, "at": at, **more})
        if said is not None:
            return said
        self.deaths += 1
        self.close()
        left = self._said({"do": "go_on", "at": at})
        if left is None:
            raise ChildProcessError("The process that was to go on died as well.")
        more.pop("dies_at", None)
        return self.ask(verb, at, **more) | {"died": True, **left}

    def memory_mb(self) -> float:
        """What the process holds at this moment. Units: MB; 0 where the system does not tell."""
        status = Path(f"/proc/{self._process.pid if self._process else 0}/status")
        lines = status.read_text("utf-8").splitlines() if status.exists() else []
        return round(sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)

    def close(self) -> None:
        """Let the process end."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            self._process.wait(60)
        self._process = None

    def _said(self, request: Row) -> Row | None:
        process = self._process = self._process or self._started()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        said = json.loads(line) if line else None
        if said and "failed" in said:
            raise ChildProcessError(said["failed"])
        return said

    def _started(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip


class _Points:
    """Counts points; at the one named the process ends."""

    def __init__(self) -> None:
        self.left = 0
        sa.event.listen(sa.Engine, "commit", lambda _: self.reach())
        inner = httpx2.Client.send

        def send(*given: Any, **named: Any) -> Any:
            self.reach()
            answer = inner(*given, **named)
            self.reach()
            return answer

        httpx2.Client.send = send

    def reach(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def serve(home: Path, url: str) -> None:
    """Answer until the input ends."""
    hurry()
    points = _Points()
    with opened(home, url) as product:
        for line in sys.stdin:
            request = json.loads(line)
            points.left, verb = request.pop("dies_at", 0), request.pop("do")
            sys.stdout.write(json.dumps(_answer(getattr(product, verb), request)) + "\n")
            sys.stdout.flush()


def _answer(act: Any, request: Row) -> Row:
    try:
        return act(**request)
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        return {"failed": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
