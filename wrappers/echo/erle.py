"""By how much a canceller lowers the echo, in dB (echo return loss enhancement)."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from wrappers.audio import Samples
from wrappers.echo.base import FRAME_MS

ECHO_MS = 1000
"""A frame so long after the last sound of the loudspeaker is the noise of the room."""
FLOOR_RISE = 1.002
"""How fast the noise floor follows upwards, per frame: a sentence hardly lifts it, a new fan does in half a minute."""
BURIED_SHARE = 0.1
"""Of the noise: what is left of the echo can be told from it only down to there."""
USER_SILENT_DB = 10.0
"""With a person speaking, the output is hardly lower than the microphone. This much lower, nobody speaks."""
USUAL_DB = 6.0
"""Below what was measured so far: a worse figure may mean that a person speaks."""
NEW_SHARE = 0.3
"""How much one look counts: some look may fall into a quiet or an odd half second."""


class _NoiseFloor:
    """Mean power of the quietest frames while the loudspeaker is silent."""

    def __init__(self) -> None:
        self.power: float | None = None

    def push(self, power: float) -> None:
        if self.power is None or power < self.power:
            self.power = power
        else:
            self.power = min(power, self.power * FLOOR_RISE + 1e-3)


class ErleMeter:
    """Microphone and output in, frame by frame; every look closes a stretch in which the echo was there.

    While the user speaks, the output holds the user's voice and says nothing about the echo: such stretches are left
    out. One in which the output still follows the reference counts whoever speaks, since that is echo.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The canceller begins anew."""
        self.erle_db: float | None = None
        """None as long as nothing could be measured."""
        self.is_buried = False
        """Whether what is left of the echo is below the noise of the room."""
        self._noise = (_NoiseFloor(), _NoiseFloor())
        self._sums = [0.0, 0.0]
        self._frames = 0
        self._recent: deque[bool] = deque(maxlen=ECHO_MS // FRAME_MS)
        """Whether the reference had sound, newest last."""

    def push(self, microphone: Samples, output: Samples, reference_sounds: bool, delay_ms: int | None) -> None:
        """One frame, int16 [160] each; `delay_ms` is that of the echo, if known."""
        self._recent.append(reference_sounds)
        powers = [float(np.mean(samples.astype(np.float32) ** 2)) for samples in (microphone, output)]
        if not any(self._recent):
            for floor, power in zip(self._noise, powers, strict=True):
                floor.push(power)
        elif delay_ms is not None and self._echo_arrives(delay_ms):
            self._sums = [total + power for total, power in zip(self._sums, powers, strict=True)]
            self._frames += 1

    def look(self, output_follows: bool) -> None:
        """Close the stretch. `output_follows`: whether the output still holds what the loudspeaker played."""
        frames, (before, after) = self._frames, self._sums
        self._sums = [0.0, 0.0]
        self._frames = 0
        if frames == 0:
            return
        noise_before, noise_after = (floor.power or 0.0 for floor in self._noise)
        echo = before / frames - noise_before
        rest = max(after / frames - noise_after, BURIED_SHARE * noise_after, 1e-3)
        if echo <= 0:
            return
        erle_db = 10 * math.log10(echo / rest)
        self.is_buried = rest <= noise_after
        expected_db = USER_SILENT_DB if self.erle_db is None else max(USER_SILENT_DB, self.erle_db - USUAL_DB)
        if erle_db < expected_db and not output_follows and not self.is_buried:
            return
        self.erle_db = erle_db if self.erle_db is None else (1 - NEW_SHARE) * self.erle_db + NEW_SHARE * erle_db

    def _echo_arrives(self, delay_ms: int) -> bool:
        frames_ago = delay_ms // FRAME_MS
        return len(self._recent) > frames_ago and self._recent[-1 - frames_ago]
