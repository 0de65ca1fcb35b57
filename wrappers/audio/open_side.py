"""A microphone or a loudspeaker, as the app holds it. Its device may change meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

from wrappers.audio.open_requests import OpenRequests
from wrappers.audio.playout import PlaybackNews, PlayedFrame
from wrappers.audio.samples import Samples, silence
from wrappers.audio.sound_messages import (
    BeginRequest,
    CapturedFrame,
    DeviceLost,
    DeviceOpened,
    Duck,
    FinishRequest,
    Flush,
    FramesLost,
    OpenDevice,
    OpenFailed,
    Order,
    Pause,
    PushAudio,
    Report,
    Resume,
)

FRAME_MS = 10
MAX_REPORTS = 4096
"""Forty seconds of a node that does not fetch its reports; the frames of older ones are dropped."""


class AudioDeviceError(Exception):
    """A device cannot be used; the text says why and what there is, for the user."""


class SoundLink(Protocol):
    """The way to the sound process, whichever lives at the moment."""

    def send(self, order: Order) -> None:
        """Give an order; never waits."""
        ...

    def next_number(self) -> int:
        """For an order that is answered."""
        ...

    async def done(self, number: int) -> None:
        """Wait until the order of this number is carried out."""
        ...


Close: TypeAlias = Callable[["OpenSide"], Awaitable[None]]


class OpenSide:
    """What both sides have. Made by `AudioHub`, used on its event loop."""

    def __init__(self, order: OpenDevice, link: SoundLink, close: Close) -> None:
        self.order = order
        self.device_name = ""
        """Of the latest device."""
        self.next_ms: float | None = None
        """Time of the next frame, once there was one."""
        self._link = link
        self._close = close
        self._answer: asyncio.Future[DeviceOpened] = asyncio.get_running_loop().create_future()
        self._reports: deque[Report] = deque(maxlen=MAX_REPORTS)
        self._news = asyncio.Event()
        self._is_closed = False
        self._is_lost = False
        self._lost_frames = 0

    async def opened(self) -> DeviceOpened:
        """The first device, once it is open. Raises AudioDeviceError."""
        return await self._answer

    async def reports(self) -> AsyncIterator[Report]:
        """What happens, in order, until it is closed. For one reader."""
        while True:
            while self._reports:
                yield self._reports.popleft()
            if self._is_closed:
                return
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """Give the device back; twice is allowed."""
        if not self._is_closed:
            self._is_closed = True
            await self._close(self)
            self._news.set()

    def take(self, report: Report) -> None:
        """The sound process has something to tell of this side."""
        match report:
            case FramesLost(_, count):
                self._lost_frames += count
            case CapturedFrame(_, time_ms) | PlayedFrame(_, time_ms):
                self._fill(report, time_ms)
                self.next_ms = time_ms + FRAME_MS
            case DeviceLost():
                if self._is_lost:
                    return
                self._is_lost = True
            case OpenFailed(_, text):
                if not self._answer.done():
                    self._answer.set_exception(AudioDeviceError(text))
            case DeviceOpened():
                self.device_name = report.name
                self._is_lost = False
                if not self._answer.done():
                    self._answer.set_result(report)
        self._tell(report)

    def lose_process(self, reason: str) -> None:
        """The sound process has ended; another one is started."""
        text = f"the sound process ended ({reason})"
        if not self._answer.done():
            self._answer.set_exception(AudioDeviceError(text))
        self.take(DeviceLost(self.order.side, self.device_name, text))

    def _tell(self, report: Report) -> None:
        self._reports.append(report)
        self._news.set()

    def _fill(self, frame: CapturedFrame | PlayedFrame, time_ms: int) -> None:
        """Put zeros where frames were lost."""
        zeros = silence(len(frame.samples))
        while self._lost_frames:
            earlier_ms = self._lost_frames * FRAME_MS
            self._lost_frames -= 1
            if isinstance(frame, PlayedFrame):
                self._tell(PlayedFrame(zeros, time_ms - earlier_ms, frame.heard_ms - earlier_ms))
            else:
                self._tell(CapturedFrame(zeros, time_ms - earlier_ms))


class Microphone(OpenSide):
    """Reports CapturedFrame every 10 ms, DeviceOpened, DeviceLost, HearsNothing and Counts."""


class Loudspeaker(OpenSide):
    """Reports PlayedFrame every 10 ms, PlaybackNews, DeviceOpened, DeviceLost and Counts.

    Orders are carried out in the order in which they are given; giving one never waits. Those that can be awaited
    return when they are carried out, after what they cause was told.
    """

    def __init__(self, order: OpenDevice, link: SoundLink, close: Close) -> None:
        super().__init__(order, link, close)
        self._open_requests = OpenRequests()

    def begin(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None:
        """As PlaybackQueue.begin."""
        self._open_requests.add(request_id, metadata)
        self._link.send(BeginRequest(request_id, epoch, metadata))

    def push(
        self, request_id: str, epoch: int | None, samples: Samples, metadata: Mapping[str, Any], rate_hz: int
    ) -> None:
        """As PlaybackQueue.push."""
        self._open_requests.add(request_id, metadata)
        self._link.send(PushAudio(request_id, epoch, metadata, rate_hz, samples))

    def finish(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None:
        """As PlaybackQueue.finish."""
        self._link.send(FinishRequest(request_id, epoch, metadata))

    def flush(self, min_epoch: int | None) -> Awaitable[None]:
        """As PlaybackQueue.flush."""
        return self._order(Flush(min_epoch, self._link.next_number()))

    def duck(self, gain_db: float, ramp_ms: float) -> Awaitable[None]:
        """As PlaybackQueue.duck."""
        return self._order(Duck(gain_db, ramp_ms, self._link.next_number()))

    def pause(self) -> Awaitable[None]:
        """As PlaybackQueue.pause."""
        return self._order(Pause(self._link.next_number()))

    def resume(self, ramp_ms: float) -> Awaitable[None]:
        """As PlaybackQueue.resume."""
        return self._order(Resume(ramp_ms, self._link.next_number()))

    def take(self, report: Report) -> None:
        if isinstance(report, PlaybackNews):
            self._open_requests.follow(report.event)
        super().take(report)

    def lose_process(self, reason: str) -> None:
        super().lose_process(reason)
        now_ms = round(asyncio.get_running_loop().time() * 1000)
        for event in self._open_requests.give_up():
            self._tell(PlaybackNews(event, now_ms))

    def _order(self, order: Flush | Duck | Pause | Resume) -> Awaitable[None]:
        self._link.send(order)
        return self._link.done(order.number)
