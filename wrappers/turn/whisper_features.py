"""The log-mel spectrogram that Whisper hears with, in NumPy alone."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE_HZ = 16_000
WINDOW = 400
HOP = 160
MELS = 80
_LINEAR_UP_TO_HZ = 1000.0
_HZ_PER_MEL = 200.0 / 3
"""Below that frequency."""
_LOG_STEP = np.log(6.4) / 27
"""And above it, 27 mels for each factor of 6.4 (Slaney's auditory toolbox)."""
_QUIETEST = 1e-10
_RANGE = 8.0
"""What is more than 80 dB below the loudest point is lifted to there."""


def log_mel(waveform: NDArray[np.float32]) -> NDArray[np.float32]:
    """A spectrogram of 10 ms steps, float32 [80, n // 160], about -1..1.

    waveform: float32 [n] at 16 kHz, n > 200
    Whisper (arXiv 2212.04356), section 2.2
    """
    padded = np.pad(waveform, WINDOW // 2, mode="reflect")
    frames = sliding_window_view(padded, WINDOW)[::HOP][: len(waveform) // HOP]
    window = np.hanning(WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    levels = np.log10(np.maximum(_mel_filters() @ power.T, _QUIETEST))
    levels = np.maximum(levels, levels.max() - _RANGE)
    return ((levels + 4) / 4).astype(np.float32)


@cache
def _mel_filters() -> NDArray[np.float64]:
    """Triangles over the spectrum's bins, each of area 1: [80, 201]."""
    top_mel = _LINEAR_UP_TO_HZ / _HZ_PER_MEL + np.log(RATE_HZ / 2 / _LINEAR_UP_TO_HZ) / _LOG_STEP
    low, middle, high = (_hertz(np.linspace(0, top_mel, MELS + 2))[place : place + MELS, None] for place in range(3))
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
    triangles = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.asarray(triangles * 2 / (high - low), np.float64)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = mels * _HZ_PER_MEL
    logarithmic = _LINEAR_UP_TO_HZ * np.exp((mels - _LINEAR_UP_TO_HZ / _HZ_PER_MEL) * _LOG_STEP)
    return np.where(linear < _LINEAR_UP_TO_HZ, linear, logarithmic)
