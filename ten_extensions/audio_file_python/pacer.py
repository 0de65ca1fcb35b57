"""Keeps a stream at its pace."""

from __future__ import annotations

import asyncio


class Pacer:
    """Ticks at absolute times, so that errors do not add up; after a stall it catches up without leaving a tick out."""

    def __init__(self, period_ms: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._start_s = self._loop.time()
        self._period_ms = period_ms

    @property
    def start_ms(self) -> float:
        """Time of tick 0 on the app's clock."""
        return self._start_s * 1000

    async def wait(self, tick: int) -> None:
        """Return at the time of a tick, at once if that is over; always lets others run."""
        await asyncio.sleep(self._start_s + tick * self._period_ms / 1000 - self._loop.time())
