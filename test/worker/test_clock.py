"""The event loop whose clock jumps."""

import asyncio
import socket
import time

from wrappers.clock import VirtualTimeLoop, now_ms


def test_an_hour_passes_at_once_and_timers_keep_their_order() -> None:
    async def scenario() -> list[tuple[str, int]]:
        seen = []

        async def at(name: str, delay_s: float) -> None:
            await asyncio.sleep(delay_s)
            seen.append((name, now_ms()))

        await asyncio.gather(at("hour", 3600), at("second", 1), at("first", 0.25), at("also an hour", 3600))
        return seen

    started = time.monotonic()
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        seen = runner.run(scenario())
    assert seen == [("first", 250), ("second", 1000), ("hour", 3_600_000), ("also an hour", 3_600_000)]
    assert time.monotonic() - started < 60, "an hour of virtual time must not take real time"


def test_timeouts_work_in_virtual_time() -> None:
    async def scenario() -> int:
        try:
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        except TimeoutError:
            return now_ms()
        return -1

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert runner.run(scenario()) == 30_000


def test_what_is_ready_on_a_socket_comes_before_the_next_timer() -> None:
    async def scenario() -> int:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        theirs.send(b"x")
        async with asyncio.timeout(1000):
            await reader.read(1)
        writer.close()
        theirs.close()
        return now_ms()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert runner.run(scenario()) == 0
