"""A process that runs the transactions flow once and, if told so, kills itself (kill -9) at the n-th point.

A point lies before and after every commit that changed something, every HTTP call and every move of a file, on the
threads that queue the run or carry it out; and after the run was taken from its queue. Everything a run does to the
world lies between two neighbouring points. The hooks sit in SQLAlchemy, httpx2, pathlib and around the durable
engine, and none of them in the product's own code.

Run as a module it serves: one JSON request a line, one JSON answer a line. Each request is carried out by a fork, so
that a start costs no imports; the fork is a process of its own and dies like one. Only a request to rehearse is carried
out by the server itself, without any point: statements it has compiled need not be compiled by forks.
"""

import functools
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpcore2  # noqa: F401 - otherwise every fork would import it
import httpx2
import sqlalchemy as sa
from dbos._sys_db import SystemDatabase
from httpx2._transports import default as transports

from fieldbridge.app import installation, workshop
from fieldbridge.app.flows.programs import TRANSACTIONS
from fieldbridge.app.settings import Settings
from fieldbridge.engine import durable
from fieldbridge.engine.dispatch import Dispatcher
from fieldbridge.store.ledger import runs
from fieldbridge.store.ledger.runs import Run
from support import pace

Plain = dict[str, Any]
LOOK_S = 0.03
POLL_S = 0.06
HANGS_AFTER_S = 60
CHANGING = ("INSERT", "UPDATE", "DELETE", "WITH")


@dataclass
class Points:
    """Counts points, and ends the process at one of them.

    Shape: trace names a file that gets a line for each point, for whoever wants to know where they lie.
    """

    kill_at: int
    trace: str = ""
    passed: int = 0

    def reach(self, what: str) -> None:
        self.passed += 1
        if self.trace:
            with Path(self.trace).open("a") as file:
                file.write(f"{self.passed} {what}\n")
        if self.passed == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, inner: Callable[..., Any], name: str, counts: Callable[..., bool] = lambda *_: True) -> Any:
        """The same function with a point before and after it."""

        @functools.wraps(inner)
        def call(*given: Any, **named: Any) -> Any:
            if not _here.works or not counts(*given):
                return inner(*given, **named)
            self.reach(f"before {name}")
            result = inner(*given, **named)
            self.reach(f"after {name}")
            return result

        return call


class _Here(threading.local):
    """What is known of the thread that asks: whether it works for the run, and has changed anything uncommitted."""

    works = False
    changed = False


_here = _Here()


def install(points: Points) -> None:
    """Put the hooks in place."""
    _note_changes()
    sa.Connection._commit_impl = points.around(sa.Connection._commit_impl, "a commit", lambda _: _here.changed)
    httpx2.Client.send = points.around(httpx2.Client.send, "a call")
    Path.replace = points.around(Path.replace, "a move")
    SystemDatabase.start_queued_partitioned_workflows = _taking(points)
    _mark_threads()


def _note_changes() -> None:
    def forget(_connection: sa.Connection) -> None:
        _here.changed = False

    def note(_connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        _here.changed |= statement.lstrip().upper().startswith(CHANGING)

    sa.event.listen(sa.Engine, "begin", forget)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)


def _taking(points: Points) -> Callable[..., list[str]]:
    take = SystemDatabase.start_queued_partitioned_workflows

    def taken(self: SystemDatabase, *given: Any, **named: Any) -> list[str]:
        found = take(self, *given, **named)
        if found:
            points.reach("after the run was taken from its queue")
        return found

    return taken


def _mark_threads() -> None:
    """The workflow's thread counts from its first word to its end, on a resumed run too; pollers never do."""
    begin, start = durable._begin, Dispatcher.start

    def begun(ref: Plain) -> None:
        _here.works = True
        begin(ref)

    def started(self: Dispatcher, *given: Any) -> int:
        _here.works = True
        try:
            return start(self, *given)
        finally:
            _here.works = False

    durable._begin = begun
    Dispatcher.start = started


def run_once(request: Plain) -> Plain:
    """A run whose points are counted, and may kill this process.

    Shape: points counts what this process passed; the rest is the run as it ended.
    """
    points = Points(request["kill_at"], request.get("trace", ""))
    install(points)
    ended = run(request)
    return {"points": points.passed, "state": ended.state, "exit_code": ended.exit_code, "error": ended.error}


def run(request: Plain) -> Run:
    """Go on with the run an earlier process left, or start one; watch it to its end."""
    settings = Settings(
        home=Path(request["home"]), database_url=request["database_url"], unsure_hold_s=request["hold_s"], key=""
    )
    with installation.opened(settings) as opened:
        quick = replace(opened, pause=lambda wait_s: time.sleep(min(wait_s, LOOK_S)))
        name = quick.connections()[0].id
        with workshop.opened(quick) as work:
            with quick.database.read() as tx:
                last = runs.latest(tx, name, TRANSACTIONS)
            run_id = last.id if last else work.dispatcher.start(name, TRANSACTIONS)
            *_, ended = work.watch(run_id)
    return ended


def serve() -> None:
    """Answer requests until the input ends. Shape: {"killed": true} or what run_once gives."""
    warm()
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        said = rehearse(request) if request.get("rehearse") else _forked(request)
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def rehearse(request: Plain) -> Plain:
    """One run in this process. No thread of it may be left: a fork would inherit what it held."""
    run(request)
    assert threading.active_count() == 1
    gc.freeze()
    return {}


def _forked(request: Plain) -> Plain:
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        _carry_out(request, write_end)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    return _outcome(said, status)


def _outcome(said: str, status: int) -> Plain:
    if not os.WIFSIGNALED(status):
        return json.loads(said)
    number = os.WTERMSIG(status)
    return {"killed": True} if number == signal.SIGKILL else {"failed": f"ended by signal {number}"}


def warm() -> None:
    """Do once what every fork would repeat: drivers, and certificates that loopback never needs."""
    for url in ("sqlite://", "postgresql+psycopg://"):
        sa.create_engine(url)
    context = transports.create_ssl_context()
    transports.create_ssl_context = lambda *_, **__: context
    durable.POLL_S = POLL_S
    pace.compile_once()
    pace.look_before_taking()
    pace.look_at_once()
    gc.disable()
    gc.freeze()


def _carry_out(request: Plain, write_end: int) -> None:
    signal.alarm(HANGS_AFTER_S)
    try:
        said = run_once(request)
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        said = {"failed": f"{type(error).__name__}: {error}"}
    os.write(write_end, json.dumps(said).encode())
    os._exit(0)


@contextmanager
def served() -> Iterator[Callable[[Plain], Plain]]:
    """The module as a process; gives a function that has one request carried out."""
    module, here = [sys.executable, "-m", "support.killable"], Path(__file__).parents[1]
    with subprocess.Popen(module, cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(request: Plain) -> Plain:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        try:
            yield ask
        finally:
            process.stdin.close()


if __name__ == "__main__":
    serve()
