"""What the loudspeaker was given, by the time at which it was given."""

from __future__ import annotations

import numpy as np

from wrappers.audio import Samples
from wrappers.echo.base import FRAME_SAMPLES
from wrappers.echo.timeline import SAMPLES_PER_MS, Timeline

KEPT_SAMPLES = round(2000 * SAMPLES_PER_MS)
"""More than any stall of the microphone that is worth surviving."""

LONGEST_GAP_MS = 1000
"""A reference that has left out more than this begins anew."""

SLACK_SAMPLES = 2
"""So much may be missing at the end of a frame: the smoothed times are about a sample exact."""


class ReferenceTrack:
    """Frames go in with their hand-over times; out comes the audio of any stretch of time, cut to the sample.

    Both sides have their own clock, so that they drift apart by some samples a second. What is taken goes on where it
    stopped, and is moved by single samples when the two are more than a sample apart.
    """

    def __init__(self) -> None:
        self._timeline = Timeline()
        self._samples: Samples = np.zeros(2 * KEPT_SAMPLES, np.int16)
        self._held = 0
        """How much of `_samples` is filled; its last sample is number `_timeline.count - 1`."""
        self._taken: int | None = None
        """Number of the sample after the last one that was taken."""

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
            self._taken = None
        in_time = self._taken is None or self._taken <= self._timeline.count + SLACK_SAMPLES
        self._timeline.add(len(samples), time_ms)
        self._append(samples)
        return in_time

    def covers(self, end_ms: float) -> bool:
        """Whether the reference is known until `end_ms`."""
        return (
            self.end_ms is not None and self._timeline.position_of(end_ms) <= self._timeline.count + SLACK_SAMPLES - 1
        )

    def take(self, start_ms: float) -> Samples:
        """The frame, int16 [160], from `start_ms` on; silence where nothing is known. Times may only grow."""
        if self.end_ms is None:
            return np.zeros(FRAME_SAMPLES, np.int16)
        wanted = self._timeline.position_of(start_ms)
        first = self._next_position(wanted)
        self._taken = first + FRAME_SAMPLES
        oldest = self._timeline.count - self._held
        frame = np.zeros(FRAME_SAMPLES, np.int16)
        known_from, known_to = max(first, oldest), min(first + FRAME_SAMPLES, self._timeline.count)
        if known_from < known_to:
            frame[known_from - first : known_to - first] = self._samples[known_from - oldest : known_to - oldest]
        return frame

    def _next_position(self, wanted: float) -> int:
        if self._taken is None or abs(wanted - self._taken) > FRAME_SAMPLES:
            return round(wanted)
        if abs(wanted - self._taken) < 1:
            return self._taken
        return self._taken + (1 if wanted > self._taken else -1)

    def _append(self, samples: Samples) -> None:
        samples = samples[-KEPT_SAMPLES:]
        if self._held + len(samples) > len(self._samples):
            self._samples[:KEPT_SAMPLES] = self._samples[self._held - KEPT_SAMPLES : self._held]
            self._held = KEPT_SAMPLES
        self._samples[self._held : self._held + len(samples)] = samples
        self._held += len(samples)
