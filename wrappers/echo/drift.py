"""Two crystals never swing alike: learns how fast the loudspeaker's clock runs, seen from the microphone's."""

from __future__ import annotations

GAIN = 2e-6
"""Per sample of delay and frame. A loop with this gain has learnt a drift of 100 millionths within 5 s, and what a
person says over the agent moves it by some millionths."""
LARGEST_DRIFT = 300e-6
"""Two crystals are 100 millionths apart at most; more is a mistake."""


class ClockDrift:
    """A loop that is closed by the linear filter: it follows an echo that comes later and later, but always a little
    behind. By how much tells the speed at which the reference has to be taken to stay with the echo."""

    def __init__(self) -> None:
        self._drift = 0.0

    @property
    def speed(self) -> float:
        """Samples of the loudspeaker per sample of the microphone."""
        return 1.0 + self._drift

    def push(self, delay_samples: float) -> None:
        """Take by how much the echo was later, in one frame, than the filter expected."""
        self._drift = max(-LARGEST_DRIFT, min(LARGEST_DRIFT, self._drift - GAIN * delay_samples))
