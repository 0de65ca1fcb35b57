"""What a microphone gives, as an unbroken row of frames with true times."""

from __future__ import annotations

from wrappers.audio.framer import Frame
from wrappers.audio.low_delay import LowDelayResampler
from wrappers.audio.samples import ENGINE_RATE_HZ, Samples, samples_of_ms, silence
from wrappers.audio.stream_clock import StreamClock
from wrappers.audio.timeline import LONGEST_FILLED_MS, Timeline

ONLY_ZEROS_MS = 3000
"""A microphone that hears is never exactly zero for so long, not even in a silent room."""


class Capture:
    """Blocks of one device after another in, frames of 10 ms at 16 kHz out. Pure: no device, no clock of its own."""

    def __init__(self, start_ms: float | None = None) -> None:
        """start_ms: time of the first frame, where there were frames before; zeros fill the time since then"""
        self.overflows = 0
        """How often the device had to throw sound away because nobody fetched it."""
        self.lost_ms = 0.0
        """How much that was; zeros are in its place."""
        self._timeline = Timeline(start_ms)
        self.begin(ENGINE_RATE_HZ)

    @property
    def filled_ms(self) -> float:
        """How much was missing between one device and the next."""
        return self._timeline.filled_ms

    @property
    def hears_nothing(self) -> bool:
        """Whether all the sound of this device was exactly zero, for long enough to be sure."""
        return self._only_zeros and self._position * 1000 >= ONLY_ZEROS_MS * self._rate_hz

    def begin(self, rate_hz: int) -> None:
        """Another device, or the same one opened again."""
        self._rate_hz = rate_hz
        self._resampler = LowDelayResampler(rate_hz, ENGINE_RATE_HZ)
        self._clock = StreamClock(rate_hz)
        self._position = 0
        self._only_zeros = True

    def push(self, samples: Samples, time_ms: float, overflowed: bool = False) -> list[Frame]:
        """Take a block.

        samples: int16 [n] at the device's rate
        time_ms: about when the first of them was at the microphone; never too early, see `StreamClock`
        overflowed: sound before this block was lost
        """
        frames: list[Frame] = []
        if overflowed:
            self.overflows += 1
            missing_ms = time_ms - self._clock.time_ms(self._position)
            if 0 < missing_ms <= LONGEST_FILLED_MS:
                self.lost_ms += missing_ms
                frames = self._convert(silence(samples_of_ms(missing_ms, self._rate_hz)))
        self._clock.measure(self._position, time_ms)
        self._only_zeros = self._only_zeros and not samples.any()
        return frames + self._convert(samples)

    def _convert(self, samples: Samples) -> list[Frame]:
        time_ms = self._clock.time_ms(self._position) - self._resampler.held_ms
        self._position += len(samples)
        return self._timeline.push(self._resampler.push(samples), time_ms)
