"""The web server of an installation, on a port of this machine."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

from fieldbridge.app.installation import Installation
from fieldbridge.console.server import serving

LOWEST, PORTS = 20_000, 1000
"""Below the ports that the system gives to whoever calls out; so many for each of the test session's processes."""
_tries = count(os.getpid())


def free_port() -> int:
    """A port that is free, and that nobody takes before it is used."""
    lowest = LOWEST + PORTS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 10)
    return next(port for _ in range(PORTS) if _is_free(port := lowest + next(_tries) % PORTS))


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    """Its address while it serves."""
    port = free_port()
    with serving(installation, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"
