"""When a partial may be read: not too often, not while audio waits, and never so that reading fills all of the time."""

from __future__ import annotations

FIRST_MS = 500
"""Audio before the first partial."""
LATE_MS = 150
"""Audio that comes later than this after it was captured waited for us: catching up goes first."""


class PartialPace:
    """Counts in audio, so that the same audio gives the same partials however fast it comes. Pure."""

    def __init__(self, interval_ms: int) -> None:
        """interval_ms: audio between partials; 0 = none"""
        self._interval_ms = interval_ms
        self._next_ms = FIRST_MS
        self._ahead_s: float | None = None
        """By how much the clock was least ahead of the audio."""
        self._late_ms = 0.0

    def fed(self, length_ms: int, now_s: float) -> None:
        """So much audio is here now."""
        ahead_s = now_s - length_ms / 1000
        self._ahead_s = ahead_s if self._ahead_s is None else min(self._ahead_s, ahead_s)
        self._late_ms = (ahead_s - self._ahead_s) * 1000

    def is_due(self, length_ms: int) -> bool:
        """Whether to read now."""
        return self._interval_ms > 0 and length_ms >= self._next_ms and self._late_ms <= LATE_MS

    def read(self, length_ms: int, took_ms: int) -> None:
        """A partial was read of so much audio, in so much time. At least as long nothing is read."""
        self._next_ms = length_ms + max(self._interval_ms, 2 * took_ms)
