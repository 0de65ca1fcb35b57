"""Maps the samples of a device to the app's clock: steadily, whenever the device's blocks come."""

from __future__ import annotations

import math
from collections import deque

BUCKET_MS = 250
BUCKETS = 8
"""Two seconds: some block of them came without delay, and no two clocks drift apart by 0.3 ms in that time."""

LARGEST_CORRECTION = 0.02
"""Share of the time that passes. Faster than any clock drifts, slow enough that frames stay 10 ms apart."""


class StreamClock:
    """Counts samples, and keeps their distance to the clock.

    A block may be late, in bursts or behind a stall, but never early. So the smallest distance of the last two seconds
    is the true one, and all other times follow from the count.
    """

    def __init__(self, rate_hz: int) -> None:
        if rate_hz <= 0:
            raise ValueError(f"the sample rate must be above 0, not {rate_hz}")
        self._rate_hz = rate_hz
        self._offset_ms: float | None = None
        self._measured_at = 0
        self._minima: deque[tuple[int, float]] = deque()

    def measure(self, position: int, time_ms: float) -> None:
        """Say that the sample at `position` was at the device at `time_ms`, or a little earlier."""
        distance_ms = time_ms - position * 1000 / self._rate_hz
        bucket = position * 1000 // (self._rate_hz * BUCKET_MS)
        if self._minima and self._minima[-1][0] == bucket:
            distance_ms = min(distance_ms, self._minima.pop()[1])
        self._minima.append((bucket, distance_ms))
        while self._minima[0][0] <= bucket - BUCKETS:
            self._minima.popleft()
        smallest_ms = min(minimum for _, minimum in self._minima)
        if self._offset_ms is None:
            self._offset_ms = smallest_ms
        else:
            passed_ms = (position - self._measured_at) * 1000 / self._rate_hz
            largest_ms = LARGEST_CORRECTION * passed_ms
            self._offset_ms += min(largest_ms, max(-largest_ms, smallest_ms - self._offset_ms))
        self._measured_at = position

    def time_ms(self, position: float) -> float:
        """When the sample at `position` was at the device. NaN before the first measurement."""
        return (math.nan if self._offset_ms is None else self._offset_ms) + position * 1000 / self._rate_hz

    def restart(self) -> None:
        """Forget the distance: the device has left samples out, or has played none for a while."""
        self._offset_ms = None
        self._minima.clear()
