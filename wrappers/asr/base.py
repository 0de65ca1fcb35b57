"""What a speech recogniser is to the rest of the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

RATE_HZ = 16000
SAMPLES_PER_MS = RATE_HZ // 1000


class EngineMisconfigured(Exception):
    """The engine refuses its configuration; the text says what is wrong. Trying again does not help."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word."""

    text: str
    start_ms: int
    """From the first sample of the utterance that was fed."""
    duration_ms: int
    confidence: float = 1.0
    """0..1"""


@dataclass(frozen=True, slots=True)
class Partial:
    """What the utterance says so far; later ones may revise it."""

    text: str
    language: str
    """BCP-47, as `en-US`"""
    words: tuple[Word, ...] = ()
    """Those of the text; none from an engine that does not know them yet."""
    stable_words: int = 0
    """So many of them, from the first on, stay as they are in all later partials."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """As in `Final`."""


@dataclass(frozen=True, slots=True)
class Final:
    """What an utterance says. The text is empty when nothing was understood."""

    text: str
    language: str
    words: tuple[Word, ...] = ()
    confidence: float = 0.0
    """0..1; 0 for an empty text"""
    compute_ms: int = 0
    """Real time that the engine worked on the utterance, all decodes together."""
    finish_ms: int = 0
    """The part of it that came after the last sample."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """What else this engine knows, as JSON values; goes into `asr_info`."""


class Recogniser(Protocol):
    """A streaming recogniser for one speaker. One utterance at a time: `feed`* then `finish` or `reset`.

    All calls but `close` block and belong into the thread of a `Worker`; each may raise EngineFailed: then open
    it again, and give it the audio of the utterance once more.

    An engine that decodes as it goes ignores `pause` and `resume`; one that decodes a whole utterance again and again
    can use the silence between `pause` and `finish` to have the final ready when it is asked for.
    """

    @property
    def vendor(self) -> str:
        """Name of the engine in results and errors."""

    @property
    def model(self) -> str:
        """Name of what it was loaded with."""

    def open(self) -> None:
        """Load what is needed. After EngineFailed it may be called again, also when it was open before.

        raises EngineMissing, EngineMisconfigured, EngineFailed
        """

    def feed(self, samples: npt.NDArray[np.int16]) -> Partial | None:
        """Take the next audio of the utterance; the first one begins it.

        samples: int16 [n] at 16 kHz, any n > 0; the engine works best with about 100 ms
        returns: the text so far; None where there is no new one
        """

    def pause(self) -> Partial | None:
        """The speaker has stopped for now. If no `resume` follows, only silence will: what was fed may be decoded."""

    def resume(self) -> None:
        """The speaker went on after the last `pause`: what it prepared is out of date."""

    def finish(self) -> Final:
        """The utterance is over, also one without any audio. The next `feed` begins another."""

    def reset(self) -> None:
        """Drop the utterance."""

    def close(self) -> None:
        """Give everything back. From any thread, does not wait; a call in progress may raise EngineFailed."""
