"""When was each token said? From the attention that Whisper's decoder pays to the sound. Pure.

The method is that of OpenAI's Whisper: attention is made comparable and smoothed, then the cheapest path through tokens
and time is taken (dynamic time warping).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEDIAN_WIDTH = 7
"""Frames over which attention is smoothed: 140 ms."""

Floats = NDArray[np.float32]


def token_starts(attention: Floats) -> NDArray[np.intp]:
    """The frame in which each token begins; never falling.

    attention: probabilities [heads, tokens, frames], at least one of each
    """
    mean, deviation = attention.mean(axis=-2, keepdims=True), attention.std(axis=-2, keepdims=True)
    comparable = (attention - mean) / np.maximum(deviation, 1e-9)
    tokens, frames = cheapest_path(-_smooth(comparable).mean(axis=0))
    first = np.concatenate([[True], np.diff(tokens) > 0])
    return frames[first]


def cheapest_path(costs: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the cheapest path from the first corner to the last; each step goes on in one or both.

    costs: [rows, columns]
    """
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf, np.float32)
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):  # all places of a diagonal at once: they do not need each other
        row = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        column = diagonal - row
        before = np.minimum(total[row - 1, column - 1], np.minimum(total[row - 1, column], total[row, column - 1]))
        total[row, column] = costs[row - 1, column - 1] + before
    path = [(rows, columns)]
    while path[-1] != (1, 1):
        row, column = path[-1]
        steps = [(row - 1, column - 1), (row - 1, column), (row, column - 1)]
        path.append(min((step for step in steps if min(step) > 0), key=lambda step: total[step]))
    along: NDArray[np.intp] = np.array(path[::-1], np.intp) - 1
    return along[:, 0], along[:, 1]


def _smooth(values: Floats) -> Floats:
    """Medians along the last axis; it stays as long as it is."""
    half = MEDIAN_WIDTH // 2
    if values.shape[-1] <= half:
        return values
    padded = np.pad(values, ((0, 0), (0, 0), (half, half)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_WIDTH, axis=-1)
    smooth: Floats = np.median(windows, axis=-1).astype(np.float32)
    return smooth
