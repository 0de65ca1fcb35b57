"""One thread per engine: run blocking calls and blocking generators for an event loop."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from wrappers.clock import hold_time, release_time

T = TypeVar("T")

MAX_JOBS = 256
"""More waiting calls than this mean that somebody forgot to wait for results."""


@dataclass(frozen=True, slots=True)
class _Job:
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class Worker:
    """A daemon thread that serves one engine, job after job, in the order they were given.

    The thread starts with the first job and never keeps the process alive. While a job is pending, virtual time stands
    still (see `wrappers.clock`).
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MAX_JOBS)
        self._thread: threading.Thread | None = None
        self._closed = False

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run one blocking call in the thread and return its result, or raise what it raised.

        Cancelling the caller does not stop a call that has begun; one that has not is left out.
        raises RuntimeError when the worker is closed or MAX_JOBS calls are waiting
        """
        result: T = await self._submit(function, *arguments)
        return result

    async def stream(
        self, generator_function: Callable[..., Iterator[T | None]], *arguments: Any, ahead: int = 8
    ) -> AsyncGenerator[T, None]:
        """Iterate over a blocking generator that runs in the thread, at most `ahead` items before the consumer.

        Each item is a job of its own, so other calls get their turn between items; None is no item, only such a turn.
        Wrap it in `contextlib.aclosing`: closing closes the generator in the thread as soon as it is not computing an
        item.
        """
        source = _Source(generator_function, arguments)
        waiting: deque[asyncio.Future[Any]] = deque()
        try:
            while True:
                while len(waiting) < ahead:
                    waiting.append(self._submit(source.next))
                item = await waiting.popleft()
                if item is _END:
                    return
                if item is not None:
                    yield item
        finally:
            source.closed = True
            for future in waiting:
                future.cancel()
            if not self._closed:
                self._submit(source.close).add_done_callback(_take_exception)

    def close(self) -> None:
        """Let the thread end after its current job; waiting jobs are cancelled. Does not wait."""
        if self._closed:
            return
        self._closed = True
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is not None:
                _post(job.loop, _finish, job, None, asyncio.CancelledError())
        self._jobs.put(None)

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        if self._closed:
            raise RuntimeError(f"worker {self._name} is closed")
        loop = asyncio.get_running_loop()
        job = _Job(loop, loop.create_future(), function, arguments)
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise RuntimeError(f"worker {self._name}: {MAX_JOBS} calls are waiting already") from None
        hold_time(loop)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return job.future

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            result, error = None, None
            if not job.future.cancelled():
                try:
                    result = job.function(*job.arguments)
                except BaseException as exception:  # whatever an engine raises belongs to the caller, not to the thread
                    error = exception
            _post(job.loop, _finish, job, result, error)
            del job, result, error  # an idle worker must not keep the last audio alive


class _Source:
    """The thread's side of a stream: the generator, made by its first item."""

    def __init__(self, generator_function: Callable[..., Iterator[Any]], arguments: tuple[Any, ...]) -> None:
        self._make = generator_function
        self._arguments = arguments
        self._iterator: Iterator[Any] | None = None
        self.closed = False

    def next(self) -> Any:
        if self.closed:
            return _END
        if self._iterator is None:
            self._iterator = iter(self._make(*self._arguments))
        return next(self._iterator, _END)

    def close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()


_END = object()


def _post(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        return  # the loop is closed: nobody waits for this any more


def _finish(job: _Job, result: Any, error: BaseException | None) -> None:
    release_time(job.loop)
    if job.future.cancelled():
        return
    if error is None:
        job.future.set_result(result)
    elif isinstance(error, asyncio.CancelledError):
        job.future.cancel()
    elif isinstance(error, StopIteration):  # a future cannot carry it
        job.future.set_exception(RuntimeError(f"StopIteration in {job.function}"))
    else:
        job.future.set_exception(error)


def _take_exception(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()
