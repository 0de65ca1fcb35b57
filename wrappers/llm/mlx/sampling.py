"""How the next token is drawn, from the parameters of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx_lm.sample_utils import make_logits_processors, make_sampler

from wrappers.llm.base import LlmError

MAX_TOKENS = 1024
"""Some minutes of speech."""
PENALTY_TOKENS = 64
"""Of the answer, so far back penalties look."""
_TEMPERATURE = 0.7
"""Where neither the request nor the model says."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """One answer's."""

    draw: Callable[[mx.array], mx.array]
    """From log-probabilities [1, vocabulary] to a token [1], not computed yet."""
    penalties: tuple[Callable[[mx.array, mx.array], mx.array], ...]
    """Each takes the last tokens [n] and logits [1, vocabulary], and returns logits."""
    max_tokens: int
    seed: int | None
    stop: tuple[str, ...]
    """Texts that end the answer, and are not part of it."""


def read_sampling(parameters: Mapping[str, Any], vocabulary: int) -> Sampling:
    """Understand temperature, top_p, top_k, min_p, max_tokens, seed, stop and the penalties; leave others alone.

    vocabulary: how many tokens the model has
    raises LlmError for a value that is none
    """
    try:
        stop = parameters.get("stop") or ()
        top_k = int(parameters.get("top_k", 0))
        draw = make_sampler(
            temp=max(0.0, float(parameters.get("temperature", _TEMPERATURE))),
            top_p=float(parameters.get("top_p", 0.0)),
            min_p=float(parameters.get("min_p", 0.0)),
            top_k=top_k if 0 < top_k < vocabulary else 0,
        )
        penalties = make_logits_processors(
            repetition_penalty=_number(parameters.get("repetition_penalty")),
            presence_penalty=_number(parameters.get("presence_penalty")),
            frequency_penalty=_number(parameters.get("frequency_penalty")),
            repetition_context_size=PENALTY_TOKENS,
            presence_context_size=PENALTY_TOKENS,
            frequency_context_size=PENALTY_TOKENS,
        )
        most = parameters.get("max_tokens", parameters.get("max_completion_tokens"))
        seed = parameters.get("seed")
        return Sampling(
            draw,
            tuple(penalties),
            MAX_TOKENS if most is None else max(1, int(most)),
            None if seed is None else int(seed),
            (stop,) if isinstance(stop, str) else tuple(str(text) for text in stop if text),
        )
    except (TypeError, ValueError) as problem:
        raise LlmError("bad_request", f"A sampling parameter of the request is no number: {problem}.") from None


def _number(value: Any) -> float | None:
    return float(value) or None if value is not None else None
