"""An engine's way to the MLX worker."""

from __future__ import annotations

import asyncio
import contextlib
import queue
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any, TypeVar

from wrappers.clock import hold_time, release_time
from wrappers.errors import EngineFailed
from wrappers.mlx_worker.order import Kind
from wrappers.mlx_worker.worker import Job, MlxWorker, Outcome

T = TypeVar("T")

_the_worker = MlxWorker()


class MlxUser:
    """Calls and streams as `wrappers.worker.Worker` has them, for one engine of several on the same thread.

    Once an item of this engine hung, all further calls fail: the engine is of no use any more, make a new one.
    """

    def __init__(
        self,
        name: str,
        kind: Kind,
        sound_left_s: Callable[[], float] = lambda: 0.0,
        worker: MlxWorker | None = None,
    ) -> None:
        """
        name: of the engine, for errors
        kind: of its streams; calls are calls
        sound_left_s: for a voice, how long it can be heard yet; called in another thread
        worker: None = the one of this process; others are for tests
        """
        self._name = name
        self._kind: Kind = kind
        self._sound_left_s = sound_left_s
        self._worker = worker or _the_worker
        self._jobs: set[Job] = set()
        self._closed = False
        self.hung = False
        """An item of this engine did not end."""

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run one blocking call as one item. See `Worker.call`; raises EngineFailed when it hangs."""

        def once() -> Iterator[list[T]]:
            yield [function(*arguments)]

        async with aclosing(self._stream("call", once, (), 1)) as results:
            async for (result,) in results:
                return result
        raise asyncio.CancelledError  # closed before it began

    async def stream(
        self,
        generator_function: Callable[..., Iterator[T | None]],
        *arguments: Any,
        ahead: int = 8,
        kind: Kind | None = None,
    ) -> AsyncGenerator[T, None]:
        """Iterate over a generator, at most `ahead` values before the consumer. Each step is an item; None is no value.

        Wrap it in `contextlib.aclosing`: closing closes the generator after its present item, and does not wait for it.
        kind: None = that of the engine
        raises what the generator raises, and EngineFailed when it hangs
        """
        async with aclosing(self._stream(kind or self._kind, generator_function, arguments, ahead)) as values:
            async for value in values:
                yield value

    def run(self, generator_function: Callable[..., Iterator[T | None]], *arguments: Any, kind: Kind) -> list[T]:
        """All values of a generator, for an engine that has a thread of its own: blocks that thread.

        raises what the generator raises, and EngineFailed when it hangs or the engine is closed meanwhile
        """
        outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        values: list[T] = []
        job = self._begin(kind, generator_function, arguments, outcomes.put, 1)
        while not (outcome := outcomes.get()).last:
            values.append(outcome.value)
            self._worker.give_room(job)
        self._end(job)
        if outcome.error is not None:
            raise outcome.error
        if job.stopped:
            raise EngineFailed(f"{self._name} is closed")
        return values

    def close(self) -> None:
        """End what goes on, after the present item. Does not wait."""
        self._closed = True
        for job in list(self._jobs):
            self._worker.stop(job)

    def _begin(
        self,
        kind: Kind,
        function: Callable[..., Iterator[Any]],
        arguments: tuple[Any, ...],
        deliver: Callable[[Outcome], None],
        room: int,
    ) -> Job:
        if self.hung:
            raise EngineFailed(f"{self._name} hung, and was left behind")
        if self._closed:
            raise RuntimeError(f"{self._name} is closed")
        job = Job(self._name, kind, _steps(function, arguments), deliver, room, self._sound_left_s)
        self._jobs.add(job)
        self._worker.add(job)
        return job

    def _end(self, job: Job) -> None:
        self._jobs.discard(job)
        self.hung = self.hung or job.hung

    async def _stream(
        self, kind: Kind, function: Callable[..., Iterator[Any]], arguments: tuple[Any, ...], ahead: int
    ) -> AsyncGenerator[Any, None]:
        arrivals = _Arrivals(ahead)
        try:
            job = self._begin(kind, function, arguments, arrivals.deliver, ahead)
        except BaseException:
            arrivals.take(Outcome(last=True))
            raise
        arrivals.on_last = lambda: self._end(job)
        try:
            while not (outcome := await arrivals.queue.get()).last:
                if self.hung:
                    raise EngineFailed(f"{self._name} hung, and was left behind")
                arrivals.promise()
                self._worker.give_room(job)
                yield outcome.value
            if outcome.error is not None:
                raise outcome.error
        finally:
            arrivals.leave()
            self._worker.stop(job)


def _steps(function: Callable[..., Iterator[Any]], arguments: tuple[Any, ...]) -> Iterator[Any]:
    """Begins in the thread, not where the job is made."""
    yield from function(*arguments)


class _Arrivals:
    """A job's outcomes on their way to an event loop. Virtual time stands still for those that were promised."""

    def __init__(self, promised: int) -> None:
        self.queue: asyncio.Queue[Outcome] = asyncio.Queue()  # no longer than what was promised
        self.on_last: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()
        self._promised = 0
        self._over = False
        for _ in range(promised):
            self.promise()

    def promise(self) -> None:
        """One more may come."""
        if not self._over:
            self._promised += 1
            hold_time(self._loop)

    def deliver(self, outcome: Outcome) -> None:
        """In the worker's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for this any more
            self._loop.call_soon_threadsafe(self.take, outcome)

    def take(self, outcome: Outcome) -> None:
        """On the loop."""
        if outcome.last:
            self._over = True
            self.on_last()
        self._release(0 if outcome.last else self._promised - 1)
        self.queue.put_nowait(outcome)

    def leave(self) -> None:
        """Nobody takes any more, but until the job is over it works."""
        if not self._over:
            if self._promised == 0:
                self.promise()
            self._release(1)

    def _release(self, left: int) -> None:
        while self._promised > left:
            self._promised -= 1
            release_time(self._loop)
