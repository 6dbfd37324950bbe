"""Databases for tests: SQLite files, and a private PostgreSQL cluster that lives as long as the test session.

Nothing that runs already is touched: the cluster has its own folder, its own Unix socket and no TCP port.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg

REQUIRES = "FIELDBRIDGE_TEST_REQUIRES"
KINDS = ("sqlite", "postgresql")
OWNER = "fieldbridge"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "listen_addresses=''")
STRATEGIES_SINCE = 150_000
# Enough to outlive the server's own end, though not the machine's.
KEEPS_COMMITS = "synchronous_commit=on"


def programs() -> Path | None:
    """Where PostgreSQL's server programs are; None when they are not installed."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    return next((one for one in places if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def kinds() -> tuple[str, ...]:
    """The databases that can be tested here.

    PostgreSQL is left out where it is not installed, unless FIELDBRIDGE_TEST_REQUIRES asks for it: then its tests
    are there and fail.
    """
    wanted = "postgresql" in os.environ.get(REQUIRES, "")
    return KINDS if wanted or programs() else KINDS[:1]


@dataclass(eq=False)
class Cluster:
    """A running PostgreSQL server."""

    socket: Path
    _start: Callable[[], None]
    _stop: Callable[[], None]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str) -> str:
        return f"postgresql://{OWNER}@/{name}?host={self.socket}"

    def create(self, template: str = "template0") -> str:
        """A fresh database. Shape: its name."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as session:
            # Older servers know no other way, nor this word for it.
            quickly = "STRATEGY FILE_COPY" if session.info.server_version >= STRATEGIES_SINCE else ""
            session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {quickly}')
        return name

    def drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop_hard(self) -> None:
        """All its processes end at once; what they were at is left as it is."""
        self._stop()

    def start(self) -> None:
        """Start it again; it repairs itself."""
        self._start()

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as session:
            session.execute(statement)


@contextmanager
def cluster(*more: str) -> Iterator[Cluster]:
    """A private server. As root it runs as another user, because PostgreSQL refuses root. Shape: more options."""
    found = programs()
    assert found is not None, f"{REQUIRES} asks for PostgreSQL, but initdb and pg_ctl are not installed"
    with tempfile.TemporaryDirectory(prefix="fb-", ignore_cleanup_errors=True) as folder:
        user = _unprivileged(Path(folder))
        data, socket = Path(folder) / "data", Path(folder)
        options = " ".join(f"-c {one}" for one in (*FAST, *more, f"unix_socket_directories={socket}"))
        initdb = ["initdb", "-D", data, "-U", OWNER, "-E", "UTF8", "--no-locale", "--auth=trust", "--no-sync"]
        start = ["pg_ctl", "-D", data, "-l", data / "log", "-o", options, "-w", "start"]
        stop = ["pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]
        _call(found, initdb, user)
        _call(found, start, user)
        try:
            yield Cluster(socket, partial(_call, found, start, user), partial(_call, found, stop, user))
        finally:
            _call(found, stop, user)


def _unprivileged(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    names = {one.pw_name for one in pwd.getpwall()}
    user = next(name for name in ("postgres", "nobody") if name in names)
    shutil.chown(folder, user)
    return user


def _call(found: Path, command: list[object], user: str | None) -> None:
    program, *rest = (str(one) for one in command)
    done = subprocess.run(
        [str(found / program), *rest],
        user=user,
        cwd="/",
        env={"LC_ALL": "C", "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would stay open for as long as the server runs
        check=False,
    )
    assert done.returncode == 0, f"{program} failed"
