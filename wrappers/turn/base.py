"""What a turn detector answers, whatever it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from wrappers.audio import Samples
from wrappers.audio.samples import SILENCE

Decision = Literal["finished", "unfinished", "wait"]

CAUTION = 1.5
"""Exponent of the waiting time over the doubt: a little doubt costs little, real doubt soon the whole time."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the user has said of a turn so far."""

    text: str
    language: str = ""
    """BCP-47 such as en-US, or "" if it is not known."""
    audio: Samples = field(default_factory=lambda: SILENCE, repr=False, compare=False)
    """How it sounds, int16 [n] at 16 kHz; empty where nobody listens to it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the user has said all they want to say."""

    decision: Decision
    """'wait' means that the user asks for silence: answer nothing."""
    confidence: float
    """0..1, how sure `decision` is"""


@dataclass(frozen=True, slots=True)
class TurnDecision:
    """A verdict and what follows from it."""

    decision: Decision
    confidence: float
    wait_ms: int
    """Silence to await before answering, counted from the end of the speech."""


@dataclass(frozen=True)
class TurnOptions:
    min_wait_ms: int = 400
    """Silence that is always awaited. Not below the hang-over of the VAD, as nothing is known before it."""
    max_wait_ms: int = 3000
    """After so much silence the user is answered however unfinished it sounds: nobody likes to be ignored."""

    def __post_init__(self) -> None:
        if not 0 <= self.min_wait_ms <= self.max_wait_ms:
            raise ValueError(f"min_wait_ms must be 0 to max_wait_ms, not {self.min_wait_ms} of {self.max_wait_ms}")


class TurnModel(Protocol):
    """A detector that must be loaded, or asked elsewhere."""

    async def open(self) -> None:
        """Get ready; after a failure, call it again. raises EngineMissing, EngineFailed"""

    async def judge(self, said: Said) -> Verdict:
        """Judge what was said; may be cancelled at any time. raises EngineFailed"""
        ...

    async def close(self) -> None:
        """Free what `open` took. Never raises; safe to call without `open`."""


def decide(verdict: Verdict, options: TurnOptions) -> TurnDecision:
    """Turn a verdict into a waiting time: the surer that the user has finished, the shorter."""
    finished = verdict.confidence if verdict.decision == "finished" else 1 - verdict.confidence
    span_ms = options.max_wait_ms - options.min_wait_ms
    wait_ms = options.max_wait_ms
    if verdict.decision != "wait":
        wait_ms = options.min_wait_ms + round(span_ms * (1 - finished) ** CAUTION)
    return TurnDecision(verdict.decision, verdict.confidence, wait_ms)
