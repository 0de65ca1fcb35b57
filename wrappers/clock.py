"""The one clock of the app, and an event loop whose clock jumps.

The clock is the running event loop's `time()`: monotonic, in seconds, started at an arbitrary point. Whoever runs on
`VirtualTimeLoop` lives in virtual time without knowing it: thirty seconds of conversation take milliseconds.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any


def now_ms() -> int:
    """Time of the running loop's clock in whole ms. Raises RuntimeError outside of a loop."""
    return round(asyncio.get_running_loop().time() * 1000)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Jumps to the next timer as soon as nothing is ready and no worker has work pending.

    Work that happens elsewhere (`hold_time`) freezes the clock until it is done, so that an engine costs no virtual
    time and a run with deterministic engines is the same every time.
    """

    def __init__(self) -> None:
        self._virtual_time_s = 0.0
        self._pending_work = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Virtual time in seconds, from 0."""
        return self._virtual_time_s

    @property
    def works_elsewhere(self) -> bool:
        """Whether a worker has work pending, so that the clock stands still."""
        return self._pending_work > 0

    def jump(self, delay_s: float) -> None:
        """Move the clock forward. Only the loop's selector calls this."""
        self._virtual_time_s += delay_s

    def add_pending_work(self, change: int) -> None:
        """Count work that happens outside of the loop; on the loop's thread only."""
        self._pending_work += change


def hold_time(loop: asyncio.AbstractEventLoop) -> None:
    """Say that a worker begins something: virtual time stands still until `release_time`. Real time takes no notice."""
    if isinstance(loop, VirtualTimeLoop):
        loop.add_pending_work(1)


def release_time(loop: asyncio.AbstractEventLoop) -> None:
    """Say that what `hold_time` announced is done. On the loop's thread."""
    if isinstance(loop, VirtualTimeLoop):
        loop.add_pending_work(-1)


class _JumpingSelector(selectors.BaseSelector):
    """A selector that, in place of waiting for the next timer, moves the loop's clock to it."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self._loop.works_elsewhere:
            # Nothing is due before somebody else wakes us; but what is ready at once must not wait for that.
            return self._real.select(timeout if timeout is not None and timeout <= 0 else None)
        ready = self._real.select(0)
        if not ready and timeout > 0:
            self._loop.jump(timeout)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()
