"""Loudness of a recording over time, small enough for a page and ready to be drawn at any zoom."""

from __future__ import annotations

import string
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile

from wrappers.audio.samples import FULL_SCALE

DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
"""One letter for each step of 1 dB: 0 is silence, 63 full scale."""
STEPS_DB = len(DIGITS) - 1
MOST_BINS = 100_000
"""Of the finest level: letters in the page for each track. Ten minutes keep 10 ms, half an hour 20 ms."""
FINEST_BIN_MS = 10
"""Finer than this shows the single swings of a voice."""
LEVEL_STEP = 8
"""How much coarser each level is. No more than this many bins share a pixel."""
LEVELS = 3
BLOCK_S = 30
"""Read at once."""


class Level(NamedTuple):
    """The loudness of one channel at one zoom."""

    bin_ms: int
    letters: str
    """One for each bin, see DIGITS."""


def read_envelopes(path: Path) -> list[list[Level]]:
    """For each channel the levels of its loudness, finest first.

    raises OSError or soundfile.LibsndfileError for a file that cannot be read
    """
    with soundfile.SoundFile(path) as file:
        rate_hz, channels = file.samplerate, file.channels
        bin_ms = FINEST_BIN_MS
        while file.frames * 1000 / rate_hz / bin_ms > MOST_BINS:
            bin_ms *= 2
        frames_in_bin = rate_hz * bin_ms // 1000
        blocks = file.blocks(frames_in_bin * (BLOCK_S * 1000 // bin_ms), dtype="int16", always_2d=True)
        peaks = [_peaks(block, frames_in_bin) for block in blocks]
    joined = np.concatenate(peaks) if peaks else np.zeros((0, channels))
    return [_levels(joined[:, channel], bin_ms) for channel in range(channels)]


def _peaks(block: npt.NDArray[np.int16], frames_in_bin: int) -> npt.NDArray[np.float64]:
    """int16 [n, channels] -> the greatest size in each bin, 0..1 [bins, channels]; the last bin may be short"""
    starts = np.arange(0, len(block), frames_in_bin)
    highest = np.maximum.reduceat(block, starts).astype(np.float64)
    lowest = np.minimum.reduceat(block, starts).astype(np.float64)
    return np.maximum(highest, -lowest) / FULL_SCALE


def _levels(peaks: npt.NDArray[np.float64], bin_ms: int) -> list[Level]:
    levels: list[Level] = []
    for _ in range(LEVELS):
        levels.append(Level(bin_ms, _letters(peaks)))
        peaks = np.maximum.reduceat(peaks, np.arange(0, len(peaks), LEVEL_STEP)) if len(peaks) else peaks
        bin_ms *= LEVEL_STEP
    return levels


def _letters(peaks: npt.NDArray[np.float64]) -> str:
    steps = STEPS_DB + 20 * np.log10(np.maximum(peaks, 10 ** (-STEPS_DB / 20)))
    alphabet = np.frombuffer(DIGITS.encode(), np.uint8)
    return alphabet[np.clip(np.rint(steps), 0, STEPS_DB).astype(np.int64)].tobytes().decode()
