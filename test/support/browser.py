"""A Chromium of the system's, driven by Playwright, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.require import BROWSERS

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio")
OFFLINE = ("--disable-background-networking", "--disable-component-update", "--disable-sync")


@contextmanager
def open_browser() -> Iterator[Any]:
    """Playwright's `Browser`. Needs `require("browser")`."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        arguments = [*QUIET, *OFFLINE, "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
