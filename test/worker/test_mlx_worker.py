"""The thread that all engines on MLX share: calls, streams, whose turn it is, and what becomes of one that hangs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from typing import Any

import pytest
from support.require import require

from wrappers.clock import VirtualTimeLoop
from wrappers.errors import EngineFailed
from wrappers.mlx_worker import MlxUser, MlxWorker


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


def counting(upto: int) -> Iterator[int]:
    yield from range(upto)


class Gate:
    """Holds the worker's thread until it is opened, so that jobs can come together before any of them has its turn."""

    def __init__(self, worker: MlxWorker) -> None:
        self._open = threading.Event()
        self._call = asyncio.ensure_future(MlxUser("gate", "answer", worker=worker).call(self._open.wait))

    async def open(self) -> None:
        self._open.set()
        await self._call


def test_calls_of_all_users_run_in_one_thread() -> None:
    async def scenario() -> list[str]:
        worker = MlxWorker()
        users = [MlxUser(name, "answer", worker=worker) for name in ("voice", "model")]
        return [await user.call(lambda: threading.current_thread().name) for user in users]

    assert run(scenario()) == ["MLX", "MLX"]


def test_a_call_gives_what_it_returns_or_raises_and_the_thread_goes_on() -> None:
    async def scenario() -> None:
        user = MlxUser("model", "answer", worker=MlxWorker())
        with pytest.raises(ZeroDivisionError):
            await user.call(lambda: 1 // 0)
        assert await user.call(list) == []
        assert await user.call(divmod, 7, 2) == (3, 1)

    run(scenario())


def test_a_stream_gives_values_and_leaves_turns_out_and_keeps_a_bounded_distance() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int | None]:
        for number in range(50):
            yield None
            made.append(number)
            yield number

    async def scenario() -> None:
        user, got = MlxUser("model", "answer", worker=MlxWorker()), []
        async with aclosing(user.stream(numbers, ahead=4)) as stream:
            got.append(await anext(stream))
            await asyncio.sleep(1)
            assert len(made) - len(got) <= 4
            got += [number async for number in stream]
        assert got == list(range(50))

    run(scenario())


def test_an_error_inside_a_stream_reaches_its_consumer() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("device gone")

    async def scenario() -> list[int]:
        got = []
        with pytest.raises(OSError, match="device gone"):
            async for item in MlxUser("model", "answer", worker=MlxWorker()).stream(broken):
                got.append(item)
        return got

    assert run(scenario()) == [1]


def test_closing_a_stream_closes_its_generator_after_the_present_item() -> None:
    items, closed, go = [], [], threading.Event()

    async def scenario() -> None:
        user, begun = MlxUser("model", "answer", worker=MlxWorker()), asyncio.Event()
        loop = asyncio.get_running_loop()

        def endless() -> Iterator[int | None]:
            try:
                yield 1
                while True:
                    items.append(1)
                    loop.call_soon_threadsafe(begun.set)
                    go.wait()
                    yield None
            finally:
                closed.append(threading.current_thread().name)

        async with aclosing(user.stream(endless)) as stream:
            await anext(stream)
            await begun.wait()
        go.set()
        await user.call(lambda: None)

    run(scenario())
    assert items == [1]
    assert closed == ["MLX"]


def test_virtual_time_stands_still_while_something_is_awaited() -> None:
    async def scenario() -> float:
        user = MlxUser("model", "answer", worker=MlxWorker())
        timer = asyncio.ensure_future(asyncio.sleep(3600))
        await user.call(time.sleep, 0.05)
        async for _ in user.stream(counting, 30):
            assert not timer.done()
        assert not timer.done()
        await timer
        return asyncio.get_running_loop().time()

    assert run(scenario()) == 3600.0


def test_the_first_sound_of_a_voice_does_not_wait_for_a_whole_answer() -> None:
    order: list[str] = []

    def answer() -> Iterator[str]:
        for _ in range(40):
            order.append("token")
            yield "token"

    def speech() -> Iterator[str | None]:
        for _ in range(10):
            order.append("step")
            yield None
        order.append("sound")
        yield "sound"
        for _ in range(10):
            order.append("more")
            yield "more"

    async def scenario() -> None:
        worker = MlxWorker()
        gate = Gate(worker)
        model = MlxUser("model", "answer", worker=worker)
        voice = MlxUser("voice", "speech", lambda: 60.0 if "sound" in order else 0.0, worker)

        async def all_of(user: MlxUser, function: Any) -> None:
            async for _ in user.stream(function, ahead=100):
                pass

        both = asyncio.gather(all_of(model, answer), all_of(voice, speech))
        await asyncio.sleep(0)
        await gate.open()
        await both

    run(scenario())
    assert order[:11] == ["step"] * 10 + ["sound"]
    assert order[11:] == ["token"] * 40 + ["more"] * 10  # a minute of sound is left: no hurry


