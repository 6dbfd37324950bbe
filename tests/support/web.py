"""The web server of an installation, on a port of this machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from fieldbridge.app.installation import Installation
from fieldbridge.console.server import serving


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    """Its address while it serves."""
    port = free_port()
    with serving(installation, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"
