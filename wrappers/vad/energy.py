"""A detector that only measures loudness: for machines without a better one, and for tests."""

from __future__ import annotations

import math

import numpy as np

from wrappers.audio import Samples
from wrappers.audio.samples import FULL_SCALE

QUIETEST_DB = -65.0
"""Nothing below this level counts as speech, however silent the room is."""
FLOOR_RISE_DB = 0.1
"""How fast the noise floor follows upwards, per hop of 20 ms: a new fan is learnt in seconds, a sentence is not."""
FLOOR_FALL_SHARE = 0.2
"""How much of the way down the floor goes per hop."""
MARGIN_DB = 9.0
"""Level above the noise floor at which speech and noise are equally likely."""
SLOPE_DB = 2.0
"""How many dB around that point make the difference."""


class EnergyDetector:
    """Speech is what is clearly louder than the slowly following noise floor."""

    hop_samples = 320

    def __init__(self) -> None:
        self._floor_db: float | None = None

    def probability(self, hop: Samples) -> float:
        """See `SpeechDetector.probability`."""
        mean_square = float(np.mean((hop / FULL_SCALE) ** 2))
        level_db = max(10 * math.log10(mean_square + 1e-12), QUIETEST_DB - MARGIN_DB)
        if self._floor_db is not None and not hop.any():
            return 0.0  # a closed gate or a muted microphone: the room is as noisy as before
        if self._floor_db is None:  # nobody speaks in the very first 20 ms
            self._floor_db = level_db
        elif level_db < self._floor_db:
            self._floor_db += (level_db - self._floor_db) * FLOOR_FALL_SHARE
        else:
            self._floor_db = min(level_db, self._floor_db + FLOOR_RISE_DB)
        above_db = level_db - max(self._floor_db, QUIETEST_DB) - MARGIN_DB
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, above_db / SLOPE_DB))))

    def reset(self) -> None:
        """See `SpeechDetector.reset`."""
        self._floor_db = None
