"""A room with a loudspeaker and a microphone in it, in numbers: what the microphone hears of what is played."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wrappers.audio.samples import FULL_SCALE, Samples, to_int16

RATE_HZ = 16000
FLUTTER_DB = -24.0
"""Each sample of the reverberation beside the direct sound, at its beginning. In all, some dB below the direct sound,
as with a laptop on a desk."""


@dataclass(frozen=True)
class Room:
    """One path from loudspeaker to microphone."""

    delay_ms: int = 120
    """From handing a sound over to its first arrival: buffers and air."""
    gain_db: float = -12.0
    """Level of the echo beside what is played."""
    decay_ms: int = 120
    """Time in which the reverberation falls by 60 dB; 0 = none."""
    noise_db: float = -60.0
    """Of the room and the microphone, beside full scale."""
    clipping: float = 0.0
    """How hard a small loudspeaker is driven; 0 = not at all, 4 = it rounds off every loud vowel."""
    drift_ppm: float = 0.0
    """By how much the microphone's clock is slower."""
    seed: int = 1
    """Another number is another room."""

    def response(self) -> NDArray[np.float64]:
        """The echo of a click: white noise that decays exponentially behind a direct sound."""
        rng = np.random.default_rng(self.seed)
        time_ms = np.arange(16 * self.decay_ms * 3 // 2) / 16
        tail = rng.standard_normal(len(time_ms)) * 10 ** ((FLUTTER_DB - 60 * time_ms / max(1, self.decay_ms)) / 20)
        room = np.concatenate([[1.0], tail])
        room *= 10 ** (self.gain_db / 20) / np.sqrt(np.sum(room**2))
        return np.concatenate([np.zeros(16 * self.delay_ms), room])

    def echo(self, played: Samples, volume: NDArray[np.float64] | None = None) -> Samples:
        """What arrives of it, without the noise.

        played: int16 [n]
        volume: of the loudspeaker, after what it was given: a factor for each sample
        returns: int16 [n]
        """
        sound = played / FULL_SCALE * (1.0 if volume is None else volume)
        if self.clipping:
            sound = np.tanh(self.clipping * sound) / self.clipping
        response = self.response()
        size = 1 << (len(sound) + len(response)).bit_length()
        heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[: len(played)]
        if self.drift_ppm:
            at = np.arange(len(heard)) * (1 + self.drift_ppm * 1e-6)
            heard = np.interp(at, np.arange(len(heard)), heard)
        return to_int16(heard.astype(np.float32))

    def noise(self, count: int) -> Samples:
        """Noise of the room, int16 [count]."""
        rng = np.random.default_rng(self.seed + 1)
        return to_int16((rng.standard_normal(count) * 10 ** (self.noise_db / 20)).astype(np.float32))
