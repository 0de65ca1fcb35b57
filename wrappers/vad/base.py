"""What every speech detector looks like."""

from __future__ import annotations

from typing import Protocol

from wrappers.audio import Samples


class SpeechDetector(Protocol):
    """Tells speech from other sound, hop by hop, at 16 kHz."""

    hop_samples: int
    """Length of the hops it takes."""

    def probability(self, hop: Samples) -> float:
        """How likely the hop, int16 [hop_samples], is speech, 0..1, given the hops before it."""
        ...

    def reset(self) -> None:
        """Forget what was heard, as after a gap in the audio."""
        ...
