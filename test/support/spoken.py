"""Speech as samples, the way a microphone in a quiet room delivers it."""

from pathlib import Path

import numpy as np
import soundfile
from support.speech import RATE_HZ, Voice, say

from wrappers.audio import Samples


def quiet(duration_ms: int) -> Samples:
    """Silence of a room: a little noise, always the same."""
    return np.random.default_rng(1).normal(0, 5, duration_ms * RATE_HZ // 1000).astype(np.int16)


def recorded(path: Path) -> Samples:
    """The samples of a mono file of 16 kHz."""
    samples, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    return np.asarray(samples, np.int16)


def spoken(text: str, voice: Voice = "slt", before_ms: int = 200, after_ms: int = 400) -> Samples:
    """A sentence with silence around it; as it stands, what a VAD makes of one: its pre-roll and its hang-over."""
    return np.concatenate([quiet(before_ms), recorded(say(text, voice)), quiet(after_ms)])
