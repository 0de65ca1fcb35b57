"""Brings microphone and loudspeaker together by time, although their frames arrive in any order."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from wrappers.audio import Samples
from wrappers.echo.base import FRAME_MS, FRAME_SAMPLES
from wrappers.echo.reference import ReferenceTrack
from wrappers.echo.timeline import Timeline

CarryT = TypeVar("CarryT")

GIVE_UP_MS = 1000
"""A reference that has not come for so long is not waited for any more."""
TRUST_AGAIN_MS = 500
"""It counts again once it has been in time for so long."""
STEADY_MS = 300
"""A reference that has come steadily, but too late, for so long, is taken as later than it says."""
LARGEST_SHIFT_MS = 150
"""A later one would be later than its own echo."""
SHIFT_MARGIN_MS = 10
MAX_WAITING = 200
"""Two seconds of microphone frames: far above any wait, so that nothing can grow."""

Reference: TypeAlias = Literal["there", "late", "absent"]
"""late: the frame has waited for it in vain; absent: there never was one, or it has been late for too long"""


@dataclass(frozen=True, slots=True)
class Pair(Generic[CarryT]):
    """A microphone frame and what was handed to the loudspeaker meanwhile."""

    microphone: Samples
    """int16 [160]"""
    time_ms: int
    """Capture time, as it came."""
    reference: Samples
    """int16 [160]; silence where it is not there"""
    state: Reference
    carry: CarryT


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[CarryT]):
    samples: Samples
    time_ms: int
    start_ms: float
    """Capture time, smoothed."""
    deadline_ms: float
    carry: CarryT


class Merger(Generic[CarryT]):
    """Microphone frames wait for their reference, in order and not for long.

    A canceller that gets the microphone before its reference loses track of the delay between the two for seconds; the
    other way round there is no harm.
    """

    def __init__(self, wait_ms: int) -> None:
        self.lost = 0
        """How often the reference was given up."""
        self.shift_ms = 0
        """So much older than a microphone frame is the reference that goes with it: more than 0 where loudspeakers tell
        steadily, but late, what they play. As long as that is less than the delay of the echo, it does no harm."""
        self.speed = 1.0
        """How fast the loudspeaker's clock runs, seen from the microphone's; set it as soon as it is known better."""
        self._wait_ms = wait_ms
        self._timeline = Timeline()
        self._track = ReferenceTrack()
        self._waiting: deque[_Waiting[CarryT]] = deque()
        self._timely_ms = 0
        self._given_up = False
        self._known_ms: float | None = None
        """Until when the reference was known at the last late frame."""
        self._stalled_ms = 0
        self._late_ms = 0
        self._largest_lack_ms = 0.0

    @property
    def deadline_ms(self) -> float | None:
        """Until when the oldest frame waits; None if none does."""
        return self._waiting[0].deadline_ms if self._waiting else None

    @property
    def alignments(self) -> int:
        """A number that changes whenever the two sides are put together in another way."""
        return self._timeline.slips + self._track.slips + self.shift_ms

    def push_microphone(self, samples: Samples, time_ms: int, now_ms: float, carry: CarryT) -> None:
        """Add int16 [160] captured at `time_ms`; `carry` comes back with it."""
        start_ms = self._timeline.add(FRAME_SAMPLES, time_ms)
        self._waiting.append(_Waiting(samples, time_ms, start_ms, now_ms + self._wait_ms, carry))

    def push_reference(self, samples: Samples, time_ms: int) -> bool:
        """Add int16 [n] handed over at `time_ms`; returns False if it came too late to be used."""
        return self._track.push(samples, time_ms)

    def take(self, now_ms: float) -> list[Pair[CarryT]]:
        """The frames that need not wait any longer, in order."""
        pairs = []
        while self._waiting:
            frame = self._waiting[0]
            state = self._look(frame, now_ms)
            if state is None:
                break
            self._waiting.popleft()
            reference = self._track.take(frame.start_ms - self.shift_ms, self.speed)
            pairs.append(Pair(frame.samples, frame.time_ms, reference, state, frame.carry))
        return pairs

    def _look(self, frame: _Waiting[CarryT], now_ms: float) -> Reference | None:
        wanted_ms = frame.start_ms + FRAME_MS - self.shift_ms
        known_ms = self._track.end_ms
        if self._track.covers(wanted_ms):
            self._stalled_ms = self._late_ms = 0
            self._largest_lack_ms = 0.0
            self._trust_again(True)
            return "absent" if self._given_up else "there"
        if known_ms is None or self._given_up:
            self._trust_again(known_ms is not None and wanted_ms - known_ms <= self._wait_ms)
            return "absent"
        if now_ms < frame.deadline_ms and len(self._waiting) < MAX_WAITING:
            return None
        self._timely_ms = 0
        self._count_late(wanted_ms - known_ms, known_ms)
        return "late"

    def _trust_again(self, is_timely: bool) -> None:
        """What was given up counts again once it would have been there in time, had the frames waited for it."""
        self._timely_ms = self._timely_ms + FRAME_MS if is_timely else 0
        self._given_up = self._given_up and self._timely_ms < TRUST_AGAIN_MS

    def _count_late(self, lack_ms: float, known_ms: float) -> None:
        """Tell a reference that stands still from one that is always late."""
        if known_ms == self._known_ms:
            self._stalled_ms += FRAME_MS
            if self._stalled_ms >= GIVE_UP_MS:
                self._give_up()
            return
        self._known_ms = known_ms
        self._stalled_ms = 0
        self._late_ms += FRAME_MS
        self._largest_lack_ms = max(self._largest_lack_ms, lack_ms)
        if self._late_ms >= STEADY_MS:
            self._late_ms = 0
            shift_ms = self.shift_ms + math.ceil(self._largest_lack_ms) + SHIFT_MARGIN_MS
            self._largest_lack_ms = 0.0
            if shift_ms <= LARGEST_SHIFT_MS:
                self.shift_ms = shift_ms
                self._track.realign()
            else:
                self._give_up()

    def _give_up(self) -> None:
        self._given_up = True
        self.shift_ms = 0  # how late it is when it comes again is another matter
        self._track.realign()
        self.lost += 1
