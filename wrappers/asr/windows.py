"""What a model is that reads a whole window of audio at once, as Whisper does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from wrappers.asr.base import RATE_HZ
from wrappers.asr.stable_prefix import TimedWord
from wrappers.audio import Samples

MAX_WINDOW_MS = 29_000
"""Whisper reads 30 s at once; a little room is left for the cut."""
FIRST_TOKENS = 24
TOKENS_PER_S = 20
"""Nobody says more in a second; a decode that goes on longer is in a loop."""
MAX_TOKENS = 320


def most_tokens(samples: Samples) -> int:
    """How many tokens a window can have at most. samples: int16 [n] at 16 kHz"""
    return min(MAX_TOKENS, FIRST_TOKENS + TOKENS_PER_S * len(samples) // RATE_HZ)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a window says."""

    words: tuple[TimedWord, ...]
    """Times from the first sample of the window; spaces and punctuation are part of the words."""
    language: str
    """As Whisper names it: `en`"""
    mean_log_probability: float
    no_speech_probability: float
    tokens: int

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


class WindowDecoder(Protocol):
    """A loaded model. It has no state: the same window gives the same text."""

    @property
    def model(self) -> str:
        """Its name in results."""

    @property
    def languages(self) -> frozenset[str]:
        """What it understands, as Whisper names languages."""

    def decode(
        self,
        samples: Samples,
        languages: tuple[str, ...],
        beam_size: int,
        before: str = "",
        forbid_repeats: bool = False,
    ) -> Decoded:
        """Read a window.

        samples: int16 [n] at 16 kHz, at most MAX_WINDOW_MS
        languages: what it may be in; of several the likeliest one is taken
        before: what was said before the window began
        forbid_repeats: let no phrase of four tokens come twice
        raises EngineFailed
        """

    def time_decode_ms(self, beam_size: int) -> int:
        """How long an ordinary sentence takes on this machine, now: some are decoded."""
