"""How much of a speech is left to chance."""

from __future__ import annotations

from dataclasses import dataclass

REPETITION_WINDOW = 20
"""Tokens that a penalty looks back on: 400 ms."""


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """The defaults are those that Spark-TTS is published with."""

    temperature: float = 0.8
    """0 takes the likeliest token always; then the other values do not matter."""
    top_k: int = 50
    """0 = all tokens."""
    top_p: float = 0.95
    """Of the k, the likeliest ones that together have this probability stay. 1 = all."""
    repetition_penalty: float = 1.0
    """Above 1 makes tokens of the last `REPETITION_WINDOW` less likely. It costs clearness, so it is off; 1.1 helps
    where a voice gets stuck in silence."""

    def __post_init__(self) -> None:
        """raises ValueError for a value that makes no sense"""
        if not 0 <= self.temperature <= 5:
            raise ValueError(f"temperature is {self.temperature}, it must be in 0..5")
        if self.top_k < 0:
            raise ValueError(f"top_k is {self.top_k}, it must be 0 (all) or more")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}, it must be above 0 and at most 1")
        if not 1 <= self.repetition_penalty <= 2:
            raise ValueError(f"repetition_penalty is {self.repetition_penalty}, it must be in 1..2")


DEFAULT_SAMPLING = SamplingOptions()
