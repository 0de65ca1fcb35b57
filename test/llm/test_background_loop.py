"""A loop in another thread."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from support.happened import happened

from wrappers.clock import VirtualTimeLoop
from wrappers.llm.background_loop import BackgroundLoop


@pytest.fixture
def there() -> Iterator[BackgroundLoop]:
    loop = BackgroundLoop("there")
    yield loop
    loop.close()


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Run in virtual time; returns how much of it passed, s."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main())
        return runner.get_loop().time()


async def count(to: int) -> AsyncGenerator[int, None]:
    for number in range(to):
        yield number


def test_calls_run_in_the_other_thread_while_virtual_time_stands_still(there: BackgroundLoop) -> None:
    async def work(number: int) -> tuple[int, str]:
        await asyncio.sleep(0.01)
        return number + 1, threading.current_thread().name

    async def main() -> None:
        assert await there.call(work, 1) == (2, "there")

    assert run(main) == 0


def test_errors_come_back(there: BackgroundLoop) -> None:
    async def fail() -> None:
        raise ValueError("no")

    async def count_and_fail() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("no")

    async def main() -> None:
        with pytest.raises(ValueError, match="no"):
            await there.call(fail)
        items = []
        with pytest.raises(ValueError, match="no"):
            async for item in there.stream(count_and_fail):
                items.append(item)
        assert items == [1]

    run(main)


def test_streams_are_complete_and_in_order_also_for_slow_readers(there: BackgroundLoop) -> None:
    async def main() -> None:
        items = []
        async for item in there.stream(count, 1000):
            items.append(item)
            if item % 100 == 0:
                await asyncio.sleep(1)
        assert items == list(range(1000))

    assert run(main) == pytest.approx(10)


def test_a_stream_is_never_far_ahead_of_its_reader(there: BackgroundLoop) -> None:
    made = []
    many_made = threading.Event()

    async def endless() -> AsyncGenerator[int, None]:
        while True:
            made.append(1)
            if len(made) == 257:
                many_made.set()
            yield 0

    async def main() -> None:
        async with aclosing(there.stream(endless)) as items:
            await anext(items)
            await happened(many_made)
            await there.call(asyncio.sleep, 0.01)
        assert 257 <= len(made) <= 260

    run(main)


def test_closing_a_stream_cancels_what_it_waits_for(there: BackgroundLoop) -> None:
    closed = threading.Event()

    async def hang() -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def main() -> None:
        async with aclosing(there.stream(hang)) as items:
            assert await anext(items) == 1
        assert await happened(closed)

    run(main)


def test_cancelling_a_call_cancels_it_there(there: BackgroundLoop) -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def hang() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def main() -> None:
        waiting = asyncio.create_task(there.call(hang))
        await happened(started)
        waiting.cancel()
        assert await happened(cancelled)

    run(main)


def test_after_closing_it_says_so(there: BackgroundLoop) -> None:
    started, ended = threading.Event(), threading.Event()

    async def hang() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def main() -> None:
        waiting = asyncio.create_task(there.call(hang))
        await happened(started)
        there.close()
        assert await happened(ended)
        await asyncio.gather(waiting, return_exceptions=True)
        there._thread.join(10)
        with pytest.raises(RuntimeError, match="there is closed"):
            await there.call(asyncio.sleep, 0)

    run(main)
