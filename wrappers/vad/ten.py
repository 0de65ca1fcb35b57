"""TEN VAD through its package ten-vad: the model is in a native library, which needs nothing but NumPy.

Its licence is Apache-2.0 with conditions, so it is a choice and never a must.
"""

from __future__ import annotations

import numpy as np
from ten_vad import TenVad

from wrappers.audio import Samples

THRESHOLD = 0.5
"""Of a yes or no that the library adds to each probability, and that nobody reads."""
ROOM_HOPS = 10
ROOM_LEVEL = 3.0
"""RMS of the noise it hears first: its first impression of a room is speech otherwise."""


class TenDetector:
    """Neural detector; lets go of a word sooner than Silero, but takes some tones for speech."""

    hop_samples = 256

    def __init__(self) -> None:
        self.reset()

    def probability(self, hop: Samples) -> float:
        """See `SpeechDetector.probability`. Raises ValueError for a hop of another length."""
        if len(hop) != self.hop_samples:
            raise ValueError(f"a hop has {self.hop_samples} samples, not {len(hop)}")
        # The library reads the bare memory: whatever is not one block of int16 would be noise to it.
        probability, _ = self._model.process(np.ascontiguousarray(hop, np.int16))
        return float(probability)

    def reset(self) -> None:
        """See `SpeechDetector.reset`."""
        self._model = TenVad(self.hop_samples, THRESHOLD)  # the library cannot forget
        room = np.random.default_rng(0).normal(0, ROOM_LEVEL, (ROOM_HOPS, self.hop_samples)).astype(np.int16)
        for hop in room:
            self._model.process(hop)