def test_a_thread_of_ones_own_can_wait_for_it() -> None:
    worker = MlxWorker()
    user = MlxUser("ears", "final", worker=worker)

    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("bad window")

    assert user.run(counting, 5, kind="final") == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="bad window"):
        user.run(broken, kind="partial")
    user.close()
    with pytest.raises(RuntimeError, match="ears is closed"):
        user.run(counting, 5, kind="final")


def test_closing_ends_what_somebody_waits_for() -> None:
    user = MlxUser("ears", "final", worker=MlxWorker())
    begun = threading.Event()

    def endless() -> Iterator[None]:
        while True:
            begun.set()
            yield

    def close_it() -> None:
        begun.wait()
        user.close()

    threading.Thread(target=close_it).start()
    with pytest.raises(EngineFailed, match="ears is closed"):
        user.run(endless, kind="final")


def test_an_item_that_hangs_fails_its_user_and_the_others_go_on() -> None:
    async def scenario() -> None:
        worker = MlxWorker(hung_s=0.2, stopped_hung_s=0.2)
        bad, good = MlxUser("voice", "speech", worker=worker), MlxUser("model", "answer", worker=worker)
        never = threading.Event()

        def hang() -> Iterator[int]:
            yield 1
            never.wait()

        async def listen() -> None:
            async for _ in bad.stream(hang):
                pass

        numbers = []
        async with aclosing(good.stream(counting, 100, ahead=1)) as stream:
            numbers.append(await anext(stream))
            with pytest.raises(EngineFailed, match="voice hangs, and was left behind"):
                await listen()
            numbers += [number async for number in stream]
        assert numbers == list(range(100))
        with pytest.raises(EngineFailed, match="voice hung"):
            await bad.call(lambda: None)
        never.set()  # the old thread wakes up, and must not disturb anybody
        assert await good.call(lambda: "well") == "well"

    asyncio.run(scenario())


def test_an_item_that_hangs_although_nobody_wants_it_any_more_is_left_behind_sooner() -> None:
    async def scenario() -> None:
        worker = MlxWorker(hung_s=60.0, stopped_hung_s=0.1)
        bad, good = MlxUser("voice", "speech", worker=worker), MlxUser("model", "answer", worker=worker)
        hangs, never = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def hang() -> Iterator[int]:
            loop.call_soon_threadsafe(hangs.set)
            never.wait()
            yield 1

        listening = asyncio.ensure_future(anext(bad.stream(hang)))
        await hangs.wait()
        listening.cancel()
        assert await good.call(lambda: "well") == "well"
        never.set()

    asyncio.run(scenario())


def test_arrays_of_mlx_outlive_a_thread_that_was_left_behind() -> None:
    require("mlx")
    import mlx.core as mx

    async def scenario() -> float:
        worker = MlxWorker(hung_s=0.1, stopped_hung_s=0.1)
        bad, good = MlxUser("voice", "speech", worker=worker), MlxUser("model", "answer", worker=worker)
        never = threading.Event()

        def make() -> mx.array:
            array = mx.ones((8, 8)) * 2
            mx.eval(array)
            return array

        array = await good.call(make)
        with pytest.raises(EngineFailed):
            async for _ in bad.stream(lambda: iter([never.wait()])):
                pass
        never.set()
        return float(await good.call(lambda: (array @ array).sum().item()))

    assert asyncio.run(scenario()) == 2 * 2 * 8 * 64


def test_a_closed_worker_keeps_its_thread_since_mlx_aborts_a_process_that_ends_while_one_does() -> None:
    async def scenario() -> threading.Thread:
        worker = MlxWorker()
        user = MlxUser("model", "answer", worker=worker)
        thread = await user.call(threading.current_thread)
        worker.close()
        with pytest.raises(RuntimeError, match="closed"):
            await user.call(list)
        return thread

    assert asyncio.run(scenario()).is_alive()


_ENDS_IN_THE_MIDDLE = """
import asyncio
import mlx.core as mx
from wrappers.mlx_worker import MlxUser

def compute():
    array = mx.random.uniform(shape=(400, 400))
    while True:
        for _ in range(4):
            array = array @ array / 100
            mx.async_eval(array)
        yield array.sum()

async def begin():
    stream = MlxUser("voice", "speech").stream(compute)
    await anext(stream)
    return stream

loop = asyncio.new_event_loop()
stream = loop.run_until_complete(begin())
"""


def test_a_process_may_end_in_the_middle_of_work() -> None:
    require("mlx")
    command = [sys.executable, "-c", _ENDS_IN_THE_MIDDLE]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [(process.returncode, error) for process, error in zip(processes, errors, strict=True)] == [(0, "")] * 6
