"""What every speech engine looks like: text in, samples out while they are made."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol, TypeAlias

from wrappers.audio import Samples

SpeechStream: TypeAlias = Generator[Samples, None, None]
"""Chunks of one text's audio, int16 [n], n > 0. Closing it stops synthesis."""


class SpeechEngine(Protocol):
    """Speaks one text after the other, always with the same voice.

    All calls block and belong in one thread (`wrappers.worker`); `interrupt` alone may come from any other.
    """

    name: str
    """As users know it: 'Flite'."""
    sample_rate_hz: int
    """Rate of all its audio."""

    def stream(self, text: str) -> SpeechStream:
        """Speak `text`, chunk by chunk, the first one as soon as possible.

        text: any text at all, also without anything to say (emoji, punctuation, nothing): that makes no chunk
        raises EngineFailed, saying why; the engine can be used again afterwards
        """
        ...

    def interrupt(self) -> None:
        """End what another thread computes now, so that its stream ends soon, without an error. From any thread."""
        ...

    def close(self) -> None:
        """Give back memory and processes. Afterwards the engine is of no use."""
        ...
