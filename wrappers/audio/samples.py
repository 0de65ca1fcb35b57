"""How audio is held everywhere: mono signed 16-bit samples."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.int16]
"""int16 [n], mono"""

FULL_SCALE = 32768
"""int16 value of 1.0; one past the largest positive sample."""

ENGINE_RATE_HZ = 16000
"""Rate of everything that listens: VAD, ASR, echo cancelling, recordings."""

SILENCE: Samples = np.zeros(0, np.int16)
"""No samples at all."""


def silence(count: int) -> Samples:
    """So many zeros."""
    return np.zeros(count, np.int16)


def to_int16(waveform: npt.NDArray[np.float32]) -> Samples:
    """Round samples in -1..1 to int16; what is beyond is clipped."""
    return np.clip(np.rint(waveform * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def samples_of_ms(duration_ms: float, rate_hz: int) -> int:
    """Number of samples in a duration."""
    return round(duration_ms * rate_hz / 1000)


def ms_of_samples(count: int, rate_hz: int) -> int:
    """Duration of a number of samples in whole ms."""
    return round(count * 1000 / rate_hz)
