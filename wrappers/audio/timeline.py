"""Frames of 10 ms without a gap, from sound that may have some."""

from __future__ import annotations

from wrappers.audio.framer import JUMP_MS, Frame, Framer
from wrappers.audio.samples import ENGINE_RATE_HZ, Samples, samples_of_ms, silence

FRAME_MS = 10
LONGEST_FILLED_MS = 10_000
"""A longer gap, the sleep of a machine, is one: nobody wants hours of zeros."""


class Timeline:
    """Cuts sound at 16 kHz into frames that follow each other in time; where something is missing they hold zeros."""

    def __init__(self, start_ms: float | None = None) -> None:
        """start_ms: time of the first frame; None: that of the first sample"""
        self._framer = Framer(ENGINE_RATE_HZ, samples_of_ms(FRAME_MS, ENGINE_RATE_HZ))
        self.filled_ms = 0.0
        """How much of it was missing."""
        self._is_early = False
        if start_ms is not None:
            self._framer.anchor(start_ms)

    def push(self, samples: Samples, time_ms: float) -> list[Frame]:
        """Add sound and take the frames that are now whole.

        samples: int16 [n] of any length
        time_ms: time of the first sample; small differences to what was expected are followed slowly
        """
        frames: list[Frame] = []
        missing_ms = time_ms - self._framer.next_ms if self._framer.anchored else 0.0
        if JUMP_MS < missing_ms <= LONGEST_FILLED_MS:
            self.filled_ms += missing_ms
            frames = self._framer.push(silence(samples_of_ms(missing_ms, ENGINE_RATE_HZ)))
        is_early = missing_ms < (0 if self._is_early else -JUMP_MS)
        if is_early:  # sound of the time before a change of devices, for which there are frames already
            samples = samples[samples_of_ms(-missing_ms, ENGINE_RATE_HZ) :]
            time_ms -= missing_ms
        self._is_early = is_early and not len(samples)
        return frames + (self._framer.push(samples, time_ms) if len(samples) else [])
