"""Maps the samples of a stream to the clock."""

from __future__ import annotations

from wrappers.audio import ENGINE_RATE_HZ

JUMP_MS = 60
"""A chunk whose time is further off than this begins a new stretch of audio; less is jitter or the drift of clocks."""

FOLLOW_SHARE = 1 / 64
"""How much of a small difference is followed per chunk. Times come in whole ms: this leaves errors below a sample."""

SAMPLES_PER_MS = ENGINE_RATE_HZ / 1000


class Timeline:
    """Counts samples at 16 kHz; the times that chunks carry move the count's place on the clock only slowly."""

    def __init__(self) -> None:
        self.count = 0
        """Samples so far."""
        self._zero_ms: float | None = None
        self._chunks = 0

    @property
    def end_ms(self) -> float | None:
        """Time of the sample that comes next; None before the first one."""
        return None if self._zero_ms is None else self._zero_ms + self.count / SAMPLES_PER_MS

    def position_of(self, time_ms: float) -> float:
        """Which sample, by its number, belongs to a time. Raises ValueError before the first sample."""
        if self._zero_ms is None:
            raise ValueError("there are no samples yet")
        return (time_ms - self._zero_ms) * SAMPLES_PER_MS

    def jump_ms(self, time_ms: float) -> float:
        """How far a chunk that begins at `time_ms` is from where it should begin; 0 for jitter and drift."""
        if self.end_ms is None:
            return 0.0
        difference_ms = time_ms - self.end_ms
        return difference_ms if abs(difference_ms) > JUMP_MS else 0.0

    def add(self, count: int, time_ms: float) -> float:
        """Place the next `count` samples, which begin at about `time_ms`; returns when exactly."""
        if self._zero_ms is None or self.jump_ms(time_ms):
            self._zero_ms = time_ms - self.count / SAMPLES_PER_MS
            self._chunks = 0
        start_ms = self._zero_ms + self.count / SAMPLES_PER_MS
        self._chunks += 1
        move_ms = (time_ms - start_ms) * max(FOLLOW_SHARE, 1 / self._chunks)
        self._zero_ms += move_ms
        self.count += count
        return start_ms + move_ms
