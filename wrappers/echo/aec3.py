"""Echo cancelling with WebRTC's AEC3 (package livekit, Apache-2.0), behind a linear filter of our own."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from wrappers.audio import ENGINE_RATE_HZ, Samples
from wrappers.audio.samples import FULL_SCALE, to_int16
from wrappers.echo.base import FRAME_SAMPLES, can_be_heard
from wrappers.echo.double_talk import DoubleTalk
from wrappers.echo.drift import ClockDrift
from wrappers.echo.linear_filter import LinearFilter
from wrappers.echo.residue import Residue, Waveform
from wrappers.errors import EngineMissing

LEARNT_AGAIN_FRAMES = 150
"""So much of the agent's voice the linear filter needs after it was lost."""
DELAY_SAMPLES = 176
DELAY_WITH_NOISE_SUPPRESSION_SAMPLES = 272
"""By so much WebRTC's output is later than its input."""
Shares: TypeAlias = tuple[float, float, float]
"""Of what the linear filter leaves, of what AEC3 makes of it, and of noise as loud as that of the room."""
PASSED_BY: Shares = (1.0, 0.0, 0.0)
ALL_OF_AEC3: Shares = (0.0, 1.0, 0.0)
ECHO_ALONE: Shares = (0.0, 0.1, 1.0)
"""AEC3 fails for a word now and then. The noise goes on: from silence, VADs take the first knock for speech."""
LEAST_POWER = 2.0**-30
"""One unit of int16, squared: the quietest there is, so that a digital silence has no ratio."""


class Aec3Canceller:
    """Two steps: a linear filter takes away most of the echo, AEC3 hides the rest.

    AEC3 alone hides the echo just as well, but with it most of what a person says at the same level. After the linear
    filter there is so little left to hide that most of the person stays (test/benchmark_echo.py has the figures). What
    it would still hide, above all the first word, is kept too: AEC3 is passed by while a person talks. While nobody
    does, even what AEC3 lets through is lowered.

    It adds 11 ms. Gain control stays off: it would raise what is left of the echo.
    """

    def __init__(self, noise_suppression: bool = False) -> None:
        """noise_suppression: quieter rooms for people's ears, 6 ms more delay; recognisers do better without.

        raises EngineMissing without the package
        """
        self.is_gated = False
        """See `Canceller.is_gated`."""
        self._rtc = _livekit()
        self._noise_suppression = noise_suppression
        self._linear = LinearFilter()
        self._delay = DELAY_WITH_NOISE_SUPPRESSION_SAMPLES if noise_suppression else DELAY_SAMPLES
        self._begin()

    @property
    def is_lost(self) -> bool:
        """See `Canceller.is_lost`."""
        return self._frames_to_learn > 0

    @property
    def speed(self) -> float:
        """See `Canceller.speed`."""
        return self._drift.speed

    def process(self, microphone: Samples, reference: Samples) -> Samples:
        """See `Canceller.process`. Raises ValueError for frames that are not 10 ms long: WebRTC would just go wrong."""
        if len(microphone) != FRAME_SAMPLES or len(reference) != FRAME_SAMPLES:
            raise ValueError(f"frames have {FRAME_SAMPLES} samples, not {len(microphone)} and {len(reference)}")
        heard = _to_float(microphone)
        left = self._linear.process(heard, _to_float(reference))
        echo = heard - left
        self._residue.push(left, echo)
        self._drift.push(self._residue.delay_samples)
        if self._linear.is_lost:
            self._frames_to_learn = LEARNT_AGAIN_FRAMES
        elif self._frames_to_learn and can_be_heard(reference):
            self._frames_to_learn -= 1
        self._webrtc.process_reverse_stream(self._frame(reference))
        frame = self._frame(to_int16(left))
        self._webrtc.process_stream(frame)  # in place
        if self.is_gated or self.is_lost:
            self._double_talk.forget_person()
        talks = self._double_talk.push(_power(left), _power(echo), self._residue.echo_share)
        return self._mix(left, np.frombuffer(frame.data, np.int16), talks and not self.is_lost)

    def reset(self) -> None:
        """See `Canceller.reset`."""
        self._linear.reset()
        self._begin()

    def _begin(self) -> None:
        self._webrtc = self._open()
        self._residue = Residue()
        self._drift = ClockDrift()
        self._double_talk = DoubleTalk()
        self._late = np.zeros(self._delay, np.float32)
        """What the linear filter has left, as long as WebRTC holds it."""
        self._shares = ALL_OF_AEC3
        self._random = np.random.default_rng(0)
        self._frames_to_learn = 0

    def _mix(self, left: Waveform, suppressed: Samples, talks: bool) -> Samples:
        """Cross-fade within a frame, so that nothing clicks."""
        waiting = np.concatenate((self._late, left))
        passed_by, self._late = waiting[:FRAME_SAMPLES], waiting[FRAME_SAMPLES:]
        before, self._shares = self._shares, self._wanted_shares(talks)
        if before == self._shares == ALL_OF_AEC3:
            return suppressed.copy()
        parts = np.stack((passed_by, _to_float(suppressed), self._comfort_noise()), axis=1)
        return to_int16((np.linspace(before, self._shares, FRAME_SAMPLES, dtype=np.float32) * parts).sum(axis=1))

    def _wanted_shares(self, talks: bool) -> Shares:
        if talks:
            return PASSED_BY
        return ECHO_ALONE if self._double_talk.is_echo_alone else ALL_OF_AEC3

    def _comfort_noise(self) -> Waveform:
        level = np.float32(math.sqrt(self._double_talk.noise or 0.0))
        return level * self._random.standard_normal(FRAME_SAMPLES, np.float32)

    def _open(self) -> Any:
        return self._rtc.AudioProcessingModule(
            echo_cancellation=True,
            noise_suppression=self._noise_suppression,
            high_pass_filter=True,
            auto_gain_control=False,
        )

    def _frame(self, samples: Samples) -> Any:
        return self._rtc.AudioFrame(bytearray(samples.astype("<i2").tobytes()), ENGINE_RATE_HZ, 1, FRAME_SAMPLES)


def is_installed() -> bool:
    """Whether there is a canceller on this machine. Does not load it."""
    from importlib.util import find_spec

    return find_spec("livekit") is not None and find_spec("livekit.rtc") is not None


def _livekit() -> Any:
    try:
        from livekit import rtc
    except (ImportError, OSError) as error:
        raise EngineMissing(
            f"echo cancelling needs the Python package livekit ({error})", "install the extra aec (EXTRAS=aec make run)"
        ) from None
    return rtc


def _power(wave: Waveform) -> float:
    return float(wave @ wave) / len(wave) + LEAST_POWER


def _to_float(samples: Samples) -> Waveform:
    return samples.astype(np.float32) / np.float32(FULL_SCALE)
