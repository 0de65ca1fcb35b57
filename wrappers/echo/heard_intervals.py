"""When the agent is heard, from what the loudspeaker tells."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

BRIDGED_MS = 60
"""Sounds no further apart than this are one stretch."""
DISORDER_MS = 2000
"""Stretches are kept in the order in which they were told, which may differ from their order in time by so much."""
MAX_INTERVALS = 400
"""Three minutes of speech with its pauses; nobody asks about anything earlier."""


@dataclass(slots=True)
class Interval:
    """A stretch of time on the app's clock, ms."""

    start_ms: int
    end_ms: int


class HeardIntervals:
    """Playback states and, where there is one, the reference itself go in; ask whether anything was heard when.

    Pure: time passes only in what it is told. A playback whose end is never told is given up (see `expire`).
    """

    def __init__(self, lost_end_ms: int = 2000) -> None:
        """lost_end_ms: so long after all that the loudspeaker could have played, its end message counts as lost"""
        self._lost_end_ms = lost_end_ms
        self._intervals: deque[Interval] = deque(maxlen=MAX_INTERVALS)
        self._playing: str | None = None
        """The request that is being played."""
        self._open_since_ms = 0
        self._told_ms = 0
        """When the loudspeaker last said that it plays."""
        self._queued_ms = 0
        """How much it had still to play then."""
        self._sound_ms: int | None = None
        """End of the last sound of the reference."""
        self._reference_ms: int | None = None
        """Until when the reference is known."""

    @property
    def is_playing(self) -> bool:
        """Whether a playback has begun and not ended."""
        return self._playing is not None

    def tell(self, request_id: str, state: str, time_ms: int, queued_ms: int) -> None:
        """A `playback_state`: started and progress mean that it plays; paused, drained and flushed that it does not.

        time_ms: when that was so
        queued_ms: how much was still to be heard then, of all requests
        """
        if state in ("started", "progress"):
            if self._playing is None:
                self._open_since_ms = time_ms
            self._playing = request_id  # requests play one after the other: the one before is over
            self._told_ms = time_ms
            self._queued_ms = queued_ms
        elif request_id == self._playing:
            self._close(time_ms)

    def sounded(self, start_ms: int, end_ms: int) -> None:
        """The reference had sound in this stretch of time."""
        self._sound_ms = end_ms if self._sound_ms is None else max(self._sound_ms, end_ms)
        last = self._intervals[-1] if self._intervals else None
        if last and last.start_ms <= start_ms <= last.end_ms + BRIDGED_MS:
            last.end_ms = max(last.end_ms, end_ms)
        else:
            self._intervals.append(Interval(start_ms, end_ms))

    def known_until(self, time_ms: int) -> None:
        """The reference is known until `time_ms`, whether or not it had sound."""
        self._reference_ms = time_ms

    def expire(self, time_ms: int) -> bool:
        """Give up a playback that must be over at `time_ms`; returns whether that has happened now."""
        if self._playing is None:
            return False
        last_ms = max(self._told_ms, self._sound_ms or 0)
        is_over = time_ms > self._told_ms + self._queued_ms + self._lost_end_ms
        if self._reference_ms is not None:  # its silence shows that nothing is played, whatever was queued
            is_over = is_over or self._reference_ms > last_ms + self._lost_end_ms
        if is_over:
            self._close(last_ms)
        return is_over

    def overlap(self, start_ms: int, end_ms: int, head_ms: int = 0, tail_ms: int = 0) -> bool:
        """Whether something was heard between the two times.

        head_ms, tail_ms: how much longer every stretch counts, before its start and after its end
        """
        if self._playing is not None and end_ms > self._open_since_ms - head_ms:
            return True
        for interval in reversed(self._intervals):
            if start_ms < interval.end_ms + tail_ms and end_ms > interval.start_ms - head_ms:
                return True
            if interval.end_ms + tail_ms < start_ms - DISORDER_MS:
                break
        return False

    def _close(self, end_ms: int) -> None:
        self._intervals.append(Interval(self._open_since_ms, max(self._open_since_ms, end_ms)))
        self._playing = None
