"""What every test would otherwise wait for, though nothing is proven by it."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from httpx2._transports import default as transports
from hypothesis import HealthCheck, settings

from fieldbridge.app import workshop

MEMORY = Path("/dev/shm")
ROOM_GB = 4
WATCH_EVERY_S = 0.04


def files_in_memory() -> None:
    """Have files lie in memory where there is room: each commit would wait for a disk, and no test is about one."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_GB * 1e9:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # asked anew


def hurry() -> None:
    """Look for a run's end more often than is good, read the list of authorities once, and judge no machine slow."""
    workshop.WATCH_EVERY_S = WATCH_EVERY_S
    transports.create_ssl_context = cache(transports.create_ssl_context)
    settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow], deadline=None)
    settings.load_profile("any machine")
