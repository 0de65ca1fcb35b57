"""Sounds in a room that are no speech and must not stop the agent: int16 at 16 kHz, peak 0.5; each seed is another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wrappers.audio.samples import Samples, to_int16

RATE_HZ = 16000
PEAK = 0.5

Wave = NDArray[np.float64]


def cough(seed: int) -> Samples:
    """One or two bursts of breath of 150-300 ms, coloured by a throat, each with a hard beginning."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(int(rng.integers(1, 3))):
        length = int(rng.uniform(0.15, 0.3) * RATE_HZ)
        time_s = np.arange(length) / RATE_HZ
        envelope = np.exp(-time_s / rng.uniform(0.05, 0.1)) * np.minimum(1, time_s / 0.004)
        throat = _coloured(rng, length, [(rng.uniform(400, 700), 150), (rng.uniform(1200, 1800), 400)])
        parts += [throat * envelope, np.zeros(int(rng.uniform(0.1, 0.25) * RATE_HZ))]
    return _finished(np.concatenate(parts[:-1]))


def tap(seed: int) -> Samples:
    """One to four knocks on a table or a key of a keyboard."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(int(rng.integers(1, 5))):
        length = int(0.08 * RATE_HZ)
        envelope = np.exp(-np.arange(length) / RATE_HZ / rng.uniform(0.004, 0.02))
        parts += [
            _coloured(rng, length, [(rng.uniform(150, 2500), 300)]) * envelope,
            np.zeros(int(rng.uniform(0.05, 0.3) * RATE_HZ)),
        ]
    return _finished(np.concatenate(parts[:-1]))


def burst(seed: int) -> Samples:
    """Noise for 100-600 ms: a chair, a hiss, a lorry."""
    rng = np.random.default_rng(seed)
    length = int(rng.uniform(0.1, 0.6) * RATE_HZ)
    noise = _coloured(rng, length, [(rng.uniform(200, 4000), rng.uniform(500, 4000))])
    return _finished(noise * np.minimum(1, np.arange(length) / 80) * np.minimum(1, np.arange(length)[::-1] / 800))


NOISES: tuple[Callable[[int], Samples], ...] = (cough, tap, burst)


def _coloured(rng: np.random.Generator, length: int, bands: list[tuple[float, float]]) -> Wave:
    """White noise through resonances: centre and width in Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    shape = sum(1 / (1 + ((hz - centre) / (width / 2)) ** 2) for centre, width in bands)
    return np.asarray(np.fft.irfft(spectrum * shape, length))


def _finished(sound: Wave) -> Samples:
    return to_int16((sound * PEAK / np.abs(sound).max()).astype(np.float32))
