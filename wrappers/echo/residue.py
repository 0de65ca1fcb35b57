"""What a linear filter has left of the echo, and whether that is echo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SMOOTHING = 0.8
"""Per frame: the share is that of the last 50 ms, so that it tells within a syllable."""
LEAST_POWER = 1e-6
"""Mean power of an echo (-60 dBFS) that tells anything."""
LARGEST_DELAY_SAMPLES = 1.0
"""What a person says looks like any delay: no frame counts for more than this."""

Waveform = npt.NDArray[np.float32]


class Residue:
    """Compares what is left with the echo that was subtracted.

    An echo that has become louder leaves its own likeness, one that has become later its slope: by Taylor,
    a * e(t - d) - e(t) = (a - 1) * e(t) - d * e'(t), and the two are orthogonal. A person leaves neither.
    """

    def __init__(self) -> None:
        self.echo_share = 0.0
        """Which part of the power that is left is such an echo, 0..1."""
        self.delay_samples = 0.0
        """How much later the echo comes than the filter expects, by this frame alone; 0 where there is no echo."""
        self._left = 0.0
        self._echo = np.zeros(2)
        self._common = np.zeros(2)

    def push(self, left: Waveform, echo: Waveform) -> None:
        """Take a frame of what is left and of what was taken away, float32 [n], range -1..1."""
        slope = np.gradient(echo)
        powers = np.array([echo @ echo, slope @ slope], np.float64)
        common = np.array([left @ echo, left @ slope], np.float64)
        self._left = SMOOTHING * self._left + float(left @ left)
        self._echo = SMOOTHING * self._echo + powers
        self._common = SMOOTHING * self._common + common
        explained = float((self._common**2 / (self._echo + 1e-12)).sum())
        self.echo_share = min(1.0, explained / (self._left + 1e-12))
        self.delay_samples = 0.0
        if powers[0] > LEAST_POWER * len(echo):
            delay = -common[1] / (powers[1] + 1e-12)
            self.delay_samples = float(np.clip(delay, -LARGEST_DELAY_SAMPLES, LARGEST_DELAY_SAMPLES))
