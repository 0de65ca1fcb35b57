"""An event loop in a thread of its own, for the clients of servers.

A server's time is real, also where the app's loop lives in virtual time; and importing a client's package, opening
sockets and reading JSON keep nobody else waiting. While something is awaited from here, virtual time stands still.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar

from wrappers.clock import hold_time, release_time

T = TypeVar("T")

_AHEAD = 256
"""Items that a stream may be ahead of its reader: more than any server sends in the time of one loop pass."""
_END = object()


class BackgroundLoop:
    """Runs coroutines and async generators elsewhere. A daemon thread: it never keeps the process alive."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._closed = False
        self._thread.start()

    async def call(self, function: Callable[..., Coroutine[Any, Any, T]], *arguments: Any) -> T:
        """Run a coroutine there and return its result. Cancelling the caller cancels it, without waiting for that."""
        coroutine = function(*arguments)
        try:
            running = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:
            coroutine.close()
            raise RuntimeError(f"{self._thread.name} is closed") from None
        with _standing_still():
            return await asyncio.wrap_future(running)

    async def stream(
        self, function: Callable[..., AsyncGenerator[T, None]], *arguments: Any
    ) -> AsyncGenerator[T, None]:
        """Iterate over an async generator that runs there.

        Closing cancels whatever the generator waits for, and does not wait for its end. Use `contextlib.aclosing`.
        """
        here = asyncio.get_running_loop()
        items: asyncio.Queue[Any] = asyncio.Queue(_AHEAD + 1)
        room = asyncio.Semaphore(_AHEAD)

        def put(item: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the reader's loop is closed: nobody waits for it any more
                here.call_soon_threadsafe(items.put_nowait, item)

        async def pump() -> None:
            last: Any = _END
            try:
                async with aclosing(function(*arguments)) as source:
                    async for item in source:
                        await room.acquire()
                        put(item)
            except Exception as error:
                last = _Failure(error)
            put(last)

        running = asyncio.run_coroutine_threadsafe(pump(), self._loop)
        try:
            while True:
                with _standing_still():
                    item = await items.get()
                if item is _END:
                    return
                if isinstance(item, _Failure):
                    raise item.error
                self._post(room.release)
                yield item
        finally:
            running.cancel()

    def close(self) -> None:
        """Cancel everything there and let the thread end. Does not wait."""
        if not self._closed:
            self._closed = True
            self._post(self._loop.stop)

    def _post(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            self._loop.call_soon_threadsafe(function)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()


class _Failure:
    """What a generator raised, on its way to the reader."""

    def __init__(self, error: Exception) -> None:
        self.error = error


@contextmanager
def _standing_still() -> Iterator[None]:
    loop = asyncio.get_running_loop()
    hold_time(loop)
    try:
        yield
    finally:
        release_time(loop)
