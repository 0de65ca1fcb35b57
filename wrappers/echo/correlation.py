"""Finds the loudspeaker's sound in other signals, by the phases of their spectra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wrappers.audio import ENGINE_RATE_HZ, Samples

DECIMATION = 4
"""4 kHz is enough: the speech up to 2 kHz tells the delay to a quarter of a millisecond."""
RATE_HZ = ENGINE_RATE_HZ // DECIMATION
WINDOW_MS = 1500
"""Long enough for a sentence's worth of sounds, short enough to follow a change."""
BAND_HZ = (150, 1900)

FOUND = 7.0
"""Strength from which the reference is certainly in a signal. Measured: other speech and noise stay below 6, an echo
in a room has 10 to 40."""
LEAKS = 6.5
"""The same for a place in time that is already known."""


@dataclass(frozen=True, slots=True)
class Correlogram:
    """How strongly a signal follows the reference, by delay."""

    strengths: npt.NDArray[np.float64]
    """[delays], one for each sample at RATE_HZ; in multiples of their own root mean square"""

    @property
    def delay_ms(self) -> int:
        """The delay at which it follows most."""
        return round(int(np.argmax(self.strengths)) * 1000 / RATE_HZ)

    @property
    def strength(self) -> float:
        """How clear that is."""
        return float(self.strengths.max())

    def strength_near(self, delay_ms: int, tolerance_ms: int) -> float:
        """How strongly it follows at about a certain delay."""
        low = max(0, delay_ms - tolerance_ms) * RATE_HZ // 1000
        high = (delay_ms + tolerance_ms) * RATE_HZ // 1000
        near = self.strengths[low : high + 1]
        return float(near.max()) if len(near) else 0.0


class Correlator:
    """Keeps the last seconds of the reference and of other signals, which are fed frame by frame, side by side."""

    def __init__(self, signals: int, max_delay_ms: int) -> None:
        self._window = WINDOW_MS * RATE_HZ // 1000
        self._delays = max_delay_ms * RATE_HZ // 1000
        length = self._window + self._delays
        self._size = 1 << (length - 1).bit_length()
        frequencies = np.fft.rfftfreq(self._size, 1 / RATE_HZ)
        self._band = (frequencies > BAND_HZ[0]) & (frequencies < BAND_HZ[1])
        self._kept = np.zeros((1 + signals, length), np.float32)

    def push(self, reference: Samples, *signals: Samples) -> None:
        """Add frames of one length, int16 [n], n a multiple of DECIMATION."""
        count = len(reference) // DECIMATION
        self._kept[:, :-count] = self._kept[:, count:]
        for row, samples in zip(self._kept, (reference, *signals), strict=True):
            row[-count:] = samples.reshape(count, DECIMATION).mean(axis=1)

    def correlate(self) -> list[Correlogram]:
        """Compare each signal with the reference, over the last WINDOW_MS of it. Takes about half a millisecond."""
        reference = np.conj(np.fft.rfft(self._kept[0], self._size))
        return [self._correlogram(reference, signal) for signal in self._kept[1:]]

    def _correlogram(self, reference: npt.NDArray[np.complex64], signal: npt.NDArray[np.float32]) -> Correlogram:
        recent = signal.copy()
        recent[: self._delays] = 0  # its reference may be older than what is kept
        cross = np.fft.rfft(recent, self._size) * reference
        cross = np.where(self._band, cross / (np.abs(cross) + 1e-12), 0)
        strengths = np.abs(np.fft.irfft(cross, self._size)[: self._delays])
        return Correlogram(strengths / (np.sqrt(np.mean(strengths**2)) + 1e-12))
