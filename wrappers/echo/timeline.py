"""Maps the samples of a stream to the clock."""

from __future__ import annotations

from wrappers.audio import ENGINE_RATE_HZ

JUMP_MS = 60
"""A chunk that begins so far from the end of the one before belongs to a new stretch of audio."""
SLIP_MS = 60
"""Times that have crept away from the count by so much are believed at last."""
AVERAGED_CHUNKS = 100
"""The first times are averaged: they come in whole ms, and each alone is half a ms wrong."""
FASTEST_DRIFT = 300e-6
"""Two crystals are 100 millionths apart at most. Times that creep faster are corrected estimates of the delay, while
the sound itself goes on as before: a canceller must not follow."""

SAMPLES_PER_MS = ENGINE_RATE_HZ / 1000


class Timeline:
    """Counts samples at 16 kHz; the times that chunks carry move the count's place on the clock only slowly."""

    def __init__(self) -> None:
        self.count = 0
        """Samples so far."""
        self.slips = 0
        """How often the count was moved to other times although the sound went on."""
        self._zero_ms: float | None = None
        self._chunks = 0
        self._told_end_ms = 0.0
        """End of the latest chunk, by the times as they came."""

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
        """How much a chunk that begins at `time_ms` leaves out (negative: goes back); 0 if it follows the last one."""
        if self._zero_ms is None:
            return 0.0
        difference_ms = time_ms - self._told_end_ms
        return difference_ms if abs(difference_ms) > JUMP_MS else 0.0

    def add(self, count: int, time_ms: float) -> float:
        """Place the next `count` samples, which begin at about `time_ms`; returns when exactly."""
        if self._zero_ms is None or self.jump_ms(time_ms):
            self._anchor(time_ms)
        start_ms = self._follow(count, time_ms)
        self.count += count
        self._told_end_ms = time_ms + count / SAMPLES_PER_MS
        return start_ms

    def _anchor(self, time_ms: float) -> None:
        self._zero_ms = time_ms - self.count / SAMPLES_PER_MS
        self._chunks = 0

    def _follow(self, count: int, time_ms: float) -> float:
        assert self._zero_ms is not None
        error_ms = time_ms - (self._zero_ms + self.count / SAMPLES_PER_MS)
        if abs(error_ms) > SLIP_MS:
            self.slips += 1
            self._anchor(time_ms)
            return time_ms
        self._chunks += 1
        if self._chunks <= AVERAGED_CHUNKS:
            move_ms = error_ms / self._chunks
        else:
            fastest_ms = FASTEST_DRIFT * count / SAMPLES_PER_MS
            move_ms = max(-fastest_ms, min(fastest_ms, error_ms / AVERAGED_CHUNKS))
        self._zero_ms += move_ms
        return self._zero_ms + self.count / SAMPLES_PER_MS
