"""Keeps the ends of a piece of speech from clicking."""

from __future__ import annotations

import numpy as np

from wrappers.audio import Samples, samples_of_ms

FADE_MS = 4
"""Short enough to leave a hard consonant alone, long enough to be no click."""
QUIET = 64
"""A step of this size (-54 dB) is not heard."""


class SoftEdges:
    """Fades a stream of samples in where it starts off zero, and out where it ends so.

    Holds back FADE_MS: only the end of the stream tells which samples are the last.
    """

    def __init__(self, rate_hz: int) -> None:
        self._fade = max(1, samples_of_ms(FADE_MS, rate_hz))
        self._held: Samples = np.zeros(0, np.int16)
        self._faded_in: int | None = None

    def push(self, samples: Samples) -> Samples:
        """Take int16 [n]; return int16 [m] that are certain, m may be 0."""
        together = np.concatenate([self._held, self._fade_in(samples)])
        ready = max(0, len(together) - self._fade)
        self._held = together[ready:]
        return together[:ready]

    def finish(self) -> Samples:
        """The last samples of the stream, int16 [m]."""
        last, self._held = self._held, self._held[:0]
        if len(last) == 0 or abs(int(last[-1])) <= QUIET:
            return last
        return (last * np.linspace(1, 0, len(last) + 1)[1:]).astype(np.int16)

    def _fade_in(self, samples: Samples) -> Samples:
        if self._faded_in is None and len(samples):
            self._faded_in = 0 if abs(int(samples[0])) > QUIET else self._fade
        if self._faded_in is None or self._faded_in == self._fade:
            return samples
        count = min(len(samples), self._fade - self._faded_in)
        gains = np.arange(self._faded_in, self._faded_in + count) / self._fade
        self._faded_in += count
        return np.concatenate([(samples[:count] * gains).astype(np.int16), samples[count:]])
