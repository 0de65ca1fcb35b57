"""Places the frames of one side of the conversation on the time axis of the recording."""

from __future__ import annotations

from collections import deque

import numpy as np

from wrappers.audio import Samples, samples_of_ms

TOLERANCE_MS = 40
"""Frames follow each other sample for sample unless their time differs by more: clocks round and drift."""


class Track:
    """Frames in by time, an unbroken stretch of samples out. What nobody sent is silence. No clock, no I/O."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._pieces: deque[tuple[int, Samples]] = deque()
        self.taken = 0
        """Samples that `take` has given out."""
        self.end = 0
        """Position behind the last sample that was put in."""

    def put(self, samples: Samples, time_ms: int) -> None:
        """Add a frame.

        samples: int16 [n]
        time_ms: when its first sample was heard, since the start of the recording
        Of what overlaps earlier frames, or was given out already, the later part remains.
        """
        position = samples_of_ms(time_ms, self._rate_hz)
        if self.end and abs(position - self.end) <= samples_of_ms(TOLERANCE_MS, self._rate_hz):
            position = self.end
        earliest = max(self.end, self.taken)
        if position < earliest:
            samples = samples[earliest - position :]
            position = earliest
        if samples.size:
            self._pieces.append((position, samples))
            self.end = position + samples.size

    def take(self, until: int) -> Samples:
        """Give out everything from `taken` up to a position. returns int16 [until - taken], silence in the gaps"""
        stretch = np.zeros(max(0, until - self.taken), dtype=np.int16)
        while self._pieces and self._pieces[0][0] < until:
            position, samples = self._pieces.popleft()
            fits = samples[: until - position]
            stretch[position - self.taken : position - self.taken + fits.size] = fits
            if fits.size < samples.size:
                self._pieces.appendleft((until, samples[fits.size :]))
        self.taken = max(self.taken, until)
        return stretch
