"""What no microphone hears is not given to a detector."""

from __future__ import annotations

from wrappers.audio import Samples
from wrappers.vad.base import SpeechDetector


class SkipsDigitalSilence:
    """A detector that takes no notice of hops of nothing but zeros.

    They come from a closed gate, a muted microphone, a lost frame. To a neural network they are the quietest room there
    is, and the real room after them is an event: one takes it for speech, another needs longer to notice speech in it.
    """

    def __init__(self, detector: SpeechDetector) -> None:
        self.hop_samples = detector.hop_samples
        self._detector = detector

    def probability(self, hop: Samples) -> float:
        """See `SpeechDetector.probability`."""
        return self._detector.probability(hop) if hop.any() else 0.0

    def reset(self) -> None:
        """See `SpeechDetector.reset`."""
        self._detector.reset()
