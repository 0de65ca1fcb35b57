"""Tells a voice from a cough: vowels have a pitch, breath, knocks and hissing have none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import ENGINE_RATE_HZ, Framer, Samples
from wrappers.audio.samples import FULL_SCALE

STEP_SAMPLES = 512
"""32 ms at 16 kHz: so often the pitch is looked for."""
WINDOW_SAMPLES = 2 * STEP_SAMPLES
"""Three periods of the lowest voice, as Boersma asks for."""
HIGHEST_HZ = 1200
"""Above this there is less of the pitch and more of the noise that goes with it."""
PITCH_HZ = (75, 400)
PERIODIC = 0.65
"""Strength of a pitch: 0.85-1 in a vowel, 0.1-0.6 in noise and seldom more."""
BELOW_LOUDEST_DB = 12.0
"""Quieter than the loudest moment by more than this does not count: the rest of an echo between coughs has a pitch."""
VOICED_STEPS = 2
"""One may be chance. Of 1055 noises over the agent's voice in simulated rooms none that the VAD took for speech had
two; of 310 sentences, three had them later than the agent has to stop."""

_LAGS = slice(16000 // PITCH_HZ[1], 16000 // PITCH_HZ[0] + 1)
_WINDOW = np.hanning(WINDOW_SAMPLES)


class Voicing:
    """Whether a voice was heard since `forget`. Takes audio of any length, at 16 kHz."""

    def __init__(self) -> None:
        self._framer = Framer(ENGINE_RATE_HZ, STEP_SAMPLES)
        self._before: NDArray[np.float64] = np.zeros(STEP_SAMPLES)
        self.forget()

    def forget(self) -> None:
        """What comes from now on is another sound; what has just been goes into its first step."""
        self._steps: list[tuple[float, float]] = []

    def push(self, samples: Samples) -> None:
        """Take the next audio, int16 [n]."""
        for step in self._framer.push(samples):
            wave = step.samples / FULL_SCALE
            self._steps.append((float(np.mean(wave**2)), pitch_strength(np.concatenate([self._before, wave]))))
            self._before = wave

    @property
    def is_heard(self) -> bool:
        """Whether enough of the loud part has a pitch."""
        loudest = max((power for power, _ in self._steps), default=0.0)
        enough = loudest * 10 ** (-BELOW_LOUDEST_DB / 10)
        return sum(power >= enough and strength >= PERIODIC for power, strength in self._steps) >= VOICED_STEPS


def pitch_strength(wave: NDArray[np.float64]) -> float:
    """How periodic a wave, [WINDOW_SAMPLES] at 16 kHz, is within the range of voices: 0 noise .. 1 a tone.

    The highest peak of the autocorrelation, divided by that of the window (Boersma 1993, "Accurate short-term analysis
    of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound", equation 9), of what is below
    `HIGHEST_HZ`.
    """
    similarity = _autocorrelation((wave - wave.mean()) * _WINDOW)
    if similarity[0] <= 0:
        return 0.0
    likeness = similarity / similarity[0] / _OF_WINDOW
    before, here, after = (likeness[_LAGS.start + shift : _LAGS.stop + shift] for shift in (-1, 0, 1))
    return float(here[(here >= before) & (here >= after)].max(initial=0.0))


def _autocorrelation(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(wave, 2 * WINDOW_SAMPLES)
    spectrum[2 * WINDOW_SAMPLES * HIGHEST_HZ // 16000 :] = 0
    return np.fft.irfft(np.abs(spectrum) ** 2)[: _LAGS.stop + 1]


_OF_WINDOW = _autocorrelation(_WINDOW) / _autocorrelation(_WINDOW)[0]
