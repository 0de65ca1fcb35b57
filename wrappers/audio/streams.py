"""One open device: sound goes in or out without ever waiting for it. For one thread; closing by another may crash.

Nothing here blocks for as long as the device is well: PortAudio's blocking calls are only made for what it has or has
room for. A read that waits would never return from a device that hangs, and a stream that is being read cannot be
closed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import sounddevice

from wrappers.audio.devices import SIDE_NAMES, Device, Side
from wrappers.audio.pump import BLOCK_MS, DeviceFailed
from wrappers.audio.samples import Samples, samples_of_ms, silence

INPUT_BLOCK_MS = 5
"""Half a frame: the resampler holds 3 ms, so a whole one would wait for the whole next one."""
USUAL_RATE_HZ = 48_000
"""Most hardware runs at it. ALSA calls 44.1 kHz the rate of every device that converts by itself."""
RING_MS = 200
"""On macOS sound goes through a ring of PortAudio's own; a long one does not delay what is fetched at once."""

_LEARN_MS = 400
_STILL_MS = 30
_LOOK_S = 0.005


class InputStream:
    """A microphone. Raises DeviceFailed where it cannot be opened."""

    def __init__(self, device: Device, buffer_ms: int) -> None:
        """buffer_ms: what the device keeps for us; sound servers hand sound over in larger pieces where it is long"""
        self._stream, self._channels = _open("input", device, buffer_ms, INPUT_BLOCK_MS)
        self.rate_hz = round(self._stream.samplerate)
        self.block = samples_of_ms(INPUT_BLOCK_MS, self.rate_hz)
        self.latency_ms = _device_latency_ms(self._stream)

    def room(self) -> int:
        try:
            return int(self._stream.read_available)
        except sounddevice.PortAudioError as error:
            raise DeviceFailed(_reason(error)) from None

    def read(self) -> tuple[Samples, bool]:
        """One block, of which there must be room: int16 [block], and whether sound before it was lost."""
        try:
            data, overflowed = self._stream.read(self.block)
        except sounddevice.PortAudioError as error:
            raise DeviceFailed(_reason(error)) from None
        samples = np.frombuffer(data, np.int16)
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1).astype(np.int16)
        return samples.copy(), bool(overflowed)

    def close(self) -> None:
        _close(self._stream)


class OutputStream:
    """A loudspeaker, kept full up to `buffer_ms` and no further. Raises DeviceFailed where it cannot be opened."""

    def __init__(self, device: Device, buffer_ms: int) -> None:
        """buffer_ms: sound that the device has in advance: what a flush cannot call back, and what stalls may last"""
        self._stream, self._channels = _open("output", device, buffer_ms, BLOCK_MS)
        self.rate_hz = round(self._stream.samplerate)
        self.block = samples_of_ms(BLOCK_MS, self.rate_hz)
        self._behind_buffer_ms = _device_latency_ms(self._stream)
        try:
            self._size = self._learn_size()
            self._full = max(min(self._size, samples_of_ms(buffer_ms, self.rate_hz)), self.block)
            self.write(silence(self._full - self.block))  # so that the times of what follows are regular at once
        except DeviceFailed:
            self.close()
            raise
        self.latency_ms = (self._full - self.block) * 1000 / self.rate_hz + self._behind_buffer_ms

    def room(self) -> int:
        return self._full - self._filled()

    def heard_in_ms(self) -> float:
        """How long until the next sample that is written will be heard."""
        return self._filled() * 1000 / self.rate_hz + self._behind_buffer_ms

    def write(self, samples: Samples) -> bool:
        """Write int16 [n], for which there must be room. Returns whether the device ran dry before."""
        try:
            ran_dry = self._stream.write(np.repeat(samples, self._channels).tobytes())
        except sounddevice.PortAudioError as error:
            raise DeviceFailed(_reason(error)) from None
        return bool(ran_dry)

    def close(self) -> None:
        _close(self._stream)

    def _filled(self) -> int:
        return max(0, self._size - self._free())

    def _free(self) -> int:
        try:
            return int(self._stream.write_available)
        except sounddevice.PortAudioError as error:
            raise DeviceFailed(_reason(error)) from None

    def _learn_size(self) -> int:
        """How much the device holds, which PortAudio does not tell: what is free when nothing is in it.

        On macOS it begins full of zeros and is twice as long as was asked for, so wait until it is empty.
        """
        free = self._free()
        still = waited = 0.0
        while still < _STILL_MS and waited < _LEARN_MS:
            time.sleep(_LOOK_S)
            now_free = self._free()
            still = still + _LOOK_S * 1000 if now_free == free else 0.0
            waited += _LOOK_S * 1000
            free = max(free, now_free)
        return free


def _open(side: Side, device: Device, buffer_ms: int, block_ms: int) -> tuple[Any, int]:
    """A started PortAudio stream, and its channels."""
    kind = sounddevice.RawInputStream if side == "input" else sounddevice.RawOutputStream
    error: Exception | None = None
    # Some hardware has no mono; of a microphone with many channels, the first two are the ones that hear.
    for channels in dict.fromkeys((1, min(2, device.channels(side)))):
        for rate_hz in _rates_hz(device):
            stream = None
            try:
                stream = kind(
                    samplerate=rate_hz,
                    blocksize=samples_of_ms(block_ms, rate_hz),
                    device=device.index,
                    channels=channels,
                    dtype="int16",
                    latency=_latency_ms(side, buffer_ms, block_ms) / 1000,
                )
                stream.start()
                return stream, channels
            except (sounddevice.PortAudioError, ValueError) as problem:
                error = problem
                if stream is not None:
                    _close(stream)
    raise DeviceFailed(f'the {SIDE_NAMES[side]} "{device.name}" cannot be opened ({_reason(error)})')


def _latency_ms(side: Side, buffer_ms: int, block_ms: int) -> int:
    """What to ask PortAudio for, so that a buffer of this length comes of it."""
    if sys.platform == "darwin" and side == "input":
        return max(buffer_ms, RING_MS)
    return max(block_ms, buffer_ms - 2 * block_ms)  # ALSA's buffer gets two blocks longer


def _rates_hz(device: Device) -> list[int]:
    if sys.platform == "darwin":
        return [device.rate_hz]
    return list(dict.fromkeys((USUAL_RATE_HZ, device.rate_hz)))


def _device_latency_ms(stream: Any) -> float:
    """What the device needs beside its buffer. ALSA's figure is the buffer itself, and what is free in it says all."""
    return float(stream.latency) * 1000 if sys.platform == "darwin" else 0.0


def _close(stream: Any) -> None:
    stream.close(ignore_errors=True)  # stops it, too, without waiting for what is in its buffer


def _reason(error: Exception | None) -> str:
    text = error.args[0] if error is not None and error.args else error
    return f"PortAudio says: {text}"
