"""What a loudspeaker plays: the queue of requests, when it is heard, and a copy of it for the echo canceller."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from wrappers.audio.low_delay import LowDelayResampler
from wrappers.audio.playback import PlaybackEvent, PlaybackOptions, PlaybackQueue
from wrappers.audio.samples import ENGINE_RATE_HZ, Samples, silence
from wrappers.audio.stream_clock import StreamClock
from wrappers.audio.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PlayedFrame:
    """10 ms of what the device was given, at 16 kHz, after ducking, fades and volume."""

    samples: Samples
    time_ms: int
    """When the first sample was handed to the device."""
    heard_ms: int
    """When it is expected to be heard."""


@dataclass(frozen=True, slots=True)
class PlaybackNews:
    """Something that the listener hears happened to a request, now."""

    event: PlaybackEvent
    """`played_ms` counts what has been heard, or cannot be called back from the device any more."""
    time_ms: int


News: TypeAlias = PlayedFrame | PlaybackNews


class Playout:
    """Requests in, blocks for one device after another out. No device and no clock of its own.

    One thread fetches blocks, any other may give orders; `tell` is called in either, one call at a time, in order.
    """

    def __init__(
        self,
        tell: Callable[[News], None],
        options: PlaybackOptions | None = None,
        start_ms: float | None = None,
    ) -> None:
        """start_ms: time of the first frame, where there were frames before"""
        self._tell = tell
        self._lock = threading.Lock()
        self._queue = PlaybackQueue(ENGINE_RATE_HZ, options or PlaybackOptions())
        self._timeline = Timeline(start_ms)
        self._coming: deque[tuple[float, PlaybackEvent]] = deque()
        """What was given to the device and is not heard yet; the first number is the time it will be."""
        self.begin_device(ENGINE_RATE_HZ, 0)

    @property
    def counts(self) -> dict[str, int]:
        """`underruns`: how often a request ran dry in its middle. `dropped_samples`: came when it was over."""
        with self._lock:
            return {"underruns": self._queue.underruns, "dropped_samples": self._queue.dropped}

    def begin(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None:
        """As PlaybackQueue.begin."""
        with self._lock:
            self._queue.begin(request_id, epoch, metadata)

    def push(
        self, request_id: str, epoch: int | None, samples: Samples, metadata: Mapping[str, Any], rate_hz: int
    ) -> None:
        """As PlaybackQueue.push."""
        with self._lock:
            self._queue.push(request_id, epoch, samples, metadata, rate_hz)

    def finish(self, request_id: str, epoch: int | None, metadata: Mapping[str, Any]) -> None:
        """As PlaybackQueue.finish."""
        with self._lock:
            self._queue.finish(request_id, epoch, metadata)

    def flush(self, min_epoch: int | None, now_ms: float) -> None:
        """Drop requests; the next block is the last one with something of them. Told before this returns."""
        with self._lock:
            self._queue.flush(min_epoch)
            self._tell_all(now_ms)

    def duck(self, gain_db: float, ramp_ms: float) -> None:
        """As PlaybackQueue.duck."""
        with self._lock:
            self._queue.duck(gain_db, ramp_ms)

    def pause(self, now_ms: float) -> None:
        """Fall silent within the next block. Told before this returns."""
        with self._lock:
            self._queue.pause()
            self._tell_all(now_ms)

    def resume(self, ramp_ms: float) -> None:
        """As PlaybackQueue.resume."""
        with self._lock:
            self._queue.resume(ramp_ms)

    def begin_device(self, rate_hz: int, latency_ms: float) -> None:
        """Another device, or the same one opened again.

        latency_ms: from handing a sample over to hearing it, when the device's buffer is full
        """
        with self._lock:
            self._queue.change_rate(rate_hz)
            self._tap = LowDelayResampler(rate_hz, ENGINE_RATE_HZ)
            self._clock = StreamClock(rate_hz)
            self._latency_ms = latency_ms
            self._position = 0

    def next_block(self, count: int, heard_ms: float) -> Samples:
        """What the device plays next.

        heard_ms: about when the first sample will be heard; never too early, see `StreamClock`
        returns: int16 [count] at the device's rate
        """
        with self._lock:
            block = self._queue.pull(count)
            self._clock.measure(self._position, heard_ms)
            first_ms = self._clock.time_ms(self._position)
            last_ms = self._clock.time_ms(self._position + count)
            for event in self._queue.take_events():
                self._coming.append((first_ms if event.state == "started" else last_ms, event))
            self._copy(block)
            return block

    def next_silence(self, count: int, now_ms: float) -> None:
        """So many samples of time pass without a device; the requests wait."""
        with self._lock:
            self._clock.measure(self._position, now_ms)
            self._copy(silence(count))

    def device_ran_dry(self) -> None:
        """The device played nothing for a while: what comes now is heard later than was counted."""
        with self._lock:
            self._clock.restart()

    def tell_heard(self, now_ms: float) -> None:
        """Tell what has been heard by now."""
        with self._lock:
            while self._coming and self._coming[0][0] <= now_ms:
                heard_ms, event = self._coming.popleft()
                self._tell(PlaybackNews(event, round(heard_ms)))

    def _copy(self, block: Samples) -> None:
        handed_ms = self._clock.time_ms(self._position) - self._latency_ms - self._tap.held_ms
        self._position += len(block)
        for frame in self._timeline.push(self._tap.push(block), handed_ms):
            self._tell(PlayedFrame(frame.samples, frame.time_ms, round(frame.time_ms + self._latency_ms)))

    def _tell_all(self, now_ms: float) -> None:
        """What the device has cannot be called back: it counts as heard."""
        events = [event for _, event in self._coming] + self._queue.take_events()
        self._coming.clear()
        for event in events:
            self._tell(PlaybackNews(event, round(now_ms)))
