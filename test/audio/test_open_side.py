"""A microphone or loudspeaker as the app holds it, without a sound process behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from wrappers.audio import (
    AudioDeviceError,
    CapturedFrame,
    DeviceLost,
    DeviceOpened,
    FramesLost,
    Loudspeaker,
    Microphone,
    OpenDevice,
    PlaybackEvent,
    PlaybackNews,
    PlayedFrame,
)
from wrappers.audio.open_side import OpenSide
from wrappers.audio.sound_messages import Flush, OpenFailed, Order, PushAudio

SOUND = np.full(160, 7, np.int16)


class Link:
    """The way to a sound process that answers at once."""

    def __init__(self) -> None:
        self.sent: list[Order] = []
        self.closed: list[OpenSide] = []

    def send(self, order: Order) -> None:
        self.sent.append(order)

    def next_number(self) -> int:
        return len(self.sent) + 1

    async def done(self, number: int) -> None:
        assert self.sent[-1] == Flush(2, number)

    async def close(self, side: OpenSide) -> None:
        self.closed.append(side)


def run(script: Callable[[Link], Awaitable[None]]) -> None:
    async def main() -> None:
        await script(Link())

    asyncio.run(main())


async def all_reports(side: OpenSide) -> list[Any]:
    await side.close()
    return [report async for report in side.reports()]


def test_zeros_stand_in_for_frames_that_the_app_did_not_fetch() -> None:
    async def script(link: Link) -> None:
        microphone = Microphone(OpenDevice("input", "default", 40), link, link.close)
        microphone.take(CapturedFrame(SOUND, 1000))
        microphone.take(FramesLost("input", 3))
        microphone.take(CapturedFrame(SOUND, 1040))
        assert microphone.next_ms == 1050
        frames = [report for report in await all_reports(microphone) if isinstance(report, CapturedFrame)]
        assert [frame.time_ms for frame in frames] == [1000, 1010, 1020, 1030, 1040]
        assert [bool(frame.samples.any()) for frame in frames] == [True, False, False, False, True]

    run(script)


def test_the_copy_of_what_is_played_is_filled_in_the_same_way() -> None:
    async def script(link: Link) -> None:
        loudspeaker = Loudspeaker(OpenDevice("output", "default", 80), link, link.close)
        loudspeaker.take(FramesLost("output", 1))
        loudspeaker.take(PlayedFrame(SOUND, 1010, 1080))
        frames = [report for report in await all_reports(loudspeaker) if isinstance(report, PlayedFrame)]
        assert [(frame.time_ms, frame.heard_ms) for frame in frames] == [(1000, 1070), (1010, 1080)]

    run(script)


def test_a_lost_device_is_told_once_until_it_is_back() -> None:
    async def script(link: Link) -> None:
        microphone = Microphone(OpenDevice("input", "default", 40), link, link.close)
        for report in (
            DeviceOpened("input", "USB", 48000, 10),
            DeviceLost("input", "USB", "unplugged"),
            DeviceLost("input", "USB", "still not there"),
            DeviceOpened("input", "Built-in", 48000, 10),
            DeviceLost("input", "Built-in", "unplugged too"),
        ):
            microphone.take(report)
        assert microphone.device_name == "Built-in"
        assert len(await all_reports(microphone)) == 4

    run(script)


def test_opening_fails_with_the_reason() -> None:
    async def script(link: Link) -> None:
        microphone = Microphone(OpenDevice("input", "x", 40), link, link.close)
        microphone.take(OpenFailed("input", "there is none"))
        with pytest.raises(AudioDeviceError, match="there is none"):
            await microphone.opened()
        crashed = Microphone(OpenDevice("input", "x", 40), link, link.close)
        crashed.lose_process("signal SIGSEGV")
        with pytest.raises(AudioDeviceError, match=r"the sound process ended \(signal SIGSEGV\)"):
            await crashed.opened()

    run(script)


def test_what_a_crashed_process_had_to_play_is_flushed_with_what_was_heard_of_it() -> None:
    async def script(link: Link) -> None:
        loudspeaker = Loudspeaker(OpenDevice("output", "default", 80), link, link.close)
        loudspeaker.take(DeviceOpened("output", "Speakers", 48000, 70))
        for request_id in ("done", "half", "not-yet"):
            loudspeaker.begin(request_id, 1, {"request_id": request_id})
            loudspeaker.push(request_id, 1, SOUND, {"request_id": request_id}, 24000)
        assert isinstance(link.sent[-1], PushAudio)
        for event in (
            PlaybackEvent("drained", "done", 10, 20, {}),
            PlaybackEvent("progress", "half", 400, 10, {"request_id": "half"}),
        ):
            loudspeaker.take(PlaybackNews(event, 1000))
        loudspeaker.lose_process("exit status 70")
        reports = await all_reports(loudspeaker)
        lost, *news = reports[-3:]
        assert isinstance(lost, DeviceLost) and lost.name == "Speakers"
        assert [item.event for item in news] == [
            PlaybackEvent("flushed", "half", 400, 0, {"request_id": "half"}),
            PlaybackEvent("flushed", "not-yet", 0, 0, {"request_id": "not-yet"}),
        ]

    run(script)


def test_orders_are_given_before_anybody_waits() -> None:
    async def script(link: Link) -> None:
        loudspeaker = Loudspeaker(OpenDevice("output", "default", 80), link, link.close)
        waiting = loudspeaker.flush(2)
        assert link.sent == [Flush(2, 1)]
        await waiting
        await loudspeaker.close()
        await loudspeaker.close()
        assert link.closed == [loudspeaker]

    run(script)
