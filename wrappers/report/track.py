"""Places the frames of one side of the conversation on the time axis of the recording."""

from __future__ import annotations

from collections import deque

import numpy as np

from wrappers.audio import Samples, samples_of_ms

TOLERANCE_MS = 40
"""Frames follow each other unless their time differs by more: clocks round, and what arrives in bursts wavers."""
DRIFT_MS = 2
"""A lasting difference above this is drift, and corrected; below it is rounding, and the samples stay as they are."""
DRIFT_SHARE = 1 / 64
"""How much of a difference counts per frame, so that only a lasting one does."""


class Track:
    """Frames in by time, an unbroken stretch of samples out. What nobody sent is silence. No clock, no I/O."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._pieces: deque[tuple[int, Samples]] = deque()
        self.taken = 0
        """Samples that `take` has given out."""
        self.end = 0
        """Position behind the last sample that was put in."""
        self._drift = 0.0
        """By how many samples the frames' times are ahead of the count, smoothed."""

    def put(self, samples: Samples, time_ms: int) -> None:
        """Add a frame.

        samples: int16 [n]
        time_ms: when its first sample was heard, since the start of the recording
        Of what overlaps earlier frames, or was given out already, the later part remains.
        """
        position = samples_of_ms(time_ms, self._rate_hz)
        if self.end and abs(position - self.end) <= samples_of_ms(TOLERANCE_MS, self._rate_hz):
            samples = self._without_drift(samples, position - self.end)
            position = self.end
        else:
            self._drift = 0.0
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

    def _without_drift(self, samples: Samples, ahead: int) -> Samples:
        """The frame, one sample longer or shorter where its stream runs steadily behind or ahead of the clock.

        That is less than 1 % of a frame of 10 ms, which nobody hears, and follows any device that is not broken.
        """
        self._drift += (ahead - self._drift) * DRIFT_SHARE
        if samples.size < 2 or abs(self._drift) < samples_of_ms(DRIFT_MS, self._rate_hz):
            return samples
        change = 1 if self._drift > 0 else -1
        self._drift -= change
        places = np.linspace(0, samples.size - 1, samples.size + change)
        return np.rint(np.interp(places, np.arange(samples.size), samples)).astype(np.int16)
