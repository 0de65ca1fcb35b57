"""Where in a stretch of audio something is said, by its loudness. Rough, and quick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wrappers.asr.base import SAMPLES_PER_MS
from wrappers.audio import Samples

FRAME_MS = 20
LOUD_PART = 0.1
"""Of the loudest frame's level (-20 dB): quieter is the end of a word, or the room."""
LEAST_LEVEL = 40.0
"""Of 32768 (-58 dB): what is quieter than this is silence, whatever it is compared with."""


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """From the first loud frame to the last."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


def speech_span(samples: Samples) -> SpeechSpan:
    """Find what is loud; the span is empty where nothing is.

    samples: int16 [n] at 16 kHz
    """
    size = FRAME_MS * SAMPLES_PER_MS
    frames = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float32)
    if not len(frames):
        return SpeechSpan(0, 0)
    levels = np.sqrt(np.mean(frames * frames, axis=1))
    loud = np.flatnonzero(levels >= max(LEAST_LEVEL, LOUD_PART * float(levels.max())))
    if not len(loud):
        return SpeechSpan(0, 0)
    return SpeechSpan(int(loud[0]) * FRAME_MS, (int(loud[-1]) + 1) * FRAME_MS)


def quietest_ms(samples: Samples, from_ms: int, until_ms: int) -> int:
    """The middle of the quietest 100 ms between two times: where to cut with the least harm."""
    size = FRAME_MS * SAMPLES_PER_MS
    part = samples[from_ms * SAMPLES_PER_MS : until_ms * SAMPLES_PER_MS]
    frames = part[: len(part) // size * size].reshape(-1, size).astype(np.float32)
    if len(frames) < 5:
        return until_ms
    levels = np.convolve(np.mean(frames * frames, axis=1), np.ones(5), mode="valid")
    return from_ms + (int(levels.argmin()) * FRAME_MS) + 50
