"""Draws the next token: temperature, then the k likeliest, then the likeliest part of these.

That is the order of the library the model was trained with. It is also the cheap one: what is sorted are k values and
not the whole vocabulary.
"""

from __future__ import annotations

from typing import NamedTuple

import mlx.core as mx

from wrappers.tts.spark.sampling import DEFAULT_SAMPLING, REPETITION_WINDOW, SamplingOptions


class DrawState(NamedTuple):
    """Where a sequence of draws stands. Its own, so that nothing that was drawn elsewhere changes it."""

    key: mx.array
    recent: mx.array
    """The last tokens drawn, int32 [at most REPETITION_WINDOW]; [0] where nobody asks for them."""


class Sampler:
    """Draws from logits. What depends on the seed is in the state, so one sampler serves all utterances."""

    def __init__(self, options: SamplingOptions = DEFAULT_SAMPLING) -> None:
        self._options = options
        self._draw = mx.compile(self._choose)

    def start(self, seed: int) -> DrawState:
        """The state before the first draw."""
        return DrawState(mx.random.key(seed % 2**64), mx.zeros(0, mx.int32))

    def __call__(self, logits: mx.array, state: DrawState) -> tuple[mx.array, DrawState]:
        """Draw one token.

        logits: float [n], of any precision
        returns: the index of the token, uint32 [], not computed yet; and the state after it
        """
        index, key = self._draw(logits, state.key, state.recent)
        recent = state.recent
        if self._options.repetition_penalty != 1:
            recent = mx.concatenate([recent, index[None].astype(mx.int32)])[-REPETITION_WINDOW:]
        return index, DrawState(key, recent)

    def _choose(self, logits: mx.array, key: mx.array, recent: mx.array) -> tuple[mx.array, mx.array]:
        options = self._options
        logits = logits.astype(mx.float32)
        if recent.size:
            logits = _less_likely(logits, recent, options.repetition_penalty)
        if options.temperature == 0:
            return mx.argmax(logits), key
        following, now = mx.random.split(key)
        likeliest = _likeliest(logits, options.top_k)
        values = logits[likeliest] / options.temperature
        if options.top_p < 1:
            chances = mx.softmax(values)
            values = mx.where(mx.cumsum(chances) - chances < options.top_p, values, -mx.inf)
        return likeliest[mx.random.categorical(values, key=now)], following


def _likeliest(logits: mx.array, count: int) -> mx.array:
    """Indices of the largest values, the largest first."""
    size = logits.shape[0]
    if not 0 < count < size:
        return mx.argsort(-logits)
    largest = mx.argpartition(-logits, kth=count - 1)[:count]
    return largest[mx.argsort(-logits[largest])]


def _less_likely(logits: mx.array, tokens: mx.array, penalty: float) -> mx.array:
    """The penalty of CTRL (arXiv 1909.05858): a logit moves towards being unlikely, whatever its sign."""
    values = logits[tokens]
    return mx.put_along_axis(logits, tokens, mx.where(values > 0, values / penalty, values * penalty), axis=0)
