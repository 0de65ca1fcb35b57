"""What the loudspeaker was given, by the time at which it was given."""

from __future__ import annotations

import math

import numpy as np

from wrappers.audio import Samples
from wrappers.echo.base import FRAME_SAMPLES
from wrappers.echo.interpolation import HALF_TAPS, interpolate
from wrappers.echo.timeline import SAMPLES_PER_MS, Timeline

KEPT_SAMPLES = round(2000 * SAMPLES_PER_MS)
"""More than any stall of the microphone that is worth surviving."""

LONGEST_GAP_MS = 1000
"""A reference that has left out more than this begins anew."""

SLACK_SAMPLES = 2
"""So much may be missing at the end of a frame: the smoothed times are about a sample exact."""

TOLERATED_SAMPLES = round(20 * SAMPLES_PER_MS)
"""Times that are further off are believed. They come in whole ms and go by estimated delays, which creep by several ms
while the echo stays where it is: to follow them would move it to and fro, and no canceller takes that."""


class ReferenceTrack:
    """Frames go in with their hand-over times; out comes the audio of any stretch of time, cut to the sample.

    Both sides have their own clock, so that they drift apart by some samples a second. What is taken goes on where it
    stopped, at the speed that the canceller asks for, unless that leads far away from the times.
    """

    def __init__(self) -> None:
        self._timeline = Timeline()
        self._samples: Samples = np.zeros(2 * KEPT_SAMPLES, np.int16)
        self._held = 0
        """How much of `_samples` is filled; its last sample is number `_timeline.count - 1`."""
        self._next: float | None = None
        """Where the next frame begins: the number of a sample, or a place between two."""

    @property
    def end_ms(self) -> float | None:
        """Until when the reference is known; None before the first frame."""
        return self._timeline.end_ms

    @property
    def slips(self) -> int:
        """See `Timeline.slips`."""
        return self._timeline.slips

    def push(self, samples: Samples, time_ms: float) -> bool:
        """Add int16 [n] that was handed over at `time_ms`.

        returns False if it came too late: the microphone has already been given silence in its place
        """
        jump_ms = self._timeline.jump_ms(time_ms)
        if 0 < jump_ms <= LONGEST_GAP_MS:
            missing = round(jump_ms * SAMPLES_PER_MS)
            self._timeline.add(missing, time_ms - jump_ms)
            self._append(np.zeros(missing, np.int16))
        elif jump_ms:
            self._held = 0
            self._next = None
        in_time = self._next is None or self._next <= self._timeline.count + SLACK_SAMPLES
        self._timeline.add(len(samples), time_ms)
        self._append(samples)
        return in_time

    def realign(self) -> None:
        """Go by the times again, at once."""
        self._next = None

    def covers(self, end_ms: float) -> bool:
        """Whether the frame that ends at `end_ms` is known."""
        if self.end_ms is None:
            return False
        first = self._place(self._timeline.position_of(end_ms) - FRAME_SAMPLES)
        ahead = 0 if first.is_integer() else HALF_TAPS
        return first + FRAME_SAMPLES + ahead <= self._timeline.count + SLACK_SAMPLES - 1

    def take(self, start_ms: float, speed: float = 1.0) -> Samples:
        """The frame, int16 [160], from `start_ms` on; silence where nothing is known. Times may only grow.

        speed: samples of the loudspeaker per sample of the microphone, for what comes after this frame
        """
        if self.end_ms is None:
            return np.zeros(FRAME_SAMPLES, np.int16)
        first = self._place(self._timeline.position_of(start_ms))
        self._next = first + FRAME_SAMPLES * speed
        whole = math.floor(first)
        if whole == first:
            return self._read(whole, FRAME_SAMPLES)
        return interpolate(self._read(whole + 1 - HALF_TAPS, FRAME_SAMPLES + 2 * HALF_TAPS - 1), first - whole)

    def _place(self, wanted: float) -> float:
        """Where to read a frame that begins at the sample `wanted`, by its time."""
        if self._next is None or abs(wanted - self._next) > TOLERATED_SAMPLES:
            return float(round(wanted))
        return self._next

    def _read(self, first: int, count: int) -> Samples:
        """So many samples from number `first` on."""
        oldest = self._timeline.count - self._held
        samples = np.zeros(count, np.int16)
        known_from, known_to = max(first, oldest), min(first + count, self._timeline.count)
        if known_from < known_to:
            samples[known_from - first : known_to - first] = self._samples[known_from - oldest : known_to - oldest]
        return samples

    def _append(self, samples: Samples) -> None:
        samples = samples[-KEPT_SAMPLES:]
        if self._held + len(samples) > len(self._samples):
            self._samples[:KEPT_SAMPLES] = self._samples[self._held - KEPT_SAMPLES : self._held]
            self._held = KEPT_SAMPLES
        self._samples[self._held : self._held + len(samples)] = samples
        self._held += len(samples)
