"""A volume that moves smoothly, and the short fade that keeps a cut from clicking."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Waveform: TypeAlias = npt.NDArray[np.float32]
"""float32 [n] in units of int16 samples, so that mixing can neither clip nor round"""


def fade_out(count: int) -> Waveform:
    """Factors falling in a straight line from just below 1 to 0."""
    return np.linspace(1, 0, count + 1, dtype=np.float32)[1:]


class GainRamp:
    """A gain that goes in a straight line from where it is to a target."""

    def __init__(self) -> None:
        self.value = 1.0
        """Gain of the next sample."""
        self._target = 1.0
        self._samples_left = 0

    def go(self, target: float, ramp_samples: int) -> None:
        """Reach `target` within so many samples; 0 = at once."""
        self._target = target
        self._samples_left = ramp_samples
        if ramp_samples == 0:
            self.value = target

    def jump(self, value: float) -> None:
        """Be at `value` at once and stay there."""
        self.go(value, 0)

    def next(self, count: int) -> Waveform:
        """The gains of the next `count` samples."""
        gains = np.full(count, self._target, np.float32)
        moving = min(count, self._samples_left)
        if moving:
            step = (self._target - self.value) / self._samples_left
            gains[:moving] = self.value + step * np.arange(1, moving + 1, dtype=np.float32)
            self._samples_left -= moving
            self.value = self._target if self._samples_left == 0 else self.value + step * moving
        return gains
