"""What the runtime's benchmark measures, and the pipeline it compares with: asyncio queues and one task per node."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any, Protocol

FRAME_BYTES = 320
"""10 ms of 16-bit mono at 16 kHz."""
FLOOD_PACE = 64
"""A flooding driver lets the others run after this many frames."""
CONSUMER_S = 0.005
QUEUED_FRAMES = 200


class Pipeline(Protocol):
    """Nodes that hand messages on."""

    latency_us: list[float]
    """Of each paced frame, from before it is made until the last node has it."""

    async def command(self) -> None:
        """Send a command and wait for the result."""

    async def flood(self, count: int) -> None:
        """Send frames through driver, middle and sink as fast as they go; return when all have arrived."""

    async def send_paced(self) -> None:
        """Send one frame through five nodes."""

    async def interrupt(self) -> float:
        """Time in ms until a command is seen behind QUEUED_FRAMES frames whose consumer awaits CONSUMER_S each."""


@dataclass
class PlainFrame:
    buffer: bytearray
    timestamp: int


class PlainPipeline:
    """What one would write by hand."""

    def __init__(self) -> None:
        self.latency_us: list[float] = []
        self._commands: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()
        self._flood: list[asyncio.Queue[PlainFrame]] = [asyncio.Queue(FLOOD_PACE) for _ in range(2)]
        self._paced: list[asyncio.Queue[PlainFrame]] = [asyncio.Queue() for _ in range(4)]
        self._slow: asyncio.Queue[PlainFrame | asyncio.Future[float]] = asyncio.Queue()
        self._missing = 0
        self._arrived = asyncio.Event()
        self._sent_at_s = 0.0
        nodes: list[Coroutine[Any, Any, None]] = [
            self._answer(),
            self._forward(*self._flood),
            self._count(),
            *(self._forward(source, target) for source, target in pairwise(self._paced)),
            self._note_latency(),
            self._consume_slowly(),
        ]
        self._tasks = [asyncio.get_running_loop().create_task(node) for node in nodes]

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def command(self) -> None:
        answer = asyncio.get_running_loop().create_future()
        await self._commands.put(answer)
        await answer

    async def flood(self, count: int) -> None:
        self._missing = count
        self._arrived.clear()
        for index in range(count):
            await self._flood[0].put(PlainFrame(bytearray(FRAME_BYTES), index))
        await self._arrived.wait()

    async def send_paced(self) -> None:
        self._sent_at_s = perf_counter()
        await self._paced[0].put(PlainFrame(bytearray(FRAME_BYTES), 0))

    async def interrupt(self) -> float:
        for index in range(QUEUED_FRAMES):
            self._slow.put_nowait(PlainFrame(bytearray(FRAME_BYTES), index))
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        begin = perf_counter()
        self._slow.put_nowait(seen)
        return (await seen - begin) * 1e3

    async def _answer(self) -> None:
        while True:
            (await self._commands.get()).set_result(None)

    async def _forward(self, source: asyncio.Queue[PlainFrame], target: asyncio.Queue[PlainFrame]) -> None:
        while True:
            await target.put(await source.get())

    async def _count(self) -> None:
        while True:
            await self._flood[1].get()
            self._missing -= 1
            if not self._missing:
                self._arrived.set()

    async def _note_latency(self) -> None:
        while True:
            await self._paced[-1].get()
            self.latency_us.append((perf_counter() - self._sent_at_s) * 1e6)

    async def _consume_slowly(self) -> None:
        while True:
            item = await self._slow.get()
            if isinstance(item, asyncio.Future):
                item.set_result(perf_counter())
            else:
                await asyncio.sleep(CONSUMER_S)
