"""The two sides of the sound process: what happens to each block of a device, and what is told of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from wrappers.audio.capture import Capture
from wrappers.audio.devices import Device, Side
from wrappers.audio.playback import PlaybackOptions
from wrappers.audio.playout import Playout
from wrappers.audio.pump import NoDevice, Stream
from wrappers.audio.samples import ENGINE_RATE_HZ, silence
from wrappers.audio.sound_messages import CapturedFrame, Counts, HearsNothing, OpenDevice, Report

if TYPE_CHECKING:  # at run time only where it is used: importing it fails where PortAudio is missing
    from wrappers.audio.streams import InputStream, OutputStream

COUNTS_S = 1.0
Tell = Callable[[Report], None]
Move = Callable[[int], None]


def now_ms() -> float:
    """The app's clock: that of its event loop, which is the same in all processes of a machine."""
    return time.monotonic() * 1000


class SoundSide(Protocol):
    """A microphone or a loudspeaker, whatever device it is at the moment."""

    order: OpenDevice
    """What was asked for."""

    def open(self, device: Device) -> tuple[Stream, Move]:
        """Open a device; what moves a block of it is the second of the pair. Raises DeviceFailed."""
        ...

    def without_device(self) -> tuple[Stream, Move]:
        """Let time pass in place of a device."""
        ...

    def begin(self, stream: Stream) -> None:
        """The stream is used from now on, and the one before it is not any more."""
        ...

    def look(self) -> None:
        """Called every few ms by the thread that moves the blocks."""
        ...


class InputSide:
    """The microphone."""

    def __init__(self, order: OpenDevice, tell: Tell) -> None:
        self.order = order
        self._tell = tell
        self._capture = Capture(order.start_ms)
        self._counts = CountTeller("input", tell)
        self._complained = False

    def open(self, device: Device) -> tuple[Stream, Move]:
        from wrappers.audio.streams import InputStream

        stream = InputStream(device, self.order.buffer_ms)
        return stream, lambda room: self._hear(stream, device.name, room)

    def without_device(self) -> tuple[Stream, Move]:
        stream = NoDevice(ENGINE_RATE_HZ)
        return stream, lambda room: self._hear_nothing(stream, room)

    def begin(self, stream: Stream) -> None:
        self._capture.begin(stream.rate_hz)
        self._complained = False

    def look(self) -> None:
        capture = self._capture
        self._counts.look(
            {
                "overflows": capture.overflows,
                "lost_ms": round(capture.lost_ms),
                "filled_ms": round(capture.filled_ms),
            }
        )

    def _hear(self, stream: InputStream, name: str, room: int) -> None:
        time_ms = now_ms() - room * 1000 / stream.rate_hz - stream.latency_ms
        samples, overflowed = stream.read()
        for frame in self._capture.push(samples, time_ms, overflowed):
            self._tell(CapturedFrame(frame.samples, frame.time_ms))
        if self._capture.hears_nothing and not self._complained:
            self._complained = True
            self._tell(HearsNothing(name))

    def _hear_nothing(self, stream: NoDevice, room: int) -> None:
        stream.skip()
        for frame in self._capture.push(silence(stream.block), now_ms() - room * 1000 / stream.rate_hz):
            self._tell(CapturedFrame(frame.samples, frame.time_ms))


class OutputSide:
    """The loudspeaker."""

    def __init__(self, order: OpenDevice, tell: Tell) -> None:
        self.order = order
        options = PlaybackOptions(jitter_ms=order.jitter_ms, volume_db=order.volume_db)
        self.playout = Playout(tell, options, order.start_ms)
        self._counts = CountTeller("output", tell)
        self._device_underruns = 0
        self._rate_hz = ENGINE_RATE_HZ

    def open(self, device: Device) -> tuple[Stream, Move]:
        from wrappers.audio.streams import OutputStream

        stream = OutputStream(device, self.order.buffer_ms)
        return stream, lambda _room: self._play(stream)

    def without_device(self) -> tuple[Stream, Move]:
        stream = NoDevice(self._rate_hz)  # the device's own rate: what waits need not be converted there and back
        return stream, lambda room: self._wait(stream, room)

    def begin(self, stream: Stream) -> None:
        self._rate_hz = stream.rate_hz
        self.playout.begin_device(stream.rate_hz, stream.latency_ms)

    def look(self) -> None:
        self.playout.tell_heard(now_ms())
        self._counts.look(self.playout.counts | {"device_underruns": self._device_underruns})

    def _play(self, stream: OutputStream) -> None:
        block = self.playout.next_block(stream.block, now_ms() + stream.heard_in_ms())
        if stream.write(block):
            self._device_underruns += 1
            self.playout.device_ran_dry()

    def _wait(self, stream: NoDevice, room: int) -> None:
        stream.skip()
        self.playout.next_silence(stream.block, now_ms() - room * 1000 / stream.rate_hz)


class CountTeller:
    """Tells counts when they have changed, but not each change by itself."""

    def __init__(self, side: Side, tell: Tell) -> None:
        self._side: Side = side
        self._tell = tell
        self._told: dict[str, int] = {}
        self._next_s = 0.0

    def look(self, counts: dict[str, int]) -> None:
        """Tell, if it is time."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + COUNTS_S
            if counts != self._told and any(counts.values()):
                self._told = counts
                self._tell(Counts(self._side, counts))
