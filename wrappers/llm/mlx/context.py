"""What the model has read: its tokens, and what its layers keep of them. It stays from one answer to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import mlx.core as mx
from mlx_lm.models.cache import can_trim_prompt_cache, make_prompt_cache, trim_prompt_cache

from wrappers.common_beginning import common_beginning

PIECE_TOKENS = 128
"""Read at once. More would keep others from the GPU for too long (30 ms are allowed)."""


class ReadContext:
    """Grows at its end, and goes back to where another prompt begins to differ. All calls belong in one thread."""

    def __init__(self, model: Any) -> None:
        """model: of mlx-lm"""
        self._model = model
        self.clear()

    def clear(self) -> None:
        """Forget everything; also where a failure has left what was read in an unknown state."""
        self._layers = make_prompt_cache(self._model)
        self.ids: list[int] = []
        """What was read."""

    @property
    def can_go_back(self) -> bool:
        """Whether a part can be forgotten; some architectures can only forget everything."""
        return bool(can_trim_prompt_cache(self._layers))

    def keep(self, ids: Sequence[int]) -> int:
        """Forget what is not the beginning of `ids`; returns how many of them are read already."""
        common = common_beginning(self.ids, ids)
        surplus = len(self.ids) - common
        if surplus:
            if trim_prompt_cache(self._layers, surplus) == surplus:
                del self.ids[common:]
            else:
                self.clear()
        return len(self.ids)

    def read(self, ids: Sequence[int]) -> Iterator[None]:
        """Read more tokens, a piece in each step."""
        for start in range(0, len(ids), PIECE_TOKENS):
            piece = list(ids[start : start + PIECE_TOKENS])
            self._model(mx.array(piece)[None], cache=self._layers)
            mx.eval([layer.state for layer in self._layers])
            self.ids += piece
            yield

    def advance(self, token: mx.array) -> mx.array:
        """Read one token that may not be computed yet, and compute nothing yet. Add it to `ids` once it is known.

        token: an integer [1]
        returns: logits of the next one, [vocabulary]
        """
        logits: mx.array = self._model(token[None], cache=self._layers)[0, -1]
        return logits
