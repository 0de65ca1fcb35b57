"""The last seconds of captured audio, addressed by capture time."""

from __future__ import annotations

from collections import deque

import numpy as np

from wrappers.audio.samples import ENGINE_RATE_HZ, SILENCE, Samples

SAMPLES_PER_MS = ENGINE_RATE_HZ // 1000
JUMP_MS = 500
"""A chunk whose time is further off than this comes from another stretch of audio: what is kept has other times."""


class AudioHistory:
    """Takes a stream of samples at 16 kHz and gives pieces of it back.

    Positions count samples from the beginning of the stream. Times are those of the chunks; where they carry none, they
    are counted from 0.
    """

    def __init__(self, keep_ms: int) -> None:
        """keep_ms: how much can be asked for; older audio is forgotten"""
        self._keep = keep_ms * SAMPLES_PER_MS
        self._chunks: deque[Samples] = deque()
        self._kept = 0
        self._end_ms = 0.0
        self.end = 0
        """Position after the last sample."""

    def push(self, samples: Samples, time_ms: int) -> None:
        """Add a chunk.

        samples: int16 [n]
        time_ms: capture time of its first sample; 0 where the sender does not know it
        """
        if time_ms > 0:
            if abs(time_ms - self._end_ms) > JUMP_MS:
                self._chunks.clear()
                self._kept = 0
            self._end_ms = float(time_ms)
        self._end_ms += len(samples) / SAMPLES_PER_MS
        self.end += len(samples)
        self._chunks.append(samples)
        self._kept += len(samples)
        while self._kept - len(self._chunks[0]) >= self._keep:
            self._kept -= len(self._chunks.popleft())

    def time_ms(self, position: int) -> int:
        """Capture time of a sample."""
        return round(self._end_ms - (self.end - position) / SAMPLES_PER_MS)

    def position(self, time_ms: int) -> int:
        """The sample captured at a time, or the nearest one that is kept."""
        position = self.end - round((self._end_ms - time_ms) * SAMPLES_PER_MS)
        return min(self.end, max(self.end - self._kept, position))

    def since(self, position: int) -> Samples:
        """The kept samples from a position on, int16 [n], n may be 0."""
        wanted = self.end - position
        parts: list[Samples] = []
        for chunk in reversed(self._chunks):
            if wanted <= 0:
                break
            parts.append(chunk[-wanted:])
            wanted -= len(chunk)
        return np.concatenate(parts[::-1]) if parts else SILENCE
