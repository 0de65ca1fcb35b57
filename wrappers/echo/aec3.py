"""Echo cancelling with WebRTC's AEC3 (package livekit, Apache-2.0), behind a linear filter of our own."""

from __future__ import annotations

from typing import Any

import numpy as np

from wrappers.audio import ENGINE_RATE_HZ, Samples
from wrappers.audio.samples import FULL_SCALE, to_int16
from wrappers.echo.base import FRAME_SAMPLES, can_be_heard
from wrappers.echo.linear_filter import LinearFilter
from wrappers.errors import EngineMissing

LEARNT_AGAIN_FRAMES = 150
"""So much of the agent's voice the linear filter needs after it was lost."""


class Aec3Canceller:
    """Two steps: a linear filter takes away most of the echo, AEC3 hides the rest.

    AEC3 alone hides the echo just as well, but with it most of what a person says at the same level. After the linear
    filter there is so little left to hide that the person stays (test/benchmark_echo.py has the figures).

    It adds 11 ms. Gain control stays off: it would raise what is left of the echo.
    """

    def __init__(self, noise_suppression: bool = False) -> None:
        """noise_suppression: quieter rooms for people's ears, 6 ms more delay; recognisers do better without.

        raises EngineMissing without the package
        """
        self._rtc = _livekit()
        self._noise_suppression = noise_suppression
        self._linear = LinearFilter()
        self._webrtc = self._open()
        self._frames_to_learn = 0

    @property
    def is_lost(self) -> bool:
        """See `Canceller.is_lost`."""
        return self._frames_to_learn > 0

    def process(self, microphone: Samples, reference: Samples) -> Samples:
        """See `Canceller.process`. Raises ValueError for frames that are not 10 ms long: WebRTC would just go wrong."""
        if len(microphone) != FRAME_SAMPLES or len(reference) != FRAME_SAMPLES:
            raise ValueError(f"frames have {FRAME_SAMPLES} samples, not {len(microphone)} and {len(reference)}")
        left = self._linear.process(_to_float(microphone), _to_float(reference))
        if self._linear.is_lost:
            self._frames_to_learn = LEARNT_AGAIN_FRAMES
        elif self._frames_to_learn and can_be_heard(reference):
            self._frames_to_learn -= 1
        self._webrtc.process_reverse_stream(self._frame(reference))
        frame = self._frame(to_int16(left))
        self._webrtc.process_stream(frame)  # in place
        return np.frombuffer(frame.data, np.int16).copy()

    def reset(self) -> None:
        """See `Canceller.reset`."""
        self._linear.reset()
        self._webrtc = self._open()
        self._frames_to_learn = 0

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


def _to_float(samples: Samples) -> Any:
    return samples.astype(np.float32) / np.float32(FULL_SCALE)
