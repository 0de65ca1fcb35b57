"""Writes to the standard output without making the conversation wait for a slow terminal."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import Literal

from wrappers.report import Screen
from wrappers.worker import Worker

MAX_WAITING = 100
"""Texts; a terminal that was stopped (Ctrl-S) loses what comes on top, the files do not."""


class Console:
    """Lines that stay, and on a terminal a live line below them. Used on the event loop; never raises."""

    def __init__(self, kind: Literal["auto", "live", "plain", "off"]) -> None:
        is_live = kind == "live" or (kind == "auto" and sys.stdout.isatty())
        self.screen = Screen(is_terminal=is_live)
        self._is_off = kind == "off"
        self._worker = Worker("console")
        self._waiting: set[asyncio.Task[None]] = set()

    def line(self, text: str) -> None:
        """Add a line that stays."""
        self._write(self.screen.line(text))
        self.refresh()

    def refresh(self) -> None:
        """Draw the live line anew, if what it shows has changed."""
        self._write(self.screen.live(shutil.get_terminal_size().columns))

    async def close(self) -> None:
        """Take the live line away and write the rest."""
        self._write(self.screen.clear())
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=1)
        self._worker.close()

    def _write(self, text: str) -> None:
        if not text or self._is_off or len(self._waiting) >= MAX_WAITING:
            return
        task = asyncio.get_running_loop().create_task(self._worker.call(_print, text))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        return  # nobody reads any more; the conversation goes on
