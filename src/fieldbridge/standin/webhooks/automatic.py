"""The thread on which webhooks send themselves."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from fieldbridge.standin.webhooks.webhooks import Webhooks

LOOKS_EVERY_S = 0.1
LONGEST_STOP_S = 1.0
"""A subscriber that does not answer does not keep the server from stopping."""


@contextlib.contextmanager
def sending(webhooks: Webhooks) -> Iterator[None]:
    """For the length of a `with` block, look again and again whether anything is due, by the movable clock."""
    is_over = threading.Event()

    def run() -> None:
        while not is_over.wait(LOOKS_EVERY_S):
            webhooks.run_by_itself()

    thread = threading.Thread(target=run, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(LONGEST_STOP_S)
