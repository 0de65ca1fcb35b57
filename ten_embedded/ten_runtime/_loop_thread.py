"""Threads that run an event loop, and the one that all async extensions of the process share."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Any

from ._executor import LoopExecutor

CANCEL_GRACE_S = 0.5
SLOW_S = 0.02
"""In asyncio's debug mode, what holds the loop for longer is complained of: sound comes every 10 ms."""
LoopFactory = Callable[[], asyncio.AbstractEventLoop]


class LoopThread:
    """An event loop in a daemon thread. Starts at once."""

    def __init__(self, name: str, loop_factory: LoopFactory | None = None) -> None:
        self.loop = (loop_factory or asyncio.new_event_loop)()
        self.loop.slow_callback_duration = SLOW_S
        self.executor = LoopExecutor(self.loop)
        self.hold_time = self._hold_time if hasattr(self.loop, "add_pending_work") else None
        """Keeps a virtual clock from jumping while other threads work (+1) until they are done (-1)."""
        self._async_nodes = 0
        self._lock = threading.Lock()
        self._winding_up: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.executor.bind_to_current_thread()
        try:
            self.loop.run_forever()
        finally:
            asyncio.set_event_loop(None)
            self.loop.close()

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> Callable[[], None]:
        """Call something on the loop later; from any thread. Returns how to cancel that."""
        handle: asyncio.TimerHandle | None = None

        def schedule() -> None:
            nonlocal handle
            handle = self.loop.call_later(delay_s, callback)

        def cancel() -> None:
            if handle is not None:
                handle.cancel()

        self._call(schedule)
        return lambda: self._call(cancel)

    def _hold_time(self, change: int) -> None:
        self._call(self.loop.add_pending_work, change)  # type: ignore[attr-defined]

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: then there is nothing left to do
            self.loop.call_soon_threadsafe(function, *arguments)

    def add_async_node(self) -> None:
        """An async extension will live on this loop; from any thread, before it begins."""
        with self._lock:
            self._async_nodes += 1

    def remove_async_node(self, then: Callable[[], None]) -> None:
        """An async extension is gone; on the loop. After the last one, what users left running is cancelled first."""
        with self._lock:
            self._async_nodes -= 1
            is_last = self._async_nodes == 0
        left = asyncio.all_tasks(self.loop) - self._winding_up if is_last else set()
        if not left:
            then()
            return

        def cancelled(task: asyncio.Task[None]) -> None:
            self._winding_up.discard(task)
            then()

        task = self.loop.create_task(cancel(left))
        self._winding_up.add(task)
        task.add_done_callback(cancelled)

    def stop(self) -> None:
        """Cancel what is still pending, with a short grace, and end the thread. Not from the loop itself."""
        asyncio.run_coroutine_threadsafe(self._wind_up(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    async def _wind_up(self) -> None:
        await cancel(asyncio.all_tasks() - {asyncio.current_task()})
        await self.loop.shutdown_asyncgens()


async def cancel(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancel tasks and give them a moment to end."""
    pending = {task for task in tasks if task is not None}
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=CANCEL_GRACE_S)


_lock = threading.Lock()
_shared: LoopThread | None = None
_shared_users = 0


def acquire_loop_thread(loop_factory: LoopFactory | None) -> LoopThread:
    """The shared loop thread of the process, or one of its own for an app that brings a loop factory."""
    global _shared, _shared_users
    if loop_factory is not None:
        return LoopThread("ten:loop", loop_factory)
    with _lock:
        _shared = _shared or LoopThread("ten:loop")
        _shared_users += 1
        return _shared


def release_loop_thread(thread: LoopThread) -> None:
    """Give the loop back; its last user ends it."""
    global _shared, _shared_users
    with _lock:
        if thread is _shared:
            _shared_users -= 1
            if _shared_users:
                return
            _shared = None
    thread.stop()
