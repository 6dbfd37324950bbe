"""Chromium without a window, for what only a real browser can show."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
WIDTH = 768
"""A tablet held upright. Units: CSS pixels."""
has_browser = CHROMIUM.exists() or "chromium" in os.environ.get("FIELDBRIDGE_TEST_REQUIRES", "")


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()
