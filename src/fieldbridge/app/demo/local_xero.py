"""A local Xero as a process of its own, on loopback, for as long as the demo lasts."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fieldbridge.core.errors import SetupError

STOP_WITHIN_S = 5


@contextmanager
def started(*options: str) -> Iterator[str]:
    """Start it with some options of its own, give its address, and stop it in the end.

    Errors: SetupError when it does not come up.
    """
    command = [sys.executable, "-m", "fieldbridge.standin", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SetupError(
                    "demo.local_xero", "The local Xero did not start.", remedy="Run `fieldbridge standin`."
                )
            yield json.loads(line)["url"]
        finally:
            process.terminate()
            process.wait(STOP_WITHIN_S)
