"""How far synthesis is ahead of what is heard, so that it can wait."""

from __future__ import annotations

import math
from collections import deque

MAX_AHEAD_MS = 8000
"""Enough to bridge any stall of an engine; more would be computed for nothing at each interruption."""

_OLDEST_REPORT_MS = 1000
"""A report speaks of the recent past; an older time is of another clock and is taken for now."""


class PlaybackLead:
    """Counts what was sent and not heard yet: by the speaker's reports, and between them, or without any, by the clock.

    Pure: the caller gives the time, ms on one clock.
    """

    def __init__(self, max_ahead_ms: int = MAX_AHEAD_MS) -> None:
        self._max_ahead_ms = max_ahead_ms
        self._ahead_ms = 0.0
        self._at_ms = 0
        self._heard_all_at_ms = 0.0
        self._playing = True
        self._recent: deque[tuple[int, float]] = deque()
        """Time and duration of what was sent lately: a report may not know of it yet."""

    def sent(self, duration_ms: float, now_ms: int) -> None:
        """Audio was sent to the speaker."""
        self._go_to(now_ms)
        self._ahead_ms += duration_ms
        self._recent.append((now_ms, duration_ms))
        while self._recent[0][0] < now_ms - _OLDEST_REPORT_MS:
            self._recent.popleft()

    def report(self, queued_ms: float, playing: bool, reported_ms: int, now_ms: int) -> None:
        """The speaker says what it holds.

        queued_ms: audio still to be heard, of all requests
        playing: False while it is paused, so that the clock does not count
        reported_ms: when that was so
        """
        if not now_ms - _OLDEST_REPORT_MS <= reported_ms <= now_ms:
            reported_ms = now_ms
        on_its_way_ms = sum(duration for time_ms, duration in self._recent if time_ms >= reported_ms)
        self._ahead_ms = queued_ms + on_its_way_ms
        self._at_ms = reported_ms
        self._playing = playing
        self._go_to(now_ms)

    def clear(self, now_ms: int) -> None:
        """Nothing that was sent will be heard any more."""
        self._ahead_ms = 0.0
        self._at_ms = now_ms
        self._heard_all_at_ms = now_ms
        self._playing = True
        self._recent.clear()

    def wait_ms(self, duration_ms: float, now_ms: int) -> float:
        """How long to wait before so much more may be sent: 0 = now; inf while the speaker is paused."""
        self._go_to(now_ms)
        excess_ms = self._ahead_ms + duration_ms - self._max_ahead_ms
        if excess_ms <= 0:
            return 0.0
        return math.ceil(excess_ms) if self._playing else math.inf

    def ends_at_ms(self, now_ms: int) -> float:
        """When the last of what was sent is heard, if the speaker goes on from now; in the past if all was heard."""
        self._go_to(now_ms)
        return now_ms + self._ahead_ms if self._ahead_ms > 0 else self._heard_all_at_ms

    def left_ms(self, now_ms: float) -> float:
        """How long what was sent can be heard yet; inf while the speaker is paused. From any thread."""
        if not self._playing:
            return math.inf
        return max(0.0, self._ahead_ms - (now_ms - self._at_ms))

    def _go_to(self, now_ms: int) -> None:
        if self._playing and self._ahead_ms > 0:
            end_ms = self._at_ms + self._ahead_ms
            self._ahead_ms = max(0.0, end_ms - now_ms)
            self._heard_all_at_ms = min(end_ms, now_ms)
        self._at_ms = now_ms
