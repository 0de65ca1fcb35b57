"""Whether the user can be heard at the moment, as far as the echo suppressor tells. Pure."""

from __future__ import annotations

from .events import EchoChanged
from .options import BargeInMode

START_LOST_MS = 150
"""Speech that goes on when the microphone opens is noticed within this: detectors are 50-100 ms late at an onset."""


class Hearing:
    """Feed it what the echo suppressor tells; without one the user is always heard."""

    def __init__(self, barge_in: BargeInMode) -> None:
        self._barge_in = barge_in
        self._speaking_interrupts = True
        self._open_since_ms: int | None = None

    def echo_changed(self, event: EchoChanged) -> None:
        """The echo is dealt with in another way, or the microphone was opened or closed."""
        self._speaking_interrupts = event.speaking_interrupts
        self._open_since_ms = event.open_since_ms

    @property
    def barge_in(self) -> BargeInMode:
        """How speaking over the agent stops it just now: not at all where it cannot be heard."""
        return self._barge_in if self._speaking_interrupts else "off"

    def misses_start(self, start_ms: int) -> bool:
        """Whether speech that was noticed from `start_ms` on began while the microphone was closed."""
        return self._open_since_ms is not None and abs(start_ms - self._open_since_ms) <= START_LOST_MS
