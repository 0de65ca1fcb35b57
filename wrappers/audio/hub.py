"""The one place where the app meets its sound devices: everybody's microphone and loudspeaker, in one sound process.

    loudspeaker = await audio_hub().open_output(OpenDevice("output", "default", buffer_ms=80))
    loudspeaker.push(...)
    async for report in loudspeaker.reports(): ...
    await loudspeaker.close()

Devices that go and come back are the sound process's business (`device_keeper.py`): frames go on, at first with zeros.
If the sound process itself is lost, another takes its place, and only what it had to play is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from functools import cache
from typing import TypeVar

from wrappers.audio.devices import SIDE_NAMES, Side
from wrappers.audio.open_side import AudioDeviceError, Loudspeaker, Microphone, OpenSide
from wrappers.audio.playout import PlaybackNews, PlayedFrame
from wrappers.audio.sound_client import SoundClient
from wrappers.audio.sound_messages import CapturedFrame, CloseDevice, Done, HearsNothing, OpenDevice, Order, Report

OPEN_TIMEOUT_S = 20.0
"""Longer than any device takes, Bluetooth included."""
CLOSE_TIMEOUT_S = 2.0
RESTARTS_S = (0.0, 0.5, 2.0, 5.0, 10.0)
"""Pauses before a sound process that ended is replaced; the next one each time it ends soon again."""
HEALTHY_S = 30.0

AnySide = TypeVar("AnySide", bound=OpenSide)


class AudioHub:
    """Starts the sound process with the first side that is opened, and ends it with the last.

    Belongs to one event loop at a time.
    """

    def __init__(self) -> None:
        self._client: SoundClient | None = None
        self._sides: dict[Side, OpenSide] = {}
        self._guarding: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changing = asyncio.Lock()

    @property
    def process_id(self) -> int | None:
        """Of the sound process; None while there is none."""
        return self._client.pid if self._client is not None else None

    async def open_input(self, order: OpenDevice) -> Microphone:
        """Open a microphone. Raises AudioDeviceError."""
        return await self._open(Microphone(order, self, self._close))

    async def open_output(self, order: OpenDevice) -> Loudspeaker:
        """Open a loudspeaker. Raises AudioDeviceError."""
        return await self._open(Loudspeaker(order, self, self._close))

    def send(self, order: Order) -> None:
        """Give an order to the sound process; without one it is forgotten."""
        if self._client is not None:
            self._client.send(order)

    def next_number(self) -> int:
        """See SoundClient."""
        return self._client.next_number() if self._client is not None else 0

    async def done(self, number: int) -> None:
        """See SoundClient."""
        if self._client is not None:
            await self._client.done(number)

    async def _open(self, side: AnySide) -> AnySide:
        kind = side.order.side
        if self._sides and self._loop is not asyncio.get_running_loop():
            raise RuntimeError("the sound devices are in use on another event loop")
        if not self._sides:
            self._loop, self._changing = asyncio.get_running_loop(), asyncio.Lock()
        if kind in self._sides:
            raise AudioDeviceError(f"the {SIDE_NAMES[kind]} is in use already: a graph can have one")
        self._sides[kind] = side
        async with self._changing:
            try:
                await self._start(side)
            except BaseException:
                await self._forget(side)
                raise
        return side

    async def _start(self, side: OpenSide) -> None:
        try:
            if self._client is None:
                self._client = await SoundClient.start(self._take)
                self._guarding = asyncio.ensure_future(self._guard())
            self._client.send(side.order)
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await side.opened()
        except TimeoutError:
            raise AudioDeviceError(f"the sound system has not answered for {OPEN_TIMEOUT_S:.0f} s") from None
        except OSError as error:
            raise AudioDeviceError(f"the sound process cannot be started ({error})") from None

    async def _close(self, side: OpenSide) -> None:
        async with self._changing:
            number = self.next_number()
            self.send(CloseDevice(side.order.side, number))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self.done(number)
            await self._forget(side)

    async def _forget(self, side: OpenSide) -> None:
        if self._sides.get(side.order.side) is side:
            del self._sides[side.order.side]
        if self._sides:
            return
        if self._guarding is not None:
            self._guarding.cancel()
            await asyncio.wait([self._guarding])
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _take(self, report: Report | Done) -> None:
        match report:
            case CapturedFrame() | HearsNothing():
                kind: Side = "input"
            case PlayedFrame() | PlaybackNews():
                kind = "output"
            case Done():
                return
            case _:
                kind = report.side
        side = self._sides.get(kind)
        if side is not None:
            side.take(report)

    async def _guard(self) -> None:
        """Replace the sound process whenever it ends."""
        failures = 0
        while self._client is not None:
            began_s = asyncio.get_running_loop().time()
            reason = await self._client.ended()
            for side in self._sides.values():
                side.lose_process(reason)
            if asyncio.get_running_loop().time() - began_s > HEALTHY_S:
                failures = 0
            await asyncio.sleep(RESTARTS_S[min(failures, len(RESTARTS_S) - 1)])
            failures += 1
            try:
                self._client = await SoundClient.start(self._take)
            except OSError:
                continue  # the old client says once more that it has ended
            for side in self._sides.values():
                self._client.send(dataclasses.replace(side.order, start_ms=side.next_ms, wait=True))


@cache
def audio_hub() -> AudioHub:
    """The hub of this process: PortAudio has one list of devices, and opening anew closes everybody's."""
    return AudioHub()
