"""Samples between samples."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import Samples
from wrappers.audio.samples import FULL_SCALE

HALF_TAPS = 8
"""On either side of a place: less than -60 dB of error up to 6 kHz."""
STEPS = 256
"""Places between two samples for which the weights are computed; between them they are interpolated."""

Weights: TypeAlias = NDArray[np.float64]


def _weights() -> Weights:
    """Sinc under a Hann window, float64 [STEPS + 1, 2 HALF_TAPS]; each row sums to 1."""
    taps = np.arange(1 - HALF_TAPS, 1 + HALF_TAPS)
    distance = taps - np.linspace(0, 1, STEPS + 1)[:, None]
    weights = np.sinc(distance) * np.cos(np.pi * distance / (2 * HALF_TAPS + 1)) ** 2
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


_WEIGHTS = _weights()


def interpolate(samples: Samples, fraction: float) -> Samples:
    """A signal from a place between two of its samples on.

    samples: int16 [n + 2 HALF_TAPS - 1]; the place is that of sample HALF_TAPS - 1, plus the fraction
    fraction: 0..1
    returns: int16 [n]
    """
    row = min(int(fraction * STEPS), STEPS - 1)
    weights = _WEIGHTS[row] + (fraction * STEPS - row) * (_WEIGHTS[row + 1] - _WEIGHTS[row])
    sound = np.correlate(samples.astype(np.float64), weights, "valid")
    return np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
