"""An adaptive filter that learns the way from the loudspeaker to the microphone, also while a person talks.

It is a Kalman filter in the frequency domain with one state per partition and frequency, after Enzner and Vary (2006)
and Kuech, Mabande and Enzner (2014): how far it moves is decided by how well it knows the room and how much of what
is left it does not expect. A person's voice is such, and hardly moves it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wrappers.echo.base import FRAME_SAMPLES

PARTITIONS = 60
"""10 ms each: the longest echo, of 400 ms, and 200 ms of room."""
FORGETTING = 0.9995**2
"""How sure it stays of the room from frame to frame: someone may move, and two devices drift apart."""
UNCERTAIN = 1e-2
"""At the start any echo up to -20 dB per partition is expected."""
CERTAIN = 1e-10
"""It never becomes so sure that it stops learning."""
REST_SHARE = 0.1
"""How fast the spectrum of what is left is followed: within a syllable."""
CONSTRAINED = 5
"""Partitions per frame that are cut back to 10 ms of taps; all have their turn in 120 ms."""
HARMFUL = 1.5
"""It makes things worse if more is left than there was, times this. A person cannot cause that: the way of the sound
has changed at once, and an echo is subtracted that is not there any more."""
POWER_SHARE = 0.2
"""Powers are compared over about 50 ms."""
LOUD_SHARE = 0.1
LOUDNESS_DECAY = 0.99
"""What is left is no harm below this share of the loudest in the last second: it is the very end of a sound."""
DOUBT = 1e-3
"""After it was lost, the room may be this different, beside the way it was."""

Waveform = npt.NDArray[np.float32]
Spectra = npt.NDArray[np.complex64]


class LinearFilter:
    """Subtracts the echo as far as it is a linear one, and nothing else: what a person says stays untouched."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the room."""
        shape = (PARTITIONS, FRAME_SAMPLES + 1)
        self._weights: Spectra = np.zeros(shape, np.complex64)
        self._uncertainty = np.full(shape, UNCERTAIN, np.float32)
        self._history: Spectra = np.zeros((2 * PARTITIONS, FRAME_SAMPLES + 1), np.complex64)
        """Spectra of the reference, newest first from `_newest` on; all twice, so that they lie in one piece."""
        self._newest = 0
        self._before: Waveform = np.zeros(FRAME_SAMPLES, np.float32)
        self._rest = np.full(FRAME_SAMPLES + 1, 1e-3, np.float32)
        self._power_before = 0.0
        self._power_after = 0.0
        self._loudness = 0.0
        self._next_constrained = 0
        self.is_lost = False
        """Whether it makes things worse: it begins to learn anew."""

    def process(self, microphone: Waveform, reference: Waveform) -> Waveform:
        """The microphone without its linear echo; where that would make it louder, as it was.

        microphone, reference: float32 [160], range -1..1
        returns: float32 [160], not delayed
        """
        reference_spectra = self._push(reference)
        echo = np.fft.irfft((reference_spectra * self._weights).sum(axis=0))[FRAME_SAMPLES:]
        left = (microphone - echo).astype(np.float32)
        self._adapt(reference_spectra, left)
        before, after = float(microphone @ microphone), float(left @ left)
        self._judge(before, after)
        return microphone if self.is_lost or after > HARMFUL * before else left

    def _push(self, reference: Waveform) -> Spectra:
        self._newest = (self._newest - 1) % PARTITIONS
        spectrum = np.fft.rfft(np.concatenate((self._before, reference)))
        self._history[self._newest] = self._history[self._newest + PARTITIONS] = spectrum
        self._before = reference
        return self._history[self._newest : self._newest + PARTITIONS]

    def _adapt(self, reference: Spectra, left: Waveform) -> None:
        error = np.fft.rfft(np.concatenate((np.zeros(FRAME_SAMPLES, np.float32), left)))
        self._rest += REST_SHARE * (np.abs(error) ** 2 - self._rest)
        power = reference.real**2 + reference.imag**2
        expected = 0.5 * (power * self._uncertainty).sum(axis=0) + self._rest + 1e-8
        gain = self._uncertainty / expected
        self._weights += gain * np.conj(reference) * error
        self._uncertainty *= FORGETTING * (1 - 0.5 * gain * power)
        self._uncertainty += (1 - FORGETTING) * (self._weights.real**2 + self._weights.imag**2)
        np.maximum(self._uncertainty, CERTAIN, out=self._uncertainty)
        self._constrain()

    def _judge(self, before: float, after: float) -> None:
        self._power_before += POWER_SHARE * (before - self._power_before)
        self._power_after += POWER_SHARE * (after - self._power_after)
        self._loudness = max(self._power_before, LOUDNESS_DECAY * self._loudness)
        was_lost = self.is_lost
        self.is_lost = self._power_after > max(LOUD_SHARE * self._loudness, HARMFUL * self._power_before)
        if self.is_lost and not was_lost:
            power = self._weights.real**2 + self._weights.imag**2
            np.maximum(self._uncertainty, power + DOUBT, out=self._uncertainty)

    def _constrain(self) -> None:
        """A product of spectra is a circular echo; only filters of half the length make a straight one."""
        first = self._next_constrained
        taps = np.fft.irfft(self._weights[first : first + CONSTRAINED], axis=1)
        taps[:, FRAME_SAMPLES:] = 0
        self._weights[first : first + CONSTRAINED] = np.fft.rfft(taps, axis=1)
        self._next_constrained = (first + CONSTRAINED) % PARTITIONS
