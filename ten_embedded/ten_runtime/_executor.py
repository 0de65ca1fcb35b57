"""Where the code of an extension runs: on an event loop, or on a thread of its own.

Everything an extension does happens on its executor, so its state needs no locks.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread, get_ident
from time import perf_counter
from typing import Any, Protocol

BATCH_MESSAGES = 256
BATCH_S = 0.002
"""The pump lets timers and sockets of the loop have their turn after this much work."""
BACKLOG_WARNING = 1_000

Job = Callable[[Any], object]


class Executor(Protocol):
    """Runs jobs one after the other. A job does not raise."""

    on_backlog: Callable[[int], object] | None
    """Told how many jobs wait, when they become many."""

    def post(self, job: Job, argument: Any) -> None:
        """Run `job(argument)` later; callable from any thread, and in order for each of them."""

    def run(self, job: Job, argument: Any) -> None:
        """Run `job(argument)` now if the calling code runs on this executor, else later."""

    def owns(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether jobs run on the thread of this loop."""


class LoopExecutor:
    """Runs jobs on an event loop, many of them in one pass of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._jobs: deque[tuple[Job, Any]] = deque()
        self.on_backlog: Callable[[int], object] | None = None
        self._warn_at = BACKLOG_WARNING
        self._is_pumping = False
        self._thread_id = 0

    def bind_to_current_thread(self) -> None:
        self._thread_id = get_ident()

    def run(self, job: Job, argument: Any) -> None:
        if get_ident() == self._thread_id:
            job(argument)
        else:
            self.post(job, argument)

    def owns(self, loop: asyncio.AbstractEventLoop) -> bool:
        return loop is self.loop

    def post(self, job: Job, argument: Any) -> None:
        self._jobs.append((job, argument))
        if not self._is_pumping:
            self._is_pumping = True
            self._schedule()

    def _schedule(self) -> None:
        if get_ident() == self._thread_id:
            self.loop.call_soon(self._pump)
        else:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to run anything
                self.loop.call_soon_threadsafe(self._pump)

    def _pump(self) -> None:
        jobs = self._jobs
        if len(jobs) >= self._warn_at:
            self._warn_at = _report_backlog(self, len(jobs))
        end = perf_counter() + BATCH_S
        try:
            for _ in range(BATCH_MESSAGES):
                if not jobs:
                    break
                job, argument = jobs.popleft()
                job(argument)
                if perf_counter() >= end:
                    break
        finally:
            # Another thread may have added a job while the flag was still up: look once more after taking it down.
            self._is_pumping = False
            if jobs:
                self._is_pumping = True
                self.loop.call_soon(self._pump)


class ThreadExecutor:
    """Runs jobs on the thread that calls `serve`; once that has ended, on the thread that posts them.

    hold_time: told +1 for each job that is posted and -1 when it is done, so that a virtual clock can stand still
    """

    def __init__(self, hold_time: Callable[[int], None] | None = None) -> None:
        self.hold_time = hold_time
        self.on_backlog: Callable[[int], object] | None = None
        self._warn_at = BACKLOG_WARNING
        self._jobs: SimpleQueue[tuple[Job, Any] | None] = SimpleQueue()
        self._thread_id = 0
        self._is_over = False

    def run(self, job: Job, argument: Any) -> None:
        if get_ident() == self._thread_id:
            job(argument)
        else:
            self.post(job, argument)

    def owns(self, loop: asyncio.AbstractEventLoop) -> bool:
        return False

    def post(self, job: Job, argument: Any) -> None:
        if self.hold_time is not None:
            self.hold_time(1)
        self._jobs.put((job, argument))
        if self._is_over:
            self._serve_rest()

    def serve(self) -> None:
        """Run jobs until `stop`, those posted before it included."""
        self._thread_id = get_ident()
        while (entry := self._jobs.get()) is not None:
            self._run(*entry)
            del entry  # the next wait may be long: it must not keep a message alive
        self._thread_id = 0
        self._is_over = True
        self._serve_rest()

    def stop(self) -> None:
        """End `serve` after the jobs that were posted before."""
        self._jobs.put(None)

    def _run(self, job: Job, argument: Any) -> None:
        waiting = self._jobs.qsize()
        if waiting >= self._warn_at:
            self._warn_at = _report_backlog(self, waiting)
        try:
            job(argument)
        except Exception:  # a mistake of the runtime itself: say it, and go on with the others
            sys.excepthook(*sys.exc_info())
        if self.hold_time is not None:
            self.hold_time(-1)

    def _serve_rest(self) -> None:
        with suppress(Empty):
            while True:
                if entry := self._jobs.get_nowait():
                    self._run(*entry)

    def serve_on_thread(self, name: str) -> Thread:
        thread = Thread(target=self.serve, name=name, daemon=True)
        thread.start()
        return thread


def _report_backlog(executor: Executor, waiting: int) -> int:
    """Returns from how many waiting jobs on to report the next time."""
    if executor.on_backlog is not None:
        executor.on_backlog(waiting)
    return 2 * waiting
