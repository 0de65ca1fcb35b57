"""The worker thread of an engine: calls, streams, cancelling, ending."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from wrappers.clock import VirtualTimeLoop
from wrappers.worker import Worker


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


def test_calls_run_in_one_thread_of_their_own_in_order() -> None:
    async def scenario() -> list[str]:
        worker, seen = Worker("engine"), []
        await asyncio.gather(
            *(worker.call(lambda n=n: seen.append(f"{threading.current_thread().name} {n}")) for n in range(3))
        )
        worker.close()
        return seen

    assert run(scenario()) == ["engine 0", "engine 1", "engine 2"]


def test_an_engines_exception_reaches_the_caller_and_the_worker_goes_on() -> None:
    async def scenario() -> int:
        worker = Worker("engine")
        with pytest.raises(ZeroDivisionError):
            await worker.call(lambda: 1 // 0)
        return await worker.call(lambda: 7)

    assert run(scenario()) == 7


def test_virtual_time_stands_still_while_a_call_runs() -> None:
    async def scenario() -> tuple[float, bool]:
        worker, let_go = Worker("engine"), threading.Event()
        call = asyncio.ensure_future(worker.call(let_go.wait))
        timer = asyncio.ensure_future(asyncio.sleep(3600))
        asyncio.get_running_loop().call_soon(lambda: None)
        threading.Timer(0.05, let_go.set).start()
        await call
        before = asyncio.get_running_loop().time()
        hour_passed_during_call = timer.done()
        await timer
        return asyncio.get_running_loop().time() - before, hour_passed_during_call

    assert run(scenario()) == (3600.0, False)


def test_a_stream_gives_its_items_and_keeps_a_bounded_distance() -> None:
    made: list[int] = []

    def numbers(count: int) -> Iterator[int]:
        for number in range(count):
            made.append(number)
            yield number

    async def scenario() -> tuple[list[int], int]:
        worker, got = Worker("engine"), []
        async with aclosing(worker.stream(numbers, 100, ahead=4)) as stream:
            got.append(await anext(stream))
            await asyncio.sleep(1)
            ahead_of_consumer = len(made) - len(got)
            got += [number async for number in stream]
        return got, ahead_of_consumer

    got, ahead = run(scenario())
    assert got == list(range(100))
    assert ahead <= 4


def test_closing_a_stream_closes_the_generator_and_other_calls_get_their_turn() -> None:
    closed_in: list[str] = []

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed_in.append(threading.current_thread().name)

    async def scenario() -> str:
        worker = Worker("engine")
        async with aclosing(worker.stream(endless)) as stream:
            await anext(stream)
            between = await worker.call(lambda: "between items")
        await worker.call(lambda: None)
        return between

    assert run(scenario()) == "between items"
    assert closed_in == ["engine"]


def test_an_error_inside_a_stream_reaches_its_consumer() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("device gone")

    async def scenario() -> list[int]:
        worker, got = Worker("engine"), []
        with pytest.raises(OSError, match="device gone"):
            async for item in worker.stream(broken):
                got.append(item)
        return got

    assert run(scenario()) == [1]


def test_a_closed_worker_refuses_and_cancels_what_waits() -> None:
    async def scenario() -> None:
        worker, let_go = Worker("engine"), threading.Event()
        begun, loop = asyncio.Event(), asyncio.get_running_loop()

        def hold() -> bool:
            loop.call_soon_threadsafe(begun.set)
            return let_go.wait()

        running = asyncio.ensure_future(worker.call(hold))
        waiting = asyncio.ensure_future(worker.call(lambda: 1))
        await begun.wait()
        worker.close()
        let_go.set()
        assert await running is True
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(RuntimeError, match="closed"):
            await worker.call(lambda: 1)

    run(scenario())


def test_a_call_cancelled_before_it_began_is_left_out() -> None:
    async def scenario() -> list[str]:
        worker, let_go, ran = Worker("engine"), threading.Event(), []
        first = asyncio.ensure_future(worker.call(let_go.wait))
        second = asyncio.ensure_future(worker.call(lambda: ran.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        let_go.set()
        await first
        await worker.call(lambda: ran.append("third"))
        return ran

    assert run(scenario()) == ["third"]
