"""What the language model has read: its tokens, and the keys and values of attention for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import mlx.core as mx

PIECE_TOKENS = 128
"""Read at once. More would keep others from the GPU for too long (30 ms are allowed)."""


class Context:
    """Grows at its end, can be cut, can be copied. Belongs to one utterance."""

    def __init__(self, model: Any) -> None:
        """model: mlx-audio's Qwen2 `Model`"""
        from mlx_audio.lm.models.cache import KVCache

        self._model = model
        self._layers = [KVCache() for _ in model.layers]
        self.ids: list[int] = []
        """What was read, but for tokens that only `advance` has seen."""

    def read(self, ids: Sequence[int]) -> None:
        """Read more tokens. Blocks until that is done."""
        for _ in self.reading(ids):
            pass

    def reading(self, ids: Sequence[int]) -> Iterator[None]:
        """Read more tokens, a piece in each step."""
        for start in range(0, len(ids), PIECE_TOKENS):
            piece = list(ids[start : start + PIECE_TOKENS])
            self.advance(mx.array(piece, mx.int32))
            mx.eval([layer.state for layer in self._layers])
            self.ids += piece
            yield

    def advance(self, ids: mx.array) -> mx.array:
        """Read tokens that may not be computed yet, and compute nothing yet.

        ids: integers [n]
        returns: what the model makes of the last one, [1, 1, width]
        """
        return self._model.model(ids[None], self._layers)[:, -1:]

    def keep(self, count: int) -> None:
        """Forget all but the first `count` tokens. Only before anything went through `advance`."""
        for layer in self._layers:
            layer.trim(len(self.ids) - count)
        del self.ids[count:]

    def copy(self) -> Context:
        """Another context that goes on from here by itself."""
        copied = Context(self._model)
        copied.ids = list(self.ids)
        if self.ids:
            for layer, original in zip(copied._layers, self._layers, strict=True):
                layer.state = tuple(mx.array(part) for part in original.state)  # they are written to in place
        return copied
