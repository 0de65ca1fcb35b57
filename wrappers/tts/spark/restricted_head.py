"""The last step of the language model, for a few tokens of its vocabulary only.

Where only 8194 of 166 000 tokens may come, computing the others takes a third of all memory traffic for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mlx.core as mx


class RestrictedHead:
    """Logits of some tokens: exactly those that the whole head has for them. Quantised weights stay so."""

    def __init__(self, model: Any, ids: Sequence[int]) -> None:
        """
        model: mlx-audio's Qwen2 `Model`
        ids: the tokens, in the order of their logits
        """
        self.ids = mx.array(list(ids), mx.int32)
        """int32 [n]: from places to ids."""
        self._project = _projection(
            model.model.embed_tokens if model.args.tie_word_embeddings else model.lm_head, self.ids
        )
        mx.eval(self.ids)

    def __call__(self, hidden: mx.array) -> mx.array:
        """From [1, 1, width] to logits [n]."""
        return self._project(hidden)[0, 0]


def _projection(layer: Any, rows: mx.array) -> Callable[[mx.array], mx.array]:
    weight = layer.weight[rows]
    if "scales" not in layer:
        mx.eval(weight)
        return lambda hidden: hidden @ weight.T
    scales, biases = layer.scales[rows], layer.biases[rows] if "biases" in layer else None
    mx.eval(weight, scales, *([] if biases is None else [biases]))
    return lambda hidden: mx.quantized_matmul(
        hidden,
        weight,
        scales=scales,
        biases=biases,
        transpose=True,
        group_size=layer.group_size,
        bits=layer.bits,
        mode=layer.mode,
    )
