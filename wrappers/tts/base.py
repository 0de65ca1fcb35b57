"""What every speech engine looks like: text in, samples out while they are made."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Protocol, TypeAlias, runtime_checkable

from wrappers.audio import Samples

SpeechStream: TypeAlias = Generator[Samples, None, None]
"""Chunks of one text's audio, int16 [n], n > 0. Closing it stops synthesis."""

SpeechSteps: TypeAlias = Generator[Samples | None, None, None]
"""The same in short steps: None after one that made no sound, so that others can use the thread in between."""


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


@runtime_checkable
class SharesThread(Protocol):
    """What a speech engine may be able to do besides."""

    def steps(self, text: str) -> SpeechSteps:
        """As `SpeechEngine.stream`, in steps of about 30 ms."""
        ...


def steps_of(engine: SpeechEngine, text: str) -> SpeechSteps:
    """What an engine makes of a text, in steps as short as it can."""
    return engine.steps(text) if isinstance(engine, SharesThread) else engine.stream(text)


def without_turns(steps: SpeechSteps) -> SpeechStream:
    """The sound alone."""
    with closing(steps):
        for samples in steps:
            if samples is not None:
                yield samples
