"""Ends of a piece of speech that do not click where they meet silence or another piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import samples_of_ms
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ

FADE_MS = 5
_QUIET = 0.002
"""A step of this size (-54 dB) is not heard; most ends are quieter, and stay as they are."""
_FADE_SAMPLES = samples_of_ms(FADE_MS, SAMPLE_RATE_HZ)


def soften_start(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fade the first 5 ms in where they would click."""
    if not len(samples) or abs(samples[0]) <= _QUIET:
        return samples
    return samples * _ramp(len(samples))


def soften_end(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fade the last 5 ms out where they would click."""
    if not len(samples) or abs(samples[-1]) <= _QUIET:
        return samples
    return samples * _ramp(len(samples))[::-1]


def _ramp(length: int) -> NDArray[np.float32]:
    ramp = np.ones(length, np.float32)
    fade = min(length, _FADE_SAMPLES)
    ramp[:fade] = np.arange(fade, dtype=np.float32) / fade
    return ramp
