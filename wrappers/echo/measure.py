"""Plays the test sound through the app's own sound path and records what comes back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np

from wrappers.audio import (
    AudioDeviceError,
    CapturedFrame,
    DeviceLost,
    Loudspeaker,
    Microphone,
    OpenDevice,
    PlayedFrame,
    Samples,
    audio_hub,
)
from wrappers.echo.chirp import EchoMeasurement, analyse, make_chirps

REQUEST = "measure"
BUFFER_MS = {"input": 40, "output": 80}
"""As `local_audio_python` has them: a delay is one of these buffers too."""
RINGING_MS = 1500
"""Recorded after the last chirp."""
TIMEOUT_S = 20.0


class MeasurementFailed(Exception):
    """Nothing could be measured; the text says why, and what mends it."""


@dataclass
class _Track:
    """Frames that follow each other without a gap."""

    frames: list[Samples] = field(default_factory=list)
    start_ms: int = 0

    def add(self, samples: Samples, time_ms: int) -> None:
        if not self.frames:
            self.start_ms = time_ms
        self.frames.append(samples)

    @property
    def samples(self) -> Samples:
        return np.concatenate(self.frames) if self.frames else np.zeros(0, np.int16)

    @property
    def end_ms(self) -> int:
        return self.start_ms + 10 * len(self.frames)


async def measure(input_device: str, output_device: str, level_db: float) -> tuple[EchoMeasurement, str, str]:
    """Measure the echo between two devices, named as in the app; takes about seven seconds.

    level_db: peak of the test sound beside full scale
    returns: what was measured, and the names of loudspeaker and microphone
    raises MeasurementFailed without devices, or if one goes away meanwhile
    """
    hub = audio_hub()
    loudspeaker: Loudspeaker | None = None
    microphone: Microphone | None = None
    try:
        loudspeaker = await hub.open_output(OpenDevice("output", output_device, BUFFER_MS["output"]))
        microphone = await hub.open_input(OpenDevice("input", input_device, BUFFER_MS["input"]))
        async with asyncio.timeout(TIMEOUT_S):
            measurement = await _measure(loudspeaker, microphone, make_chirps(level_db))
        return measurement, loudspeaker.device_name, microphone.device_name
    except AudioDeviceError as error:
        raise MeasurementFailed(str(error)) from None
    except TimeoutError:
        raise MeasurementFailed(f"the devices have not played and recorded within {TIMEOUT_S:.0f} s") from None
    finally:
        for side in (microphone, loudspeaker):
            if side is not None:
                await side.close()


async def _measure(loudspeaker: Loudspeaker, microphone: Microphone, chirps: Samples) -> EchoMeasurement:
    played, recorded = _Track(), _Track()
    recording = asyncio.ensure_future(_follow(microphone, recorded))
    playing = asyncio.ensure_future(_follow(loudspeaker, played))
    try:
        while not recorded.frames:  # what is said before the microphone listens is not heard
            await _next(recording, playing)
        loudspeaker.begin(REQUEST, None, {})
        loudspeaker.push(REQUEST, None, chirps, {}, 16000)
        loudspeaker.finish(REQUEST, None, {})
        start_ms = None
        while start_ms is None or recorded.end_ms < start_ms + len(chirps) // 16 + RINGING_MS:
            await _next(recording, playing)
            start_ms = start_ms if start_ms is not None else _start_ms(played, chirps)
    finally:
        recording.cancel()
        playing.cancel()
    first = 16 * (start_ms - recorded.start_ms)
    return analyse(recorded.samples[first:], chirps)


async def _next(*tasks: asyncio.Future[None]) -> None:
    """Let 10 ms pass; a device that is lost meanwhile is told."""
    await asyncio.wait(tasks, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            task.result()


async def _follow(side: Loudspeaker | Microphone, track: _Track) -> None:
    async for report in side.reports():
        match report:
            case PlayedFrame(samples, time_ms) | CapturedFrame(samples, time_ms):
                track.add(samples, time_ms)
            case DeviceLost(name=name, reason=reason):
                raise MeasurementFailed(f'the device "{name}" is gone ({reason})')


def _start_ms(played: _Track, chirps: Samples) -> int | None:
    """When the first sample of the test sound was handed over; known once some of its first chirp was."""
    sounding = np.flatnonzero(np.abs(played.samples) > 100)
    if not len(sounding):
        return None
    return played.start_ms + round((int(sounding[0]) - int(np.flatnonzero(np.abs(chirps) > 100)[0])) / 16)
